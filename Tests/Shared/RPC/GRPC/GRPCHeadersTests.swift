import Testing

@testable import RPC

@Suite struct `gRPC's own headers` {
  @Test(
    arguments: [
      ("1n", 1), ("20u", 20_000), ("3m", 3_000_000), ("4S", 4_000_000_000),
      ("5M", 300_000_000_000), ("6H", 21_600_000_000_000), ("0S", 0), ("99999999H", Int64.max),
    ] as [(String, Int64)])
  func `a time-out is read in every unit`(text: String, nanoseconds: Int64) {
    #expect(parse(text) == nanoseconds)
  }

  @Test(arguments: ["", "S", "1", "123456789S", "-1S", "1.5S", " 1S", "1s", "1µ", "१S"])
  func `a broken time-out is refused`(text: String) {
    #expect(parse(text) == nil)
  }

  @Test(
    arguments: [
      (0, "0n"), (99_999_999, "99999999n"), (100_000_000, "100000u"), (100_000_001, "100001u"),
      (60_000_000_000, "60000000u"), (3_600_000_000_000, "3600000m"), (-5, "0n"),
      (Int64.max, "2562047H"),
    ] as [(Int64, String)])
  func `a time-out is written in the finest unit that fits, rounded up`(
    nanoseconds: Int64, text: String
  ) {
    #expect(GRPCHeaders.timeout(nanoseconds: nanoseconds) == text)
  }

  @Test(arguments: [
    ("plain text", "plain text"), ("100%", "100%25"), ("Größe", "Gr%C3%B6%C3%9Fe"),
    ("a\nb", "a%0Ab"), ("\t\u{7F}", "%09%7F"), ("😈", "%F0%9F%98%88"), ("", ""), (" ", "%20"),
    (" a b ", "%20a b%20"),
  ])
  func `a message survives percent-encoding`(text: String, encoded: String) {
    #expect(String(decoding: GRPCHeaders.percentEncoded(text), as: UTF8.self) == encoded)
    #expect(GRPCHeaders.percentDecoded(Array(encoded.utf8)) == text)
  }

  @Test(arguments: [("50%", "50%"), ("%zz", "%zz"), ("%4", "%4"), ("%c3%b6", "ö")])
  func `a message that is badly encoded stays readable`(encoded: String, text: String) {
    #expect(GRPCHeaders.percentDecoded(Array(encoded.utf8)) == text)
  }

  @Test(arguments: [
    ("application/grpc", true), ("application/grpc+proto", true), ("application/grpc;x=y", true),
    ("application/grpcx", false), ("application/json", false), ("", false),
    ("application/grp", false),
  ])
  func `the content type is recognised`(text: String, isGRPC: Bool) {
    #expect(
      Array(text.utf8).withUnsafeBytes { GRPCHeaders.isGRPC(contentType: $0) } == isGRPC)
  }

  private func parse(_ text: String) -> Int64? {
    Array(text.utf8).withUnsafeBytes { GRPCHeaders.timeoutNanoseconds($0) }
  }
}

@Suite struct `A deadline` {
  @Test func `counts down to zero and never below`() {
    #expect(Deadline.after(milliseconds: -5).remainingNanoseconds == 0)
    #expect(Deadline.after(milliseconds: -5).hasPassed)
    #expect(!Deadline.after(milliseconds: 60_000).hasPassed)
  }

  @Test func `that is too far away is none`() {
    #expect(Deadline.after(milliseconds: .max) == .none)
    #expect(Deadline.after(nanoseconds: .max) == .none)
    #expect(Deadline.none.remainingNanoseconds == nil)
    #expect(!Deadline.none.hasPassed)
  }
}

@Suite struct `A status code` {
  @Test func `has gRPC's name`() {
    #expect((0...16).map { StatusCode(rawValue: $0).description }.last == "UNAUTHENTICATED")
    #expect(StatusCode.internalError.description == "INTERNAL")
    #expect(StatusCode(rawValue: 99).description == "CODE_99")
  }
}
