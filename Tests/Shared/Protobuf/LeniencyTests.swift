import Protobuf
import TestContracts
import Testing

/// What the specification lets a sender do, and what becomes of it.
@Suite("Decoding accepts") struct LeniencyTests {
  typealias Color = Sample.V1.Color

  @Test func aMessageOfNoBytes() throws {
    #expect(try Sample.V1.Everything(decoding: [UInt8]()) == Sample.V1.Everything())
    let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
    #expect(try Sample.V1.Empty(decoding: nothing) == Sample.V1.Empty())
    #expect(try Sample.V1.Everything().encoded().isEmpty)
  }

  @Test func unknownEnumValuesAndSendsThemBack() throws {
    for number: Int32 in [3, 1000, -2, .max, .min] {
      let message = Sample.V1.Everything.with {
        $0.scalars = .with { $0.enumValue = .unrecognized(number) }
        $0.optionals = .with { $0.enumValue = Color(rawValue: number) }
        $0.repeats = .with { $0.enumValues = [.red, .unrecognized(number), .default] }
        $0.maps = .with { $0.sint32ToEnum = [1: .unrecognized(number)] }
        $0.choices = .with { $0.choice = .enumValue(.unrecognized(number)) }
      }
      let back = try Sample.V1.Everything(decoding: message.encoded())
      #expect(back == message)
      #expect(back.scalars?.enumValue.rawValue == number)
    }
  }

  @Test func negativeEnumValues() throws {
    let message = Sample.V1.Scalars.with { $0.enumValue = .infrared }
    #expect(try message.encoded() == Wire().varint(16, .max).bytes)
    #expect(try Sample.V1.Scalars(decoding: message.encoded()).enumValue == .infrared)
  }

  @Test func unknownFieldsAndDropsThem() throws {
    let bytes = Wire().varint(1000, 1).tag(1001, 1).raw([1, 2, 3, 4, 5, 6, 7, 8])
      .delimited(1002, [0xff]).tag(1003, 5).raw([1, 2, 3, 4]).text(14, "kept").bytes
    let message = try Sample.V1.Scalars(decoding: bytes)
    #expect(message == .with { $0.stringValue = "kept" })
    #expect(try message.encoded() == Wire().text(14, "kept").bytes)
  }

  @Test func fieldsInAnyOrderAndTheLastOfARepeatedScalar() throws {
    let bytes = Wire().text(14, "first").varint(3, 1).text(14, "last").varint(3, 2).bytes
    let message = try Sample.V1.Scalars(decoding: bytes)
    #expect(message.stringValue == "last")
    #expect(message.int32Value == 2)
  }

  @Test func theLastMemberOfAOneof() throws {
    let members: [(wire: Wire, value: Sample.V1.Choices.OneOf_Choice)] = [
      (Wire().tag(1, 1).raw([0, 0, 0, 0, 0, 0, 0xf0, 0x3f]), .doubleValue(1)),
      (Wire().varint(2, 7), .int32Value(7)),
      (Wire().varint(3, 1), .boolValue(true)),
      (Wire().text(4, "text"), .stringValue("text")),
      (Wire().delimited(5, [0]), .bytesValue([0])),
      (Wire().varint(6, 2), .enumValue(.default)),
      (Wire().delimited(7, Wire().varint(1, 9)), .messageValue(.with { $0.number = 9 })),
    ]
    for first in members {
      for last in members where first.value != last.value {
        let bytes = first.wire.raw(last.wire.bytes).bytes
        #expect(try Sample.V1.Choices(decoding: bytes).choice == last.value)
      }
    }
  }

  @Test func zeroInAOneofAndInAnOptional() throws {
    for value: Sample.V1.Choices.OneOf_Choice in [
      .doubleValue(0), .int32Value(0), .boolValue(false), .stringValue(""), .bytesValue([]),
      .enumValue(.unspecified), .messageValue(.init()),
    ] {
      let message = Sample.V1.Choices.with { $0.choice = value }
      #expect(try !message.encoded().isEmpty)
      #expect(try Sample.V1.Choices(decoding: message.encoded()) == message)
    }
    let message = Sample.V1.Optionals.with {
      $0.int32Value = 0
      $0.stringValue = ""
      $0.bytesValue = []
      $0.boolValue = false
      $0.enumValue = .unspecified
      $0.messageValue = .init()
    }
    let back = try Sample.V1.Optionals(decoding: message.encoded())
    #expect(back == message)
    #expect(back.doubleValue == nil)
  }

  @Test func repeatedNumbersPackedUnpackedAndMixed() throws {
    let unpacked = Wire().varint(3, 1).varint(3, 2).bytes
    let packed = Wire().delimited(3, [1, 2]).bytes
    #expect(try Sample.V1.Repeats(decoding: unpacked).int32Values == [1, 2])
    #expect(try Sample.V1.Repeats(decoding: packed).int32Values == [1, 2])
    #expect(try Sample.V1.Repeats(decoding: unpacked + packed + unpacked).int32Values.count == 6)
    let declaredUnpacked = Wire().delimited(18, [1, 2]).varint(18, 3).bytes
    #expect(try Sample.V1.Repeats(decoding: declaredUnpacked).unpackedValues == [1, 2, 3])
  }

  @Test func repeatedNumbersAreSentAsDeclared() throws {
    #expect(
      try Sample.V1.Repeats.with { $0.int32Values = [1, 2] }.encoded()
        == Wire().delimited(3, [1, 2]).bytes)
    #expect(
      try Sample.V1.Repeats.with { $0.unpackedValues = [1, 2] }.encoded()
        == Wire().varint(18, 1).varint(18, 2).bytes)
    #expect(
      try Sample.V1.Repeats.with { $0.enumValues = [.red] }.encoded()
        == Wire().delimited(16, [1]).bytes)
  }

  @Test func mapEntriesWithoutKeyOrValue() throws {
    let empty = Wire()
    #expect(
      try Sample.V1.Maps(decoding: Wire().delimited(1, empty).bytes).stringToString == ["": ""])
    #expect(
      try Sample.V1.Maps(decoding: Wire().delimited(1, Wire().text(1, "key")).bytes)
        .stringToString == ["key": ""])
    #expect(
      try Sample.V1.Maps(decoding: Wire().delimited(6, Wire().varint(2, 1)).bytes)
        .sint32ToEnum == [0: .red])
    #expect(
      try Sample.V1.Maps(decoding: Wire().delimited(7, Wire().varint(1, 2)).bytes)
        .sint64ToMessage == [1: .init()])
  }

  @Test func theLastOfMapEntriesWithTheSameKey() throws {
    let first = Wire().delimited(1, Wire().text(1, "key").text(2, "first"))
    let last = Wire().delimited(1, Wire().text(2, "last").text(1, "key"))
    let maps = try Sample.V1.Maps(decoding: first.raw(last.bytes).bytes)
    #expect(maps.stringToString == ["key": "last"])
  }

  @Test func theLargestAndSmallestNumbers() throws {
    let message = Sample.V1.Scalars.with {
      $0.doubleValue = -.greatestFiniteMagnitude
      $0.floatValue = .leastNonzeroMagnitude
      $0.int32Value = .min
      $0.int64Value = .min
      $0.uint32Value = .max
      $0.uint64Value = .max
      $0.sint32Value = .min
      $0.sint64Value = .min
      $0.fixed32Value = .max
      $0.fixed64Value = .max
      $0.sfixed32Value = .min
      $0.sfixed64Value = .min
      $0.farValue = .max
    }
    #expect(try Sample.V1.Scalars(decoding: message.encoded()) == message)
  }

  @Test func integersWithNeedlessBytesAndCutsThemToTheirWidth() throws {
    let needless = Wire().tag(3, 0).raw([0x81, 0x80, 0x80, 0x00]).bytes
    #expect(try Sample.V1.Scalars(decoding: needless).int32Value == 1)
    let wide = Wire().varint(3, 1 << 40 | 5).varint(13, 1 << 20).bytes
    #expect(try Sample.V1.Scalars(decoding: wide).int32Value == 5)
    #expect(try Sample.V1.Scalars(decoding: wide).boolValue)
  }

  @Test func numbersThatAreNoNumbers() throws {
    let message = Sample.V1.Scalars.with {
      $0.doubleValue = .nan
      $0.floatValue = .infinity
    }
    let back = try Sample.V1.Scalars(decoding: message.encoded())
    #expect(back.doubleValue.isNaN)
    #expect(back.floatValue == .infinity)
  }

  @Test func negativeZeroWhichItSendsOnlyWithPresence() throws {
    #expect(try Sample.V1.Scalars.with { $0.doubleValue = -0.0 }.encoded().isEmpty)
    let message = Sample.V1.Optionals.with { $0.doubleValue = -0.0 }
    #expect(try Sample.V1.Optionals(decoding: message.encoded()).doubleValue?.sign == .minus)
  }
}
