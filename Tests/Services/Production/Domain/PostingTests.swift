import Testing
import Values

@testable import Production

@Suite("How far reports have come in the ERP system")
struct PostingTests {
  private static let received = Instant(seconds: 100)
  private static let told = Instant(seconds: 200)

  private static func outcome(
    _ state: PostingState, revision: Int64 = 3, covers: Int64, booked: Int64 = 0
  ) -> PostingOutcome {
    PostingOutcome(
      revision: revision, state: state, coversThroughSequence: covers,
      bookedThroughSequence: booked, reason: "A_REASON", document: "WH/MO/1", reportedAt: told)
  }

  /// Report sequence, outcome, expected state.
  static let table: [(Int64, PostingOutcome?, PostingState)] = [
    (5, nil, .queued),
    (5, outcome(.stated, covers: 4), .queued),
    (5, outcome(.stated, covers: 5), .stated),
    (5, outcome(.sending, covers: 9), .sending),
    (5, outcome(.booked, covers: 9, booked: 9), .booked),
    (5, outcome(.stated, covers: 9, booked: 5), .booked),
    (6, outcome(.stated, covers: 9, booked: 5), .stated),
    (5, outcome(.rejected, covers: 5), .rejected),
    (5, outcome(.unknown, covers: 5, booked: 4), .unknown),
    (4, outcome(.unknown, covers: 5, booked: 4), .booked),
  ]

  @Test(
    "A report's posting follows from its sequence and the order's newest outcome", arguments: table)
  func ofReport(sequence: Int64, outcome: PostingOutcome?, expected: PostingState) {
    let posting = Posting.ofReport(
      sequence: sequence, receivedAt: Self.received, outcome: outcome)
    #expect(posting.state == expected)
    #expect(posting.asOf == (expected == .queued ? Self.received : Self.told))
    #expect(posting.reason == ([.rejected, .unknown].contains(expected) ? "A_REASON" : ""))
    #expect(posting.document == (expected == .booked ? "WH/MO/1" : ""))
    #expect(posting.revision == outcome?.revision ?? 0)
  }

  private func completedOrder() throws -> Order {
    var order = Order.acknowledged()
    try order.report(good: "4")
    try order.report(good: "6", isFinal: true)
    return order
  }

  @Test("An order has no posting before its first report")
  func noReport() {
    #expect(Order.acknowledged().posting == nil)
  }

  @Test("A completed order is closed when its final report is booked, not before")
  func closing() throws {
    var order = try completedOrder()
    #expect(try order.take(Self.outcome(.stated, revision: 1, covers: 2, booked: 1)))
    #expect(order.state == .completed)
    #expect(try order.take(Self.outcome(.booked, revision: 2, covers: 2, booked: 2)))
    #expect(order.state == .closed)
    #expect(order.posting?.state == .booked)
  }

  @Test("An order that still runs is not closed by a booking")
  func bookingWhileRunning() throws {
    var order = Order.acknowledged()
    try order.report(good: "4")
    #expect(try order.take(Self.outcome(.booked, covers: 1, booked: 1)))
    #expect(order.state == .running)
  }

  @Test("An older revision, or the same again, changes nothing")
  func olderRevision() throws {
    var order = try completedOrder()
    #expect(try order.take(Self.outcome(.booked, revision: 2, covers: 1, booked: 1)))
    let before = order
    #expect(try !order.take(Self.outcome(.rejected, revision: 1, covers: 2)))
    #expect(try !order.take(Self.outcome(.rejected, revision: 2, covers: 2)))
    #expect(order == before)
  }

  @Test("An outcome cannot cover reports that nobody has made")
  func beyond() throws {
    var order = try completedOrder()
    #expect(
      throws: ProductionError.outcomeBeyondReports(order.definition.key, sequence: 3, newest: 2)
    ) {
      try order.take(Self.outcome(.stated, covers: 3))
    }
  }
}
