public import Contracts
public import Environment
public import Logging
public import Protobuf
public import RecordStore
import Synchronization
public import Values

/// What a service knows of MasterData: a copy in its own database, followed by a watch for what is of all
/// sites and one for each site, so that the service goes on working while MasterData is down.
///
/// After ``freshSeconds`` without MasterData nobody is refused for a code that is not in it.
///
/// ```swift
/// let copy = ReferenceCopy(sites: sites, kinds: [.item, .unit], environment: environment, logger: logger)
/// plan.follow(copy.follower, of: configuration.masterData)
/// try copy.ownership(of: site).check("production_order", …)
/// let item = try ReferenceRecords.find(.item, "VALVE", site: "", snapshot)
/// ```
public final class ReferenceCopy: Sendable {
  /// How long after its watch has broken a copy counts as current, in seconds: a restart of MasterData
  /// takes less.
  public static let freshSeconds: Int64 = 60

  /// Follows MasterData.
  public let follower: WatchFollower<ReferenceWatch>
  private let clock: any Clock
  private let ownership: OwnershipBoard

  /// A copy of the records of some kinds; ownership rules are always among them.
  /// - Parameter onChange: called when records have been taken over or everything has been told.
  public init(
    sites: some Sequence<SiteCode>, kinds: [Masterdata.V1.RecordKind], environment: Environment,
    logger: Logger, onChange: @escaping @Sendable () -> Void = {}
  ) {
    let sites = sites.sorted { $0.text < $1.text }
    let ofAllSites = kinds.filter(\.isOfAllSites)
    let ofSites = kinds.filter { !$0.isOfAllSites } + [.ownershipRule]
    let board = OwnershipBoard()
    func watch(_ place: String, _ site: SiteCode, _ kinds: [Masterdata.V1.RecordKind])
      -> ReferenceWatch
    {
      ReferenceWatch(place: place, site: site, kinds: kinds, ownership: board, onChange: onChange)
    }
    follower = WatchFollower(
      sites.map { watch($0.text, $0, ofSites) }
        + sites.prefix(ofAllSites.isEmpty ? 0 : 1).map { watch("", $0, ofAllSites) },
      of: "MasterData", clock: environment.clock, logger: logger)
    clock = environment.clock
    ownership = board
  }

  /// When the copy of a site was as MasterData is; `nil` when it has never been complete.
  public func asOf(_ site: SiteCode) -> Instant? {
    let moments = follower.watches.filter { $0.place.isEmpty || $0.site == site }
      .map { follower.asOf($0.name) }
    return moments.contains(nil) ? nil : moments.compactMap(\.self).min()
  }

  /// Whether a code that is not in the copy can be held against a caller.
  public func isFresh(_ site: SiteCode) -> Bool {
    guard let asOf = asOf(site) else { return false }
    return clock.now <= asOf.advanced(seconds: Self.freshSeconds)
  }

  /// Which system owns what at a site, as far as the copy knows.
  public func ownership(of site: SiteCode) -> OwnershipRules { ownership[site] }
}

/// One watch of MasterData.
public struct ReferenceWatch: FollowedWatch {
  /// The RPC that is followed.
  public static let method = Masterdata.V1.MasterDataService.watchChanges

  /// Whose records it brings; empty for those of all sites.
  let place: String
  /// On whose behalf it is made.
  let site: SiteCode
  let kinds: [Masterdata.V1.RecordKind]
  fileprivate let ownership: OwnershipBoard
  let onChange: @Sendable () -> Void

  /// One of a kind in the database.
  public var name: String { "master data \(place)" }
  /// What it asks for.
  public var question: String { kinds.map { String($0.rawValue) }.joined(separator: ",") }

  /// Goes on after a token.
  public func request(after token: String) -> Masterdata.V1.WatchChangesRequest {
    .with {
      $0.site = site.text
      $0.resumeToken = token
      $0.kinds = kinds
    }
  }

  /// From where to go on, and what was told.
  public func content(
    of response: Masterdata.V1.WatchChangesResponse
  ) -> (token: String, item: Masterdata.V1.Record?) { (response.resumeToken, response.record) }

  /// Keeps what was told.
  public func keep(
    _ records: [Masterdata.V1.Record], reading: Int64, _ transaction: Transaction
  ) throws {
    for record in records { try ReferenceRecords.put(record, reading, transaction) }
  }

  /// What this reading did not have is gone.
  public func forget(before reading: Int64, _ transaction: Transaction) throws {
    try ReferenceRecords.forget(before: reading, in: place, transaction)
  }

  /// What is held in memory is read again.
  public func kept(_ snapshot: Snapshot) throws {
    ownership[site] = try ReferenceRecords.ownership(of: site, snapshot)
    onChange()
  }
}

/// The ownership rules of every site, for whoever asks.
private final class OwnershipBoard: Sendable {
  private let rules = Mutex<[SiteCode: OwnershipRules]>([:])

  subscript(site: SiteCode) -> OwnershipRules {
    get { rules.withLock { $0[site] ?? OwnershipRules([]) } }
    set { rules.withLock { $0[site] = newValue } }
  }
}

extension Masterdata.V1.RecordKind {
  /// Whether records of the kind are the same at all sites.
  fileprivate var isOfAllSites: Bool { [.unit, .item, .businessPartner].contains(self) }
}
