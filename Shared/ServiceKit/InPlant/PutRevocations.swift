import Contracts
public import Identity
import Protobuf
import RecordStore
import Values

/// The route of `millrace.identity.v1.RevocationService`, which every service has that takes in-plant
/// tokens.
public enum RevocationRoutes {
  /// The one route.
  public static func all(_ list: RevocationList) -> [Route] { [.write(PutRevocations(list: list))] }
}

/// `PutRevocations`. The epoch makes it its own identity: said again, it changes nothing.
struct PutRevocations: WriteOperation {
  static let method = Contracts.Identity.V1.RevocationService.putRevocations
  static let callers = Callers.integration

  let list: RevocationList

  private static let sourceRule = TextRule(maximumLength: 32, characters: .code)

  func site(of request: Contracts.Identity.V1.PutRevocationsRequest) -> String? { nil }

  func validate(
    _ request: Contracts.Identity.V1.PutRevocationsRequest, _ fields: inout Fields
  ) -> RevocationList.Content {
    let source = fields.text(request.source, "source", Self.sourceRule)
    let epoch = fields.number(request.epoch, "epoch", 0...Int64.max)
    let entries = fields.each(
      request.revocations, "revocations", atMost: RevocationList.Content.maximumEntries
    ) { fields, entry in Self.entry(entry, &fields) }
    return RevocationList.Content(source: source, epoch: epoch, entries.compactMap(\.self))
  }

  private static func entry(
    _ entry: Contracts.Identity.V1.Revocation, _ fields: inout Fields
  ) -> RevocationList.Entry? {
    switch entry.what {
    case .credentialID(let id):
      return .credential(
        fields.text(id, "credential_id", Principal.codeRule),
        endsAt: fields.optionalTime(entry.endsAt, "ends_at", Fields.earliest...Fields.latest)
          ?? Fields.earliest)
    case .partner(let partner):
      return fields.inside("partner") { fields in
        .partner(
          fields.text(partner.partner, "partner", Principal.subjectRule),
          minimumRevision: fields.number(partner.minimumRevision, "minimum_revision", 1...Int64.max)
        )
      }
    case .allIssuedBefore(let limit):
      return .all(
        issuedBefore: fields.time(limit, "all_issued_before", Fields.earliest...Fields.latest))
    case nil:
      fields.reject("what", "must be credential_id, partner or all_issued_before")
      return nil
    }
  }

  func execute(_ wanted: RevocationList.Content, _ transaction: Transaction, _ call: Call) throws
    -> Effect<Contracts.Identity.V1.PutRevocationsResponse>
  {
    let held = try RevocationRecords.load(transaction)
    guard wanted != held, wanted.supersedes(held) else {
      return Effect(.with { $0.epoch = held.epoch }, audit: nil)
    }
    try RevocationRecords.put(wanted, transaction)
    transaction.afterCommit { [list] in list.replace(with: wanted) }
    return Effect(
      .with { $0.epoch = wanted.epoch },
      audit: AuditNote(
        object:
          "revocations: epoch \(wanted.epoch), \(wanted.credentials.count) credentials, \(wanted.partners.count) partners"
      ))
  }
}
