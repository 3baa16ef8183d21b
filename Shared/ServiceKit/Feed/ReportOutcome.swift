public import Contracts
import Protobuf
public import RecordStore
public import Values

/// What the Gateway says has become of an order's facts, checked. Sequences are report sequences.
public struct ReportedOutcome: Sendable, Hashable {
  /// The order.
  public let order: OrderKey
  /// Increases with every outcome of the order, from 1.
  public let revision: Int64
  /// What the facts up to ``coversThroughSequence`` have come to; never `unspecified` or
  /// `unrecognized`.
  public let state: Common.V1.PostingState
  /// Every fact up to here is covered.
  public let coversThroughSequence: Int64
  /// Every fact up to here is booked; never above ``coversThroughSequence``.
  public let bookedThroughSequence: Int64
  /// The case's reason when rejected or unknown, else empty.
  public let reason: String
  /// The document when booked, else empty.
  public let document: String
}

/// What a service does with an outcome.
public protocol OutcomeRecorder: Sendable {
  /// Records it and says what the audit log shall; nil when a newer revision, or this one, had been
  /// recorded before. Refuse by throwing.
  func record(_ outcome: ReportedOutcome, _ transaction: Transaction) throws -> AuditNote?
}

/// `ReportOutcome`. The revision makes it its own identity: an older one, or the same again,
/// changes nothing.
struct ReportOutcome<Recorder: OutcomeRecorder>: WriteOperation {
  static var method: Method<Events.V1.ReportOutcomeRequest, Events.V1.ReportOutcomeResponse> {
    Events.V1.EventFeedService.reportOutcome
  }
  static var callers: Callers { .integration }

  let recorder: Recorder

  func site(of request: Events.V1.ReportOutcomeRequest) -> String? { request.site }

  func validate(_ request: Events.V1.ReportOutcomeRequest, _ fields: inout Fields)
    -> ReportedOutcome
  {
    let state = Self.known(request.state)
    let needsReason = state == .rejected || state == .unknown
    let covers = fields.number(
      request.coversThroughSequence, "covers_through_sequence", 0...Int64.max)
    let booked = fields.number(
      request.bookedThroughSequence, "booked_through_sequence", 0...Int64.max)
    if covers >= 0, booked > covers {
      fields.reject("booked_through_sequence", "must not be above covers_through_sequence")
    }
    if !needsReason, state != nil, !request.reason.isEmpty {
      fields.reject("reason", "must be empty unless the state is REJECTED or UNKNOWN")
    }
    return ReportedOutcome(
      order: fields.orderKey(site: request.site, name: request.orderName),
      revision: fields.number(request.revision, "revision", 1...Int64.max),
      state: fields.known(
        state, "state", "QUEUED, STATED, SENDING, BOOKED, REJECTED, UNKNOWN or REVERSED",
        else: .queued),
      coversThroughSequence: covers, bookedThroughSequence: booked,
      reason: needsReason
        ? fields.text(request.reason, "reason", Self.reasonRule) : request.reason,
      document: fields.optionalText(request.document, "document", Self.documentRule))
  }

  /// UPPER_SNAKE names fit.
  private static var reasonRule: TextRule { TextRule(maximumLength: 64, characters: .code) }
  /// Document names of Odoo are configurable, so any visible text.
  private static var documentRule: TextRule { TextRule(maximumLength: 128, characters: .visible) }

  private static func known(_ state: Common.V1.PostingState) -> Common.V1.PostingState? {
    switch state {
    case .unspecified, .unrecognized: nil
    default: state
    }
  }

  func execute(_ input: ReportedOutcome, _ transaction: Transaction, _ call: Call) throws
    -> Effect<Events.V1.ReportOutcomeResponse>
  {
    let note = try recorder.record(input, transaction)
    return Effect(.with { $0.applied = note != nil }, audit: note)
  }
}
