import Testing

@testable import RPC

@Suite struct `Metadata of a call` {
  @Test func `finds values whatever the case of the name`() throws {
    var metadata = Metadata()
    try metadata.append("Authorization", "Bearer x")
    #expect(metadata["AUTHORIZATION"] == "Bearer x")
    #expect(metadata["missing"] == nil)
  }

  @Test func `keeps the order and all values of a name`() throws {
    let metadata = try Metadata([("b", "1"), ("a", "2"), ("b", "3")])
    #expect(metadata.entries.map(\.name) == ["b", "a", "b"])
    #expect(metadata.values("B") == ["1", "3"])
  }

  @Test(arguments: [(" a b  ", "a b"), ("   ", ""), ("", "")])
  func `drops the spaces around a value`(value: String, kept: String) throws {
    #expect(try Metadata([("x", value)])["x"] == kept)
  }

  @Test func `carries bytes in base64`() throws {
    var metadata = Metadata()
    try metadata.append("trace-bin", binary: [0, 255, 1, 254])
    #expect(metadata[binary: "trace-bin"] == [0, 255, 1, 254])
    #expect(metadata["trace-bin"] == "AP8B/g")
  }

  @Test func `takes the first of joined binary values`() throws {
    let metadata = try Metadata([("x-bin", "AQ==,Ag==")])
    #expect(metadata[binary: "x-bin"] == [1])
  }

  @Test(arguments: ["", "white space", "ümlaut", "grpc-status", ":path", "te", "Content-Type"])
  func `refuses a name that is not the caller's to set`(name: String) {
    #expect(throws: Metadata.InvalidEntry.name(name.lowercased())) {
      try Metadata([(name, "value")])
    }
  }

  @Test(arguments: ["line\nbreak", "ü", "\u{7F}", "\0"])
  func `refuses a value that is not printable ASCII`(value: String) {
    #expect(throws: Metadata.InvalidEntry.value(name: "x")) { try Metadata([("x", value)]) }
  }

  @Test func `refuses bytes under a text name`() {
    #expect(throws: Metadata.InvalidEntry.name("x")) {
      var metadata = Metadata()
      try metadata.append("x", binary: [1])
    }
  }

  @Test func `removes every entry of a name`() throws {
    var metadata = try Metadata([("a", "1"), ("b", "2"), ("a", "3")])
    metadata.remove("A")
    #expect(metadata == (try Metadata([("b", "2")])))
  }
}

@Suite struct `Base64 of metadata` {
  @Test(
    arguments: [
      ("", []), ("AA", [0]), ("AA==", [0]), ("AAE", [0, 1]), ("AAE=", [0, 1]), ("AAEC", [0, 1, 2]),
      ("/+7d", [255, 238, 221]),
    ] as [(String, [UInt8])])
  func `is read with and without padding`(text: String, bytes: [UInt8]) {
    #expect(Base64.decode(Array(text.utf8)) == bytes)
  }

  @Test(arguments: ["A", "AAAAA", "A=", "AA=", "A===", "AA=A", "A-_A", "AA A"])
  func `that is broken is refused`(text: String) {
    #expect(Base64.decode(Array(text.utf8)) == nil)
  }

  @Test func `gives back what was written`() {
    var generator = SystemRandomNumberGenerator()
    for count in 0..<100 {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      #expect(Base64.decode(Base64.encode(bytes)) == bytes, "\(bytes)")
    }
  }
}
