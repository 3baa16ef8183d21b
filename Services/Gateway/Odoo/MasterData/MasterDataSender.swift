import Contracts
import Protobuf
import ServiceKit
import Values

/// Brings records to MasterData on behalf of a site.
struct MasterDataSender: Sendable {
  /// Records of one call.
  static let maximumRecords = 500
  /// And their bytes: half of what a service takes in one message.
  static let maximumBytes = 2 << 20
  /// How long one call may take.
  static let callTimeoutMilliseconds: Int64 = 60_000

  let site: SiteCode
  let masterData: any ServiceCaller

  /// What has become of a record.
  enum Outcome: Sendable, Hashable {
    case taken
    case rejected(reason: String, message: String)
  }

  /// MasterData can't be asked now; nothing is known of what was sent.
  struct Unavailable: Error, Sendable, Hashable {
    var text: String
  }

  /// Sends records of one kind, each code once, and answers what has become of each.
  /// - Throws: ``Unavailable``.
  func send(_ kind: RecordKind, _ contents: [Claim.Content]) async throws -> [Outcome] {
    if contents.isEmpty { return [] }
    switch try await ServiceAnswer.of({ try await upsert(kind, contents) }) {
    case .answered(let outcomes):
      guard outcomes.count == contents.count else {
        throw Unavailable(text: "MasterData has answered for \(outcomes.count) records")
      }
      return outcomes.map(Self.outcome)
    case .refused(let reason, let message):
      // One of them keeps the others out: it is found by halves.
      guard contents.count > 1 else { return [.rejected(reason: reason, message: message)] }
      let middle = contents.count / 2
      return try await send(kind, Array(contents[..<middle]))
        + send(kind, Array(contents[middle...]))
    case .unavailable(let text):
      throw Unavailable(text: text)
    }
  }

  /// Where MasterData stands, `nil` when it does not know the token of before any more because it was
  /// restored.
  /// - Parameter token: of before; empty for none.
  /// - Throws: ``Unavailable``.
  func position(after token: String) async throws -> String? {
    let request = Masterdata.V1.WatchChangesRequest.with {
      $0.site = site.text
      $0.resumeToken = token
      // Hardly ever changed: only the end is waited for.
      $0.kinds = [.site]
    }
    do {
      let options = CallOptions(timeoutMilliseconds: Self.callTimeoutMilliseconds)
      let client = Masterdata.V1.MasterDataServiceClient(masterData)
      for try await told in try await client.watchChanges(request, options: options)
      where told.record == nil {
        return told.resumeToken
      }
      throw Unavailable(text: "a watch has ended before it has told everything")
    } catch let refusal as Refusal where refusal.reason == Refusal.feedRestored.reason {
      return nil
    } catch let refusal as Refusal {
      throw Unavailable(text: "\(refusal.code) \(refusal.message)")
    }
  }

  /// The records of some codes, as far as there are any.
  /// - Throws: ``Unavailable``.
  func find(_ kind: RecordKind, _ codes: [String]) async throws -> [String: Claim.Content] {
    switch try await ServiceAnswer.of({ try await get(kind, codes) }) {
    case .answered(let contents):
      return Dictionary(
        contents.map { ($0.head?.code ?? "", $0) }, uniquingKeysWith: { first, _ in first })
    case .refused(let reason, let message): throw Unavailable(text: "\(reason) \(message)")
    case .unavailable(let text): throw Unavailable(text: text)
    }
  }

  private static func outcome(_ outcome: Masterdata.V1.UpsertOutcome) -> Outcome {
    switch outcome.receipt {
    case .accepted, .duplicate: .taken
    default:
      .rejected(
        reason: outcome.rejection?.reason ?? "",
        message: words(outcome.rejection ?? .init()))
    }
  }

  private static func words(_ rejection: Common.V1.Rejection) -> String {
    let fields = rejection.violations.map { "\($0.field) \($0.rule)" }
    return ([rejection.message] + fields).joined(separator: "; ")
  }
}

// One case for each kind and direction: the calls of the contract differ in their types alone.
extension MasterDataSender {
  private var client: Masterdata.V1.MasterDataServiceClient { .init(masterData) }

  private var options: CallOptions {
    CallOptions(timeoutMilliseconds: Self.callTimeoutMilliseconds)
  }

  private func upsert(_ kind: RecordKind, _ contents: [Claim.Content]) async throws
    -> [Masterdata.V1.UpsertOutcome]
  {
    let site = site.text
    switch kind {
    case .unit:
      return try await client.upsertUnits(
        .with { ($0.site, $0.units) = (site, contents.compactMap(\.unit)) }, options: options
      ).outcomes
    case .businessPartner:
      return try await client.upsertBusinessPartners(
        .with { ($0.site, $0.businessPartners) = (site, contents.compactMap(\.businessPartner)) },
        options: options
      ).outcomes
    case .item:
      return try await client.upsertItems(
        .with { ($0.site, $0.items) = (site, contents.compactMap(\.item)) }, options: options
      ).outcomes
    case .workCenter:
      return try await client.upsertWorkCenters(
        .with { ($0.site, $0.workCenters) = (site, contents.compactMap(\.workCenter)) },
        options: options
      ).outcomes
    case .warehouse:
      return try await client.upsertWarehouses(
        .with { ($0.site, $0.warehouses) = (site, contents.compactMap(\.warehouse)) },
        options: options
      ).outcomes
    case .location:
      return try await client.upsertLocations(
        .with { ($0.site, $0.locations) = (site, contents.compactMap(\.location)) },
        options: options
      ).outcomes
    case .routing:
      return try await client.upsertRoutings(
        .with { ($0.site, $0.routings) = (site, contents.compactMap(\.routing)) },
        options: options
      ).outcomes
    case .billOfMaterial:
      return try await client.upsertBillsOfMaterial(
        .with { ($0.site, $0.billsOfMaterial) = (site, contents.compactMap(\.billOfMaterial)) },
        options: options
      ).outcomes
    case .supplierItem:
      return try await client.upsertSupplierItems(
        .with { ($0.site, $0.supplierItems) = (site, contents.compactMap(\.supplierItem)) },
        options: options
      ).outcomes
    }
  }

  private func get(_ kind: RecordKind, _ codes: [String]) async throws -> [Claim.Content] {
    let site = site.text
    switch kind {
    case .unit:
      return try await client.getUnits(
        .with { ($0.site, $0.codes) = (site, codes) }, options: options
      ).units.map { .unit($0) }
    case .businessPartner:
      return try await client.getBusinessPartners(
        .with { ($0.site, $0.codes) = (site, codes) }, options: options
      ).businessPartners.map { .businessPartner($0) }
    case .item:
      return try await client.getItems(
        .with { ($0.site, $0.codes) = (site, codes) }, options: options
      ).items.map { .item($0) }
    case .workCenter:
      return try await client.getWorkCenters(
        .with { ($0.site, $0.codes) = (site, codes) }, options: options
      ).workCenters.map { .workCenter($0) }
    case .warehouse:
      return try await client.getWarehouses(
        .with { ($0.site, $0.codes) = (site, codes) }, options: options
      ).warehouses.map { .warehouse($0) }
    case .location:
      return try await client.getLocations(
        .with { ($0.site, $0.codes) = (site, codes) }, options: options
      ).locations.map { .location($0) }
    case .routing:
      return try await client.getRoutings(
        .with { ($0.site, $0.codes) = (site, codes) }, options: options
      ).routings.map { .routing($0) }
    case .billOfMaterial:
      return try await client.getBillsOfMaterial(
        .with { ($0.site, $0.codes) = (site, codes) }, options: options
      ).billsOfMaterial.map { .billOfMaterial($0) }
    case .supplierItem:
      return try await client.getSupplierItems(
        .with { ($0.site, $0.codes) = (site, codes) }, options: options
      ).supplierItems.map { .supplierItem($0) }
    }
  }
}
