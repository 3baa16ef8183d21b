public import Contracts
public import Environment
public import Logging
public import Protobuf
public import RecordStore
import Synchronization
public import Values

/// A hold as a service that has to keep to it knows it.
public struct KnownHold: Sendable, Hashable {
  /// Its identifier at Quality.
  public let holdID: String
  /// What it covers.
  public let target: HoldTarget
  /// Whether what it covers is scrap: nothing but taking it off the books is left.
  public let isScrap: Bool
  /// Why, in words.
  public let reason: String
  /// Since when.
  public let placedAt: Instant
}

/// What a service knows of Quality's holds: a copy in its own database, followed by a watch for each site.
/// While Quality is down the last known holds still stop what they cover.
///
/// ```swift
/// let holds = HoldCopy(sites: sites, environment: environment, logger: logger)
/// plan.follow(holds.follower, of: configuration.quality)
/// try holds.check([.order(name), .lot(item: "BODY", lot: "L-17")], at: site)
/// ```
public final class HoldCopy: Sendable {
  /// Follows Quality.
  public let follower: WatchFollower<HoldWatch>
  private let board: HoldBoard

  /// A copy of the holds of some sites.
  public init(sites: some Sequence<SiteCode>, environment: Environment, logger: Logger) {
    let board = HoldBoard()
    self.board = board
    follower = WatchFollower(
      sites.sorted { $0.text < $1.text }.map { HoldWatch(site: $0, board: board) },
      of: "Quality", clock: environment.clock, logger: logger)
  }

  /// When the holds of a site were known as they are at Quality; `nil` when they have never been.
  public func asOf(_ site: SiteCode) -> Instant? { follower.asOf(HoldWatch.name(of: site)) }

  /// The holds that cover any of these, in the order of their identifiers.
  public func holds(on targets: some Sequence<HoldTarget>, at site: SiteCode) -> [KnownHold] {
    board.holds(on: targets, at: site)
  }

  /// Refuses what a hold covers.
  /// - Throws: ``Refusal`` with reason `ON_HOLD`.
  public func check(_ targets: some Sequence<HoldTarget>, at site: SiteCode) throws(Refusal) {
    let holds = holds(on: targets, at: site)
    if !holds.isEmpty { throw .onHold(holds) }
  }
}

extension Refusal {
  /// Most holds that a refusal names.
  private static let maximumNamedHolds = 5

  /// Something that the call would use, move or make is on hold. The metadata has the holds' identifiers
  /// and what the first of them covers.
  public static func onHold(_ holds: [KnownHold]) -> Refusal {
    let named = holds.prefix(maximumNamedHolds)
    let words = named.map { hold in
      "\(hold.target.text) is \(hold.isScrap ? "scrap" : "on hold"): \(hold.reason)"
    }
    return Refusal(
      .failedPrecondition, reason: "ON_HOLD", words.joined(separator: "; "),
      metadata: [
        "hold_ids": named.map(\.holdID).joined(separator: ","),
        "hold_count": String(holds.count), "target": holds.first?.target.text ?? "",
      ])
  }
}

/// The watch of a site's holds.
public struct HoldWatch: FollowedWatch {
  /// The RPC that is followed.
  public static let method = Quality.V1.QualityService.watchHolds

  let site: SiteCode
  fileprivate let board: HoldBoard

  static func name(of site: SiteCode) -> String { "holds \(site.text)" }

  /// One of a kind in the database.
  public var name: String { Self.name(of: site) }
  /// What it asks for.
  public var question: String { "holds" }

  /// Goes on after a token.
  public func request(after token: String) -> Quality.V1.WatchHoldsRequest {
    .with {
      $0.site = site.text
      $0.resumeToken = token
    }
  }

  /// From where to go on, and what was told.
  public func content(
    of response: Quality.V1.WatchHoldsResponse
  ) -> (token: String, item: Quality.V1.Hold?) { (response.resumeToken, response.hold) }

  /// Keeps what was told.
  public func keep(
    _ holds: [Quality.V1.Hold], reading: Int64, _ transaction: Transaction
  ) throws {
    for hold in holds { try HoldRecords.put(hold, reading, transaction) }
  }

  /// What this reading did not have is gone.
  public func forget(before reading: Int64, _ transaction: Transaction) throws {
    try HoldRecords.forget(before: reading, at: site, transaction)
  }

  /// What is held in memory is read again.
  public func kept(_ snapshot: Snapshot) throws {
    board.put(try HoldRecords.all(site, snapshot), at: site)
  }
}

/// The holds of every site by what they cover, for whoever asks.
private final class HoldBoard: Sendable {
  private let sites = Mutex<[SiteCode: [HoldTarget: [KnownHold]]]>([:])

  func put(_ holds: [Quality.V1.Hold], at site: SiteCode) {
    let known = holds.compactMap(KnownHold.init)
    sites.withLock { $0[site] = Dictionary(grouping: known, by: \.target) }
  }

  func holds(on targets: some Sequence<HoldTarget>, at site: SiteCode) -> [KnownHold] {
    let found = sites.withLock { sites -> [KnownHold] in
      guard let holds = sites[site], !holds.isEmpty else { return [] }
      return Set(targets).flatMap { holds[$0] ?? [] }
    }
    return found.sorted { $0.holdID < $1.holdID }
  }
}

extension KnownHold {
  fileprivate init?(_ hold: Quality.V1.Hold) {
    guard let target = hold.target.flatMap(HoldTarget.init), let placedAt = hold.placedAt else {
      return nil
    }
    self.init(
      holdID: hold.holdID, target: target, isScrap: hold.state == .convertedToScrap,
      reason: hold.reason, placedAt: placedAt.instant)
  }
}
