import Contracts
import Identity
import Protobuf
public import RecordStore
import Values

/// The routes of `millrace.events.v1.EventFeedService`, which every service with records has: the
/// feed of its outbox.
public enum EventFeedRoutes {
  /// The three routes.
  /// - Parameter recorder: what the service does with an outcome.
  public static func all(_ incarnation: Incarnation, recorder: some OutcomeRecorder) -> [Route] {
    withoutOutcomes(incarnation) + [.write(ReportOutcome(recorder: recorder))]
  }

  /// Those of a service whose events lead to nothing in Odoo.
  public static func withoutOutcomes(_ incarnation: Incarnation) -> [Route] {
    [
      .watch(SubscribeToFeed(incarnation: incarnation)),
      .write(AcknowledgeFeed(incarnation: incarnation)),
    ]
  }

  /// What a consumer's name looks like.
  static let consumerRule = TextRule(maximumLength: 64, characters: .code)
  /// What a message's full name looks like.
  static let typeRule = TextRule(maximumLength: 128, characters: .code)
}

/// `Subscribe`: events after the resume token, or after what the consumer has acknowledged.
struct SubscribeToFeed: WatchOperation {
  static let method = Events.V1.EventFeedService.subscribe
  static let callers = Callers.integration

  let incarnation: Incarnation

  struct Input: Sendable {
    var site: SiteCode?
    var consumer: String
    var token: FeedToken?
    var types: [String]
  }

  func site(of request: Events.V1.SubscribeRequest) -> String? {
    request.site.isEmpty ? nil : request.site
  }

  func validate(_ request: Events.V1.SubscribeRequest, _ fields: inout Fields) -> Input {
    Input(
      site: request.site.isEmpty ? nil : fields.site(request.site),
      consumer: fields.text(request.consumer, "consumer", EventFeedRoutes.consumerRule),
      token: fields.resumeToken(request.resumeToken),
      types: fields.each(request.eventTypes, "event_types", atMost: EventFeed.maximumTypes) {
        $0.text($1, "", EventFeedRoutes.typeRule)
      })
  }

  /// Registers the consumer: from its first subscription on events are kept for it.
  func start(_ input: Input, _ database: Database, _ call: Call) async throws -> Int64 {
    try await database.write { transaction in
      let position = try input.token?.position(in: transaction, of: incarnation)
      let consumer = try transaction.outbox.register(input.consumer)
      return position ?? consumer.acknowledged
    }
  }

  func next(_ input: Input, after: Int64, limit: Int, _ snapshot: Snapshot, _ call: Call) throws
    -> WatchPage<Events.V1.SubscribeResponse>
  {
    let page = try snapshot.feed.events(
      after: after, limit: limit, types: input.types, site: input.site)
    let granted = page.events.filter { call.principal.mayAct(for: $0.site) }
    return WatchPage(
      granted.map(response), through: page.through,
      hasMore: page.through < (try snapshot.feed.head))
  }

  private func response(_ event: FeedEvent) -> Events.V1.SubscribeResponse {
    .with {
      $0.event = .with {
        $0.sequence = event.sequence
        $0.type = event.type
        $0.site = event.site.text
        $0.key = event.key
        $0.recordedAt = .init(event.recordedAt)
        $0.payload = event.payload
      }
      $0.resumeToken = FeedToken(incarnation: incarnation, sequence: event.sequence).text
    }
  }
}

/// `Acknowledge`: the consumer has taken over every event up to a token. Never moves backwards, so
/// it is its own identity; it changes no business record, so it leaves no audit row.
struct AcknowledgeFeed: WriteOperation {
  static let method = Events.V1.EventFeedService.acknowledge
  static let callers = Callers.integration

  let incarnation: Incarnation

  struct Input: Sendable {
    var consumer: String
    var token: FeedToken?
  }

  func site(of request: Events.V1.AcknowledgeRequest) -> String? { nil }

  func validate(_ request: Events.V1.AcknowledgeRequest, _ fields: inout Fields) -> Input {
    if request.resumeToken.isEmpty { fields.reject("resume_token", "is required") }
    return Input(
      consumer: fields.text(request.consumer, "consumer", EventFeedRoutes.consumerRule),
      token: fields.resumeToken(request.resumeToken))
  }

  func execute(_ input: Input, _ transaction: Transaction, _ call: Call) throws
    -> Effect<Events.V1.AcknowledgeResponse>
  {
    guard let sequence = try input.token?.position(in: transaction, of: incarnation) else {
      throw Refusal.invalidFields([FieldViolation("resume_token", "is required")])
    }
    let acknowledged = try transaction.outbox.acknowledge(input.consumer, through: sequence)
    return Effect(.with { $0.acknowledgedSequence = acknowledged }, audit: nil)
  }
}
