public import Contracts
public import Environment
public import Logging
public import Protobuf
public import RecordStore
import Synchronization
public import Values

/// What a service knows of MasterData: a copy in its own database, followed by a watch for each site, so
/// that the service goes on working while MasterData is down.
///
/// The first load and every later change come the same way. What it knows is as of now while the watch
/// stands and has told everything; when it breaks, the copy grows old, and after
/// ``freshSeconds`` nobody is refused for a code that is not in it.
///
/// ```swift
/// let copy = ReferenceCopy(sites: sites, kinds: [.item, .unit], environment: environment, logger: logger)
/// await copy.run(database, masterData)                     // until cancelled
/// try copy.ownership(of: site).check("production_order", …)
/// let item = try ReferenceRecords.find(.item, "VALVE", site: "", snapshot)
/// ```
public final class ReferenceCopy: Sendable {
  /// How long after its watch has broken a copy counts as current, in seconds: a restart of MasterData
  /// takes less.
  public static let freshSeconds: Int64 = 60
  /// Pause before a broken watch is begun again, in milliseconds.
  private static let pauseMilliseconds: Int64 = 1_000
  /// Records of one transaction.
  private static let batchSize = 500

  private struct State {
    /// When all had been told; while a watch stands it is as of now.
    var completeAt: [SiteCode: Instant] = [:]
    var isFollowing: Set<SiteCode> = []
    var ownership: [SiteCode: OwnershipRules] = [:]
  }

  /// In order; the first one's watch brings what is of all sites.
  private let sites: [SiteCode]
  private let kinds: [Masterdata.V1.RecordKind]
  private let clock: any Clock
  private let logger: Logger
  private let state = Mutex(State())
  private let onChange: @Sendable () -> Void

  /// A copy of the records of some kinds; ownership rules are always among them.
  /// - Parameter onChange: called when records have been taken over or everything has been told.
  public init(
    sites: some Sequence<SiteCode>, kinds: [Masterdata.V1.RecordKind], environment: Environment,
    logger: Logger, onChange: @escaping @Sendable () -> Void = {}
  ) {
    self.sites = sites.sorted { $0.text < $1.text }
    self.kinds = kinds + [.ownershipRule]
    clock = environment.clock
    self.logger = logger
    self.onChange = onChange
  }

  /// When the copy of a site was as MasterData is; `nil` when it has never been complete.
  public func asOf(_ site: SiteCode) -> Instant? {
    let now = clock.now
    return state.withLock { state in
      // What is of all sites comes with the first one's watch.
      let moments = [site, sites.first ?? site].map { place in
        state.isFollowing.contains(place) ? now : state.completeAt[place]
      }
      return moments.contains(nil) ? nil : moments.compactMap(\.self).min()
    }
  }

  /// Whether a code that is not in the copy can be held against a caller.
  public func isFresh(_ site: SiteCode) -> Bool {
    guard let asOf = asOf(site) else { return false }
    return clock.now <= asOf.advanced(seconds: Self.freshSeconds)
  }

  /// Which system owns what at a site, as far as the copy knows.
  public func ownership(of site: SiteCode) -> OwnershipRules {
    state.withLock { $0.ownership[site] ?? OwnershipRules([]) }
  }

  /// Takes over what the database has kept from before; call it before the first question.
  public func load(_ snapshot: Snapshot) throws {
    for site in sites {
      let watch = try ReferenceRecords.watch(of: site, snapshot)
      let rules = try ReferenceRecords.ownership(of: site, snapshot)
      state.withLock { state in
        state.completeAt[site] = watch?.completeAt
        state.ownership[site] = rules
      }
    }
  }

  /// Follows MasterData until the task is cancelled.
  public func run(_ database: Database, _ masterData: any ServiceCaller) async {
    await withTaskGroup(of: Void.self) { group in
      for site in sites {
        group.addTask { await self.follow(site, database, .init(masterData)) }
      }
    }
  }

  private func follow(
    _ site: SiteCode, _ database: Database, _ client: Masterdata.V1.MasterDataServiceClient
  ) async {
    var isSaid = false
    while !Task.isCancelled {
      do {
        try await followOnce(site, database, client) { isSaid = false }
      } catch RecordStoreError.closed {
        return
      } catch {
        // Once for each outage, not once for each try.
        if !Task.isCancelled, !isSaid {
          logger.warning(
            "MasterData can't be followed; what is known of it grows old",
            metadata: ["site": "\(site)", "error": "\(error)"])
          isSaid = true
        }
      }
      let now = clock.now
      state.withLock { state in
        if state.isFollowing.remove(site) != nil { state.completeAt[site] = now }
      }
      try? await Task.sleep(for: .milliseconds(Self.pauseMilliseconds))
    }
  }

  /// One watch, until it breaks.
  private func followOnce(
    _ site: SiteCode, _ database: Database, _ client: Masterdata.V1.MasterDataServiceClient,
    stands: () -> Void
  ) async throws {
    var watch = try await database.read { try ReferenceRecords.watch(of: site, $0) } ?? .init()
    let request = Masterdata.V1.WatchChangesRequest.with {
      $0.site = site.text
      $0.resumeToken = watch.token
      $0.kinds = kinds
    }
    do {
      var waiting: [Masterdata.V1.Record] = []
      for try await response in try await client.watchChanges(request) {
        watch.token = response.resumeToken
        if let record = response.record { waiting.append(record) }
        let isAll = response.record == nil
        guard isAll || waiting.count >= Self.batchSize else { continue }
        // Most markers come with nothing of ours: what they say need not be on disk.
        if !waiting.isEmpty || watch.completeAt == nil || !isFollowing(site) {
          if isAll { watch.completeAt = clock.now }
          try await keep(waiting, watch, site, database, isAll: isAll)
          waiting = []
        }
        if isAll {
          state.withLock { _ = $0.isFollowing.insert(site) }
          stands()
          onChange()
        }
      }
    } catch let refusal as Refusal where refusal.reason == Refusal.feedRestored.reason {
      logger.warning("MasterData was restored: it is read anew", metadata: ["site": "\(site)"])
      let next = ReferenceRecords.Watch(
        token: "", reading: watch.reading + 1, completeAt: watch.completeAt)
      try await database.write { try ReferenceRecords.put(next, of: site, $0) }
    }
  }

  private func isFollowing(_ site: SiteCode) -> Bool {
    state.withLock { $0.isFollowing.contains(site) }
  }

  /// What was told, and how far, in one transaction.
  private func keep(
    _ records: [Masterdata.V1.Record], _ watch: ReferenceRecords.Watch, _ site: SiteCode,
    _ database: Database, isAll: Bool
  ) async throws {
    // Units and items are told to every watch, and kept once.
    let isFirst = site == sites.first
    let places = isFirst ? [site.text, ""] : [site.text]
    let rules = try await database.write { transaction in
      for record in records where isFirst || !record.isOfAllSites {
        try ReferenceRecords.put(record, watch.reading, transaction)
      }
      if isAll { try ReferenceRecords.forget(before: watch.reading, in: places, transaction) }
      try ReferenceRecords.put(watch, of: site, transaction)
      return try ReferenceRecords.ownership(of: site, transaction)
    }
    state.withLock { $0.ownership[site] = rules }
    onChange()
  }
}

extension Masterdata.V1.Record {
  /// Whether it is the same at all sites.
  fileprivate var isOfAllSites: Bool {
    switch content {
    case .unit, .item, .businessPartner: true
    default: false
    }
  }
}
