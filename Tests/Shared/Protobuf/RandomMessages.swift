import Environment
import Protobuf
import TestContracts

extension SeededGenerator {
  /// A number below `bound`. A debug build pays for the generic `Int.random` what a message's whole
  /// encoding costs.
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  mutating func one(in chance: Int) -> Bool { below(chance) == 0 }

  /// Zero, a small number or any number: each width of the wire format gets its share.
  mutating func integer<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) -> Number {
    switch below(4) {
    case 0: 0
    case 1: Number(truncatingIfNeeded: next() >> UInt64(below(64)))
    case 2: [Number.min, Number.max, 1, 127][below(4)]
    default: Number(truncatingIfNeeded: next())
    }
  }

  /// Any number but NaN and negative zero, which have tests of their own.
  mutating func double() -> Double {
    if one(in: 4) { return [0, .infinity, -1, .leastNonzeroMagnitude][below(4)] }
    let value = Double(bitPattern: next())
    return value.isNaN || value == 0 ? 0.5 : value
  }

  mutating func float() -> Float {
    if one(in: 4) { return [0, .infinity, -1, .leastNonzeroMagnitude][below(4)] }
    let value = Float(bitPattern: UInt32(truncatingIfNeeded: next()))
    return value.isNaN || value == 0 ? 0.5 : value
  }

  private static let characters = ["a", "Z", "9", " ", "\0", "ß", "漢", "👩‍🔧", "\u{7f}"].map {
    Array($0.utf8)
  }

  mutating func text() -> String {
    var bytes: [UInt8] = []
    for _ in 0..<length() { bytes += Self.characters[below(Self.characters.count)] }
    return String(decoding: bytes, as: UTF8.self)
  }

  mutating func bytes() -> [UInt8] {
    (0..<length()).map { _ in UInt8(truncatingIfNeeded: next()) }
  }

  mutating func color() -> Sample.V1.Color {
    Sample.V1.Color(rawValue: one(in: 4) ? integer() : Int32(below(4)) - 1)
  }

  mutating func list<Element>(_ element: (inout SeededGenerator) -> Element) -> [Element] {
    one(in: 2) ? [] : (0...below(5)).map { _ in element(&self) }
  }

  mutating func map<Key: Hashable, Value>(
    _ key: (inout SeededGenerator) -> Key, _ value: (inout SeededGenerator) -> Value
  ) -> [Key: Value] {
    Dictionary(list { (key(&$0), value(&$0)) }, uniquingKeysWith: { $1 })
  }

  mutating func maybe<Value>(_ value: (inout SeededGenerator) -> Value) -> Value? {
    one(in: 2) ? nil : value(&self)
  }

  private mutating func length() -> Int {
    switch below(16) {
    case 0: 0
    case 1: 100 + below(300)
    default: 1 + below(20)
    }
  }
}

extension SeededGenerator {
  /// A message of some parts, each of them in two of five messages.
  mutating func everything() -> Sample.V1.Everything {
    .with {
      if below(5) < 2 { $0.scalars = scalars() }
      if below(5) < 2 { $0.optionals = optionals() }
      if below(5) < 2 { $0.repeats = repeats() }
      if below(5) < 2 { $0.maps = maps() }
      if below(5) < 2 { $0.choices = choices() }
      if below(5) < 2 { $0.nested = nested() }
      if below(5) < 2 { $0.manyChoices = list { $0.choices() } }
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
      switch below(8) {
      case 0: $0.choice = nil
      case 1: $0.choice = .doubleValue(double())
      case 2: $0.choice = .int32Value(integer())
      case 3: $0.choice = .boolValue(one(in: 2))
      case 4: $0.choice = .stringValue(text())
      case 5: $0.choice = .bytesValue(bytes())
      case 6: $0.choice = .enumValue(color())
      default: $0.choice = .messageValue(inner())
      }
      $0.after = text()
      $0.secondChoice = [nil, .nothing(.init()), .something(integer())][below(3)]
    }
  }

  mutating func inner() -> Sample.V1.Nested.Inner {
    .with {
      $0.number = integer()
      $0.innermost = maybe { $0.innermost() }
      $0.shape = .init(rawValue: Int32(below(3)))
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
