import Protobuf
import TestContracts
import Testing

/// protobuf-c ends strings at NUL and does not check them; Millrace does neither and does.
@Suite("Text") struct TextTests {
  private static let wrong: [[UInt8]] = [
    [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82], [0x80],
    Array("a rather long text before the wrong byte".utf8) + [0xfe],
  ]

  @Test func withNULsSurvivesBothWays() throws {
    let text = "\0a\0\0b\0"
    let message = Sample.V1.Everything.with {
      $0.scalars = .with { $0.stringValue = text }
      $0.optionals = .with { $0.stringValue = "\0" }
      $0.repeats = .with { $0.stringValues = ["", "\0", text] }
      $0.maps = .with { $0.stringToString = [text: text, "": "\0"] }
      $0.choices = .with { $0.choice = .stringValue(text) }
    }
    #expect(try Sample.V1.Everything(decoding: message.encoded()) == message)
  }

  @Test func beyondASCIISurvivesBothWays() throws {
    for text in ["ß", "Größe 3 µm", "漢字", "👩‍🔧", String(repeating: "é", count: 5000)] {
      let message = Sample.V1.Scalars.with { $0.stringValue = text }
      let back = try Sample.V1.Scalars(decoding: message.encoded())
      #expect(back.stringValue == text)
      #expect(Array(back.stringValue.utf8) == Array(text.utf8))
    }
  }

  @Test(arguments: wrong) func thatIsNotUTF8IsRefusedNamingTheField(bytes: [UInt8]) {
    func expect<Refused: Message>(_ type: Refused.Type, _ wire: Wire, _ field: String) {
      #expect(throws: DecodingError.invalidUTF8(field: "millrace.sample.v1.\(field)")) {
        try Refused(decoding: wire.bytes)
      }
    }
    let good = Wire().text(14, "good")
    expect(Sample.V1.Scalars.self, Wire().delimited(14, bytes), "Scalars.string_value")
    expect(Sample.V1.Optionals.self, Wire().delimited(14, bytes), "Optionals.string_value")
    expect(Sample.V1.Repeats.self, good.delimited(14, bytes), "Repeats.string_values")
    expect(Sample.V1.Choices.self, Wire().delimited(4, bytes), "Choices.string_value")
    expect(
      Sample.V1.Maps.self, Wire().delimited(1, Wire().delimited(1, bytes)),
      "Maps.string_to_string.key")
    expect(
      Sample.V1.Maps.self, Wire().delimited(1, Wire().delimited(2, bytes)),
      "Maps.string_to_string.value")
    expect(
      Sample.V1.Nested.self, Wire().delimited(2, Wire().delimited(1, bytes)),
      "Nested.Inner.Innermost.text")
  }

  @Test(arguments: wrong) func mayBeAnythingInABytesField(bytes: [UInt8]) throws {
    let message = Sample.V1.Scalars.with { $0.bytesValue = bytes }
    #expect(try Sample.V1.Scalars(decoding: message.encoded()) == message)
  }
}
