import Protobuf
import TestContracts
import Testing

/// What must not get in, and by which name it is refused.
@Suite("Decoding refuses") struct RefusalTests {
  typealias Scalars = Sample.V1.Scalars
  private let scalars = "millrace.sample.v1.Scalars"

  @Test func everyTruncationOfAMessageThatEndsInsideAField() throws {
    let whole = try Scalars.with {
      $0.doubleValue = 1
      $0.int64Value = -1
      $0.stringValue = "text"
      $0.fixed32Value = 7
    }.encoded()
    let boundaries: Set<Int> = [0, 9, 20, 25, 31]
    #expect(whole.count == 31)
    for count in 0...whole.count {
      let cut = Array(whole.prefix(count))
      if boundaries.contains(count) {
        #expect(throws: Never.self) { try Scalars(decoding: cut) }
      } else {
        #expect(throws: DecodingError.truncated(message: scalars), "\(count) bytes") {
          try Scalars(decoding: cut)
        }
      }
    }
  }

  @Test func lengthsThatReachBeyondTheEnd() {
    for length: UInt64 in [1, 127, 1 << 31, 1 << 32, 1 << 63, .max] {
      #expect(throws: DecodingError.truncated(message: scalars)) {
        try Scalars(decoding: Wire().tag(14, 2).raw(Wire.varint(length)).bytes)
      }
    }
  }

  @Test func fieldNumberZero() {
    for wireType: UInt64 in [0, 1, 2, 5] {
      #expect(throws: DecodingError.invalidTag(message: scalars)) {
        try Scalars(decoding: Wire().tag(0, wireType).raw([0]).bytes)
      }
    }
  }

  @Test func fieldNumbersBeyondTheLargest() {
    #expect(throws: DecodingError.invalidTag(message: scalars)) {
      try Scalars(decoding: Wire().varint(1 << 29, 0).bytes)
    }
  }

  @Test func wireTypesThatDoNotExist() {
    for wireType: UInt64 in [6, 7] {
      #expect(throws: DecodingError.invalidTag(message: scalars)) {
        try Scalars(decoding: Wire().tag(3, wireType).raw([0]).bytes)
      }
    }
  }

  @Test func groups() {
    for wireType: UInt64 in [3, 4] {
      #expect(throws: DecodingError.group(message: scalars)) {
        try Scalars(decoding: Wire().tag(99, wireType).bytes)
      }
    }
  }

  @Test func knownFieldsInAWrongWireType() {
    let values: [UInt64: Wire] = [
      0: Wire(bytes: [1]), 1: Wire(bytes: Array(repeating: 0, count: 8)), 2: Wire(bytes: [0]),
      5: Wire(bytes: Array(repeating: 0, count: 4)),
    ]
    let right: [(field: String, number: UInt64, wireType: UInt64)] = [
      ("double_value", 1, 1), ("float_value", 2, 5), ("int32_value", 3, 0), ("int64_value", 4, 0),
      ("uint32_value", 5, 0), ("uint64_value", 6, 0), ("sint32_value", 7, 0),
      ("sint64_value", 8, 0), ("fixed32_value", 9, 5), ("fixed64_value", 10, 1),
      ("sfixed32_value", 11, 5), ("sfixed64_value", 12, 1), ("bool_value", 13, 0),
      ("string_value", 14, 2), ("bytes_value", 15, 2), ("enum_value", 16, 0),
      ("far_value", 536_870_911, 0),
    ]
    for (field, number, wireType) in right {
      for (other, value) in values where other != wireType {
        #expect(throws: DecodingError.wrongWireType(field: "\(scalars).\(field)")) {
          try Scalars(decoding: Wire().tag(number, other).raw(value.bytes).bytes)
        }
      }
    }
  }

  @Test func integersOfMoreThanTenBytes() {
    let eleven = Array(repeating: UInt8(0x80), count: 10) + [0]
    #expect(throws: DecodingError.invalidVarint(message: scalars)) {
      try Scalars(decoding: Wire().tag(3, 0).raw(eleven).bytes)
    }
  }

  @Test func packedFieldsWhoseLengthDoesNotFitTheirElements() {
    #expect(throws: DecodingError.malformed(message: "millrace.sample.v1.Repeats")) {
      try Sample.V1.Repeats(decoding: Wire().delimited(9, [1, 2, 3, 4, 5]).bytes)
    }
    #expect(throws: DecodingError.malformed(message: "millrace.sample.v1.Repeats")) {
      try Sample.V1.Repeats(decoding: Wire().delimited(3, [1, 0x80]).bytes)
    }
  }

  @Test func aMessageFieldThatIsSentTwice() {
    let inner = Wire().delimited(1, Wire().varint(1, 5))
    #expect(throws: DecodingError.duplicateField(field: "millrace.sample.v1.Nested.inner")) {
      try Sample.V1.Nested(decoding: inner.repeated(2).bytes)
    }
    let choice = Wire().delimited(7, Wire().varint(1, 5))
    #expect(throws: DecodingError.duplicateField(field: "millrace.sample.v1.Choices.message_value"))
    {
      try Sample.V1.Choices(decoding: choice.repeated(2).bytes)
    }
  }

  @Test func messagesThatAreTooLarge() {
    let bytes = Wire().text(14, "twelve bytes").bytes
    #expect(throws: DecodingError.tooLarge(byteCount: 14, limit: 13)) {
      try Scalars(decoding: bytes, limits: DecodingLimits(maximumByteCount: 13))
    }
    #expect(throws: Never.self) {
      try Scalars(decoding: bytes, limits: DecodingLimits(maximumByteCount: 14))
    }
  }

  @Test func messagesThatAreNestedTooDeep() throws {
    let bytes = try Sample.V1.Everything.with {
      $0.nested = .with { $0.inner = .with { $0.innermost = .with { $0.text = "four" } } }
    }.encoded()
    #expect(throws: Never.self) {
      try Sample.V1.Everything(decoding: bytes, limits: DecodingLimits(maximumDepth: 4))
    }
    #expect(throws: DecodingError.tooDeep(limit: 3)) {
      try Sample.V1.Everything(decoding: bytes, limits: DecodingLimits(maximumDepth: 3))
    }
  }
}
