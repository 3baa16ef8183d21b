import Testing

@testable import RPC

@Suite struct `A status for a peer that takes few headers` {
  /// What percent-encoding and base64 make of a status.
  private func sentBytes(_ status: Status) -> Int {
    GRPCHeaders.percentEncoded(status.message).count + Base64.encode(status.details).count
      + status.metadata.flat.count
  }

  @Test(
    arguments: [1_000, 4 << 10, 8 << 10],
    [
      String(repeating: "a", count: 50_000), String(repeating: "ä", count: 50_000),
      String(repeating: "👩‍👩‍👧‍👦", count: 5_000),
      "e" + String(repeating: "\u{301}", count: 50_000),
    ])
  func `fits, whatever its text is made of`(limit: Int, message: String) {
    let status = Status(
      code: .notFound, message: message, details: Array(repeating: 1, count: 20_000))
    let sent = status.fitting(headerListBytes: limit)
    #expect(sentBytes(sent) <= limit)
    #expect(sent.code == .notFound)
    #expect(sent.message.hasSuffix("(shortened: the status is larger than the peer takes)"))
  }

  @Test func `is sent as it is when there is room`() {
    let status = Status(code: .aborted, message: "again", details: [1, 2, 3])
    #expect(status.fitting(headerListBytes: 8 << 10) == status)
  }

  @Test func `keeps its own metadata as long as that fits`() throws {
    let metadata = try Metadata([("retry-after", "5")])
    let long = String(repeating: "a", count: 9_000)
    let status = Status(code: .aborted, message: long, metadata: metadata)
    #expect(status.fitting(headerListBytes: 8 << 10).metadata == metadata)
    let large = try Metadata([("note", long)])
    let tooLarge = Status(code: .aborted, message: "again", metadata: large)
    #expect(tooLarge.fitting(headerListBytes: 8 << 10).metadata.isEmpty)
  }
}
