import RecordStore
import Values

/// An order with its place in the records.
struct StoredOrder: Sendable {
  let orderID: Int64
  var order: Order
  /// The fingerprint of what it is to be now.
  var content: Fingerprint
  /// That of its release, when a change has made it another one.
  var releasedContent: Fingerprint?
  /// The outbox sequence of its last change.
  let changeSequence: Int64
  /// Whether all but its own row is in an archive.
  let isArchived: Bool
}

extension StoredOrder {
  /// An order by its own row, its lines and operations not read yet.
  init(_ head: OrderColumns.Head) {
    var order = Order(released: head.definition, at: head.releasedAt)
    order.state = head.state
    order.revision = head.revision
    order.totals = head.totals
    order.lastReportAt = head.lastReportAt
    order.outcome = head.outcome
    order.endingReason = head.endingReason
    order.change = head.change
    self.init(
      orderID: head.orderID, order: order, content: head.content,
      releasedContent: head.releasedContent,
      changeSequence: head.changeSequence, isArchived: head.isArchived)
  }
}

/// The columns of `orders`, in the order every query of them uses.
enum OrderColumns {
  static let list = """
    order_id, site, name, item_code, planned, unit, reporting_operation, planned_start_at, due_at,
    tracking, content, content_scheme, released_at, state, revision, change_sequence, good, scrap,
    report_count, through_sequence, last_report_at, outcome_revision, outcome_state,
    outcome_covers, outcome_booked, outcome_reason, outcome_document, outcome_at, archived,
    ending_reason, change, released_content
    """
  static let firstOutcomeColumn = 21

  /// A row without the lines and operations, which stand in tables of their own.
  struct Head {
    var orderID: Int64
    var definition: OrderDefinition
    var content: Fingerprint
    var releasedAt: Instant
    var state: OrderState
    var revision: Int64
    var changeSequence: Int64
    var totals: OrderTotals
    var lastReportAt: Instant?
    var outcome: PostingOutcome?
    var isArchived: Bool
    var endingReason: String
    var change: OrderChange?
    var releasedContent: Fingerprint?
  }

  static func head(_ row: Row) throws -> Head {
    Head(
      orderID: try row.int64(0), definition: try definition(row),
      content: Fingerprint(digest: try row.identifier(10), scheme: try row.int(11)),
      releasedAt: try row.instant(12), state: try row.state(13), revision: try row.int64(14),
      changeSequence: try row.int64(15),
      totals: OrderTotals(
        output: Output(good: try row.quantity(16), scrap: try row.quantity(17)),
        reportCount: try row.int64(18), throughSequence: try row.int64(19)),
      lastReportAt: try row.optionalInstant(20), outcome: try outcome(row, firstOutcomeColumn),
      isArchived: try row.bool(28), endingReason: try row.optionalText(29) ?? "",
      change: try row.optionalBlob(30).map { try OrderChange(stored: $0) },
      releasedContent: try row.optionalIdentifier(31).map {
        Fingerprint(digest: $0, scheme: ReleaseOrder.contentScheme)
      })
  }

  private static func definition(_ row: Row) throws -> OrderDefinition {
    OrderDefinition(
      key: OrderKey(site: try row.site(1), name: try row.text(2)), itemCode: try row.text(3),
      planned: Amount(try row.quantity(4), try row.text(5)), components: [], operations: [],
      reportingOperation: try row.text(6), plannedStart: try row.instant(7),
      due: try row.optionalInstant(8), tracking: try row.tracking(9))
  }

  /// The outcome whose columns begin at `first`, `nil` before there is one.
  static func outcome(_ row: Row, _ first: Int) throws -> PostingOutcome? {
    guard let revision = try row.optionalInt64(first) else { return nil }
    return PostingOutcome(
      revision: revision, state: try row.postingState(first + 1),
      coversThroughSequence: try row.int64(first + 2),
      bookedThroughSequence: try row.int64(first + 3), reason: try row.text(first + 4),
      document: try row.text(first + 5), reportedAt: try row.instant(first + 6))
  }
}

/// The rules' enumerations as they are stored: the raw values.
extension Row {
  func state(_ index: Int) throws -> OrderState { try known(index, OrderState.init(rawValue:)) }
  func tracking(_ index: Int) throws -> Tracking { try known(index, Tracking.init(rawValue:)) }
  func postingState(_ index: Int) throws -> PostingState {
    try known(index, PostingState.init(rawValue:))
  }

  private func known<T>(_ index: Int, _ value: (Int64) -> T?) throws -> T {
    let stored = try int64(index)
    guard let value = value(stored) else {
      throw RecordStoreError.column(
        index: index, expected: "\(T.self)", found: "INTEGER \(stored)")
    }
    return value
  }
}
