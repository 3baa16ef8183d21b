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

  /// One watch.
  private struct Watch: Sendable {
    /// Whose records it brings; empty for those of all sites.
    let place: String
    /// On whose behalf it is made.
    let site: SiteCode
    let kinds: [Masterdata.V1.RecordKind]

    /// What it asks for: another question needs another answer from the beginning.
    var question: String { kinds.map { String($0.rawValue) }.joined(separator: ",") }
  }

  private struct State {
    /// When all had been told, by place; while a watch stands it is as of now.
    var completeAt: [String: Instant] = [:]
    var isFollowing: Set<String> = []
    var ownership: [SiteCode: OwnershipRules] = [:]
  }

  private let watches: [Watch]
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
    let sites = sites.sorted { $0.text < $1.text }
    let ofAllSites = kinds.filter(\.isOfAllSites)
    let ofSites = kinds.filter { !$0.isOfAllSites } + [.ownershipRule]
    watches =
      sites.map { Watch(place: $0.text, site: $0, kinds: ofSites) }
      + sites.prefix(ofAllSites.isEmpty ? 0 : 1).map {
        Watch(place: "", site: $0, kinds: ofAllSites)
      }
    clock = environment.clock
    self.logger = logger
    self.onChange = onChange
  }

  /// When the copy of a site was as MasterData is; `nil` when it has never been complete.
  public func asOf(_ site: SiteCode) -> Instant? {
    let now = clock.now
    return state.withLock { state in
      let places = watches.map(\.place).filter { $0.isEmpty || $0 == site.text }
      let moments = places.map { place in
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
    for watch in watches {
      let kept = try ReferenceRecords.watch(of: watch.place, snapshot)
      let rules = try ReferenceRecords.ownership(of: watch.site, snapshot)
      state.withLock { state in
        state.completeAt[watch.place] = kept?.completeAt
        state.ownership[watch.site] = rules
      }
    }
  }

  /// Follows MasterData until the task is cancelled.
  public func run(_ database: Database, _ masterData: any ServiceCaller) async {
    await withTaskGroup(of: Void.self) { group in
      for watch in watches {
        group.addTask { await self.follow(watch, database, .init(masterData)) }
      }
    }
  }

  private func follow(
    _ watch: Watch, _ database: Database, _ client: Masterdata.V1.MasterDataServiceClient
  ) async {
    var isSaid = false
    while !Task.isCancelled {
      do {
        try await followOnce(watch, database, client) { isSaid = false }
      } catch RecordStoreError.closed {
        return
      } catch {
        // Once for each outage, not once for each try.
        if !Task.isCancelled, !isSaid {
          logger.warning(
            "MasterData can't be followed; what is known of it grows old",
            metadata: ["site": "\(watch.site)", "error": "\(error)"])
          isSaid = true
        }
      }
      let now = clock.now
      state.withLock { state in
        if state.isFollowing.remove(watch.place) != nil { state.completeAt[watch.place] = now }
      }
      try? await Task.sleep(for: .milliseconds(Self.pauseMilliseconds))
    }
  }

  /// One watch, until it breaks.
  private func followOnce(
    _ watch: Watch, _ database: Database, _ client: Masterdata.V1.MasterDataServiceClient,
    stands: () -> Void
  ) async throws {
    let kept = try await database.read { try ReferenceRecords.watch(of: watch.place, $0) }
    var progress = kept ?? .init(question: watch.question)
    // Another version of this program asks for other kinds.
    if progress.question != watch.question { progress = progress.anew(watch.question) }
    let request = Masterdata.V1.WatchChangesRequest.with {
      $0.site = watch.site.text
      $0.resumeToken = progress.token
      $0.kinds = watch.kinds
    }
    do {
      var waiting: [Masterdata.V1.Record] = []
      for try await response in try await client.watchChanges(request) {
        progress.token = response.resumeToken
        if let record = response.record { waiting.append(record) }
        let isAll = response.record == nil
        guard isAll || waiting.count >= Self.batchSize else { continue }
        // Most markers come with nothing of ours: what they say need not be on disk.
        if !waiting.isEmpty || progress.completeAt == nil || !isFollowing(watch) {
          if isAll { progress.completeAt = clock.now }
          try await keep(waiting, progress, watch, database, isAll: isAll)
          waiting = []
        }
        if isAll { stands() }
      }
    } catch let refusal as Refusal where refusal.reason == Refusal.feedRestored.reason {
      logger.warning(
        "MasterData was restored: it is read anew", metadata: ["site": "\(watch.site)"])
      let next = progress.anew(watch.question)
      try await database.write { try ReferenceRecords.put(next, of: watch.place, $0) }
    }
  }

  private func isFollowing(_ watch: Watch) -> Bool {
    state.withLock { $0.isFollowing.contains(watch.place) }
  }

  /// What was told, and how far, in one transaction.
  private func keep(
    _ records: [Masterdata.V1.Record], _ progress: ReferenceRecords.Watch, _ watch: Watch,
    _ database: Database, isAll: Bool
  ) async throws {
    let rules = try await database.write { transaction in
      for record in records { try ReferenceRecords.put(record, progress.reading, transaction) }
      if isAll {
        try ReferenceRecords.forget(before: progress.reading, in: watch.place, transaction)
      }
      try ReferenceRecords.put(progress, of: watch.place, transaction)
      return try ReferenceRecords.ownership(of: watch.site, transaction)
    }
    state.withLock { state in
      state.ownership[watch.site] = rules
      if isAll { state.isFollowing.insert(watch.place) }
    }
    onChange()
  }
}

extension Masterdata.V1.RecordKind {
  /// Whether records of the kind are the same at all sites.
  fileprivate var isOfAllSites: Bool { [.unit, .item, .businessPartner].contains(self) }
}
