public import Contracts
import Identity
import Protobuf
import RecordStore
import Values

/// The route of `millrace.audit.v1.AuditService`, which every service has.
public enum AuditRoutes {
  /// Asks a service for its log, as the caller.
  public typealias Relay =
    @Sendable (Audit.V1.ListEntriesRequest, Call) async throws -> Audit.V1.ListEntriesResponse

  /// The one route.
  /// - Parameter relay: asks the service that is named; `nil` where nobody else can be asked, and the
  ///   name is not read.
  public static func all(relay: Relay? = nil) -> [Route] {
    let operation = ListEntries()
    return [
      .read(operation) { input, call in
        guard let relay, !input.request.service.isEmpty else { return nil }
        try ListEntries.authorize(call.principal)
        return try await relay(input.request, call)
      }
    ]
  }

  /// Who may read an audit log.
  static let readers: Set<RoleName> = [RoleName("auditor"), RoleName("admin")]
}

/// `ListEntries`: the service's own audit log.
struct ListEntries: ReadOperation {
  static let method = Audit.V1.AuditService.listEntries

  private static let defaultSize: Int32 = 100

  struct Input: Sendable {
    var request: Audit.V1.ListEntriesRequest
    var search: AuditSearch
    var after: Int64
    var limit: Int
  }

  func site(of request: Audit.V1.ListEntriesRequest) -> String? { nil }

  func validate(_ request: Audit.V1.ListEntriesRequest, _ fields: inout Fields) -> Input {
    let principal = fields.optionalText(request.principal, "principal", Principal.subjectRule)
    let correlation = fields.optionalText(
      request.correlationID, "correlation_id", Fields.correlationRule)
    let size =
      request.pageSize == 0
      ? Self.defaultSize
      : Int32(fields.number(Int64(request.pageSize), "page_size", 1...Int64(Page.maximumSize)))
    let times = Fields.earliest...Fields.latest
    return Input(
      request: request,
      search: AuditSearch(
        principal: principal.isEmpty ? nil : principal, refusedOnly: request.refusedOnly,
        correlation: correlation.isEmpty ? nil : correlation,
        since: fields.optionalTime(request.since, "since", times),
        until: fields.optionalTime(request.until, "until", times)),
      after: fields.number(request.afterSequence, "after_sequence", 0...Int64.max),
      limit: Int(size))
  }

  static func authorize(_ principal: Principal) throws(Refusal) {
    guard !principal.roles.isDisjoint(with: AuditRoutes.readers) else {
      throw Refusal(
        .permissionDenied, reason: "AUDIT_NOT_GRANTED",
        "only the roles auditor and admin may read the audit log")
    }
  }

  func execute(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws
    -> Audit.V1.ListEntriesResponse
  {
    try Self.authorize(call.principal)
    let found = try snapshot.auditRecords(input.search, after: input.after, limit: input.limit)
    return .with {
      $0.entries = found.records.map { .init($0) }
      $0.nextAfterSequence = found.next ?? 0
    }
  }
}

extension Audit.V1.Entry {
  fileprivate init(_ linked: LinkedAuditRecord) {
    self.init()
    let entry = linked.record.entry
    sequence = linked.record.sequence
    at = .init(linked.record.at)
    principal = entry.principal
    origin = entry.origin
    action = entry.action
    object = entry.object
    outcome = entry.outcome
    correlationID = entry.correlation
    digestBefore = entry.digestBefore ?? []
    digestAfter = entry.digestAfter ?? []
    link = linked.link.bytes
  }
}
