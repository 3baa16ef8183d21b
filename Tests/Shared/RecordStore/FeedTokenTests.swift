import Environment
import Testing
import Values

@testable import RecordStore

@Suite("A feed token")
struct FeedTokenTests {
  private let incarnation = Incarnation(Identifier(high: 0x0102_0304_0506_0708, low: 0xFF))

  @Test("reads back what it writes", arguments: [0, 1, 4_711, Int64.max])
  func roundTrips(sequence: Int64) throws {
    let token = FeedToken(incarnation: incarnation, sequence: sequence)
    #expect(token.text.utf8.count <= FeedToken.maximumLength)
    #expect(try FeedToken(token.text) == token)
    #expect(try FeedToken(token.text).sequence(in: incarnation) == sequence)
  }

  @Test("refuses every text that it would not write itself")
  func refusesOthers() {
    let digits = incarnation.description
    let texts = [
      "", ".", digits, "\(digits).", ".5", "\(digits).-1", "\(digits).+5", "\(digits).05",
      "\(digits).5.6", "\(digits).9223372036854775808", "\(digits.dropLast()).5",
      "\(digits.dropLast())g.5", "\(digits.uppercased()).5", " \(digits).5", "\(digits).5\n",
      String(repeating: "1", count: 10_000), "\(digits).٥",
    ]
    for text in texts {
      #expect(throws: RecordStoreError.invalidToken, "\(text.prefix(80))") {
        try FeedToken(text)
      }
    }
  }

  @Test("of another incarnation says that the feed was restored")
  func recognisesRestore() throws {
    let other = Incarnation(Identifier(high: 9, low: 9))
    let token = FeedToken(incarnation: incarnation, sequence: 5)
    #expect(throws: RecordStoreError.feedRestored(current: other)) {
      try token.sequence(in: other)
    }
  }
}
