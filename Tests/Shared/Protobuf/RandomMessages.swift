import Foundation
import Protobuf
import TestContracts

/// Numbers that a seed repeats (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
  let seed: UInt64
  private var state: UInt64

  /// The seed of MILLRACE_TEST_SEED, else a new one.
  init() {
    let given = ProcessInfo.processInfo.environment["MILLRACE_TEST_SEED"].flatMap { UInt64($0) }
    seed = given ?? UInt64.random(in: 0...UInt64.max)
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  mutating func one(in chance: Int) -> Bool { Int.random(in: 0..<chance, using: &self) == 0 }

  /// Zero, a small number or any number: each width of the wire format gets its share.
  mutating func integer<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) -> Number {
    switch Int.random(in: 0..<4, using: &self) {
    case 0: 0
    case 1: Number(truncatingIfNeeded: next() >> UInt64.random(in: 0..<64, using: &self))
    case 2: [Number.min, Number.max, 1, 127][Int.random(in: 0..<4, using: &self)]
    default: Number(truncatingIfNeeded: next())
    }
  }

  /// Any number but NaN and negative zero, which have tests of their own.
  mutating func double() -> Double {
    if one(in: 4) { return [0, .infinity, -1, .leastNonzeroMagnitude][Int(next() % 4)] }
    let value = Double(bitPattern: next())
    return value.isNaN || value == 0 ? 0.5 : value
  }

  mutating func float() -> Float {
    if one(in: 4) { return [0, .infinity, -1, .leastNonzeroMagnitude][Int(next() % 4)] }
    let value = Float(bitPattern: UInt32(truncatingIfNeeded: next()))
    return value.isNaN || value == 0 ? 0.5 : value
  }

  mutating func text() -> String {
    let alphabet: [Character] = ["a", "Z", "9", " ", "\0", "ß", "漢", "👩‍🔧", "\u{7f}"]
    return String((0..<length()).map { _ in alphabet.randomElement(using: &self) ?? "a" })
  }

  mutating func bytes() -> [UInt8] {
    (0..<length()).map { _ in UInt8(truncatingIfNeeded: next()) }
  }

  mutating func color() -> Sample.V1.Color {
    Sample.V1.Color(rawValue: one(in: 4) ? integer() : Int32.random(in: -1...2, using: &self))
  }

  mutating func list<Element>(_ element: (inout SeededRandom) -> Element) -> [Element] {
    one(in: 2) ? [] : (0..<Int.random(in: 1...5, using: &self)).map { _ in element(&self) }
  }

  mutating func map<Key: Hashable, Value>(
    _ key: (inout SeededRandom) -> Key, _ value: (inout SeededRandom) -> Value
  ) -> [Key: Value] {
    Dictionary(list { (key(&$0), value(&$0)) }, uniquingKeysWith: { $1 })
  }

  mutating func maybe<Value>(_ value: (inout SeededRandom) -> Value) -> Value? {
    one(in: 2) ? nil : value(&self)
  }

  private mutating func length() -> Int {
    switch Int.random(in: 0..<8, using: &self) {
    case 0: 0
    case 1: Int.random(in: 100...400, using: &self)
    default: Int.random(in: 1...20, using: &self)
    }
  }
}

extension SeededRandom {
  mutating func everything() -> Sample.V1.Everything {
    .with {
      $0.scalars = maybe { $0.scalars() }
      $0.optionals = maybe { $0.optionals() }
      $0.repeats = maybe { $0.repeats() }
      $0.maps = maybe { $0.maps() }
      $0.choices = maybe { $0.choices() }
      $0.nested = maybe { $0.nested() }
      $0.manyChoices = list { $0.choices() }
    }
  }

  mutating func scalars() -> Sample.V1.Scalars {
    .with {
      $0.doubleValue = double()
      $0.floatValue = float()
      $0.int32Value = integer()
      $0.int64Value = integer()
      $0.uint32Value = integer()
      $0.uint64Value = integer()
      $0.sint32Value = integer()
      $0.sint64Value = integer()
      $0.fixed32Value = integer()
      $0.fixed64Value = integer()
      $0.sfixed32Value = integer()
      $0.sfixed64Value = integer()
      $0.boolValue = one(in: 2)
      $0.stringValue = text()
      $0.bytesValue = bytes()
      $0.enumValue = color()
      $0.farValue = integer()
    }
  }

  mutating func optionals() -> Sample.V1.Optionals {
    .with {
      $0.doubleValue = maybe { $0.double() }
      $0.floatValue = maybe { $0.float() }
      $0.int32Value = maybe { $0.integer() }
      $0.int64Value = maybe { $0.integer() }
      $0.uint32Value = maybe { $0.integer() }
      $0.uint64Value = maybe { $0.integer() }
      $0.sint32Value = maybe { $0.integer() }
      $0.sint64Value = maybe { $0.integer() }
      $0.fixed32Value = maybe { $0.integer() }
      $0.fixed64Value = maybe { $0.integer() }
      $0.sfixed32Value = maybe { $0.integer() }
      $0.sfixed64Value = maybe { $0.integer() }
      $0.boolValue = maybe { $0.one(in: 2) }
      $0.stringValue = maybe { $0.text() }
      $0.bytesValue = maybe { $0.bytes() }
      $0.enumValue = maybe { $0.color() }
      $0.messageValue = maybe { $0.scalars() }
    }
  }

  mutating func repeats() -> Sample.V1.Repeats {
    .with {
      $0.doubleValues = list { $0.double() }
      $0.floatValues = list { $0.float() }
      $0.int32Values = list { $0.integer() }
      $0.int64Values = list { $0.integer() }
      $0.uint32Values = list { $0.integer() }
      $0.uint64Values = list { $0.integer() }
      $0.sint32Values = list { $0.integer() }
      $0.sint64Values = list { $0.integer() }
      $0.fixed32Values = list { $0.integer() }
      $0.fixed64Values = list { $0.integer() }
      $0.sfixed32Values = list { $0.integer() }
      $0.sfixed64Values = list { $0.integer() }
      $0.boolValues = list { $0.one(in: 2) }
      $0.stringValues = list { $0.text() }
      $0.bytesValues = list { $0.bytes() }
      $0.enumValues = list { $0.color() }
      $0.messageValues = list { $0.inner() }
      $0.unpackedValues = list { $0.integer() }
    }
  }

  mutating func maps() -> Sample.V1.Maps {
    .with {
      $0.stringToString = map({ $0.text() }, { $0.text() })
      $0.int32ToBytes = map({ $0.integer() }, { $0.bytes() })
      $0.int64ToDouble = map({ $0.integer() }, { $0.double() })
      $0.uint32ToFloat = map({ $0.integer() }, { $0.float() })
      $0.uint64ToBool = map({ $0.integer() }, { $0.one(in: 2) })
      $0.sint32ToEnum = map({ $0.integer() }, { $0.color() })
      $0.sint64ToMessage = map({ $0.integer() }, { $0.inner() })
      $0.fixed32ToSint32 = map({ $0.integer() }, { $0.integer() })
      $0.fixed64ToFixed64 = map({ $0.integer() }, { $0.integer() })
      $0.sfixed32ToSfixed32 = map({ $0.integer() }, { $0.integer() })
      $0.sfixed64ToInt64 = map({ $0.integer() }, { $0.integer() })
      $0.boolToUint64 = map({ $0.one(in: 2) }, { $0.integer() })
    }
  }

  mutating func choices() -> Sample.V1.Choices {
    .with {
      $0.choice =
        [
          nil, .doubleValue(double()), .int32Value(integer()), .boolValue(one(in: 2)),
          .stringValue(text()), .bytesValue(bytes()), .enumValue(color()), .messageValue(inner()),
        ][Int.random(in: 0..<8, using: &self)]
      $0.after = text()
      $0.secondChoice = [nil, .nothing(.init()), .something(integer())][Int(next() % 3)]
    }
  }

  mutating func inner() -> Sample.V1.Nested.Inner {
    .with {
      $0.number = integer()
      $0.innermost = maybe { $0.innermost() }
      $0.shape = .init(rawValue: Int32.random(in: 0...2, using: &self))
    }
  }

  mutating func innermost() -> Sample.V1.Nested.Inner.Innermost {
    let text = text()
    return .with { $0.text = text }
  }

  mutating func nested() -> Sample.V1.Nested {
    .with {
      $0.inner = maybe { $0.inner() }
      $0.innermosts = list { $0.innermost() }
    }
  }
}
