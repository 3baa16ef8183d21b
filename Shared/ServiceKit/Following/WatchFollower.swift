public import Environment
public import Logging
public import Protobuf
public import RecordStore
import Synchronization
public import Values

/// Follows watches of another service into the database of this one, so that it goes on working while the
/// other is down.
///
/// The first load and every later change come the same way. What is known is as of now while a watch
/// stands and has told everything; when it breaks, it grows old, and ``asOf(_:)`` says how old. A restored
/// source is read anew.
public final class WatchFollower<Watch: FollowedWatch>: Sendable {
  /// Pause before a broken watch is begun again, in milliseconds.
  private static var pauseMilliseconds: Int64 { 1_000 }
  /// Messages of one transaction.
  private static var batchSize: Int { 500 }

  private struct State {
    /// When all had been told, by name; while a watch stands it is as of now.
    var completeAt: [String: Instant] = [:]
    var isFollowing: Set<String> = []
  }

  /// What is followed.
  public let watches: [Watch]
  /// The service they are watches of.
  let source: String
  private let clock: any Clock
  private let logger: Logger
  private let state = Mutex(State())

  /// A follower of watches.
  /// - Parameter source: the service they are watches of, for the log.
  public init(_ watches: [Watch], of source: String, clock: any Clock, logger: Logger) {
    self.watches = watches
    self.source = source
    self.clock = clock
    self.logger = logger
  }

  /// When what is known by a watch was as its source is; `nil` when all has never been told.
  public func asOf(_ name: String) -> Instant? {
    let now = clock.now
    return state.withLock { $0.isFollowing.contains(name) ? now : $0.completeAt[name] }
  }

  /// Takes over what the database has kept from before; call it before the first question.
  public func load(_ snapshot: Snapshot) throws {
    for watch in watches {
      let kept = try FollowedWatchRecords.find(watch.name, snapshot)
      state.withLock { $0.completeAt[watch.name] = kept?.completeAt }
      try watch.kept(snapshot)
    }
  }

  /// Follows the watches until the task is cancelled.
  public func run(_ database: Database, _ source: any ServiceCaller) async {
    await withTaskGroup(of: Void.self) { group in
      for watch in watches {
        group.addTask { await self.follow(watch, database, source) }
      }
    }
  }

  private func follow(
    _ watch: Watch, _ database: Database, _ caller: any ServiceCaller
  ) async {
    var isSaid = false
    while !Task.isCancelled {
      do {
        try await followOnce(watch, database, caller) { isSaid = false }
      } catch RecordStoreError.closed {
        return
      } catch {
        // Once for each outage, not once for each try.
        if !Task.isCancelled, !isSaid {
          logger.warning(
            "\(source) can't be followed; what is known of it grows old",
            metadata: ["watch": "\(watch.name)", "error": "\(error)"])
          isSaid = true
        }
      }
      let now = clock.now
      state.withLock { state in
        if state.isFollowing.remove(watch.name) != nil { state.completeAt[watch.name] = now }
      }
      try? await Task.sleep(for: .milliseconds(Self.pauseMilliseconds))
    }
  }

  /// One watch, until it breaks.
  private func followOnce(
    _ watch: Watch, _ database: Database, _ caller: any ServiceCaller, stands: () -> Void
  ) async throws {
    let kept = try await database.read { try FollowedWatchRecords.find(watch.name, $0) }
    var progress = kept ?? .init(question: watch.question)
    // Another version of this program asks for something else.
    if progress.question != watch.question { progress = progress.anew(watch.question) }
    do {
      var waiting: [Watch.Item] = []
      let responses = try await caller.serverStreaming(
        Watch.method, watch.request(after: progress.token), CallOptions())
      for try await response in responses {
        let (token, item) = watch.content(of: response)
        progress.token = token
        if let item { waiting.append(item) }
        let isAll = item == nil
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
        "\(source) was restored: it is read anew", metadata: ["watch": "\(watch.name)"])
      let next = progress.anew(watch.question)
      try await database.write { try FollowedWatchRecords.put(next, watch.name, $0) }
    }
  }

  private func isFollowing(_ watch: Watch) -> Bool {
    state.withLock { $0.isFollowing.contains(watch.name) }
  }

  /// What was told, and how far, in one transaction.
  private func keep(
    _ items: [Watch.Item], _ progress: FollowedWatchRecords.Progress, _ watch: Watch,
    _ database: Database, isAll: Bool
  ) async throws {
    try await database.write { transaction in
      try watch.keep(items, reading: progress.reading, transaction)
      if isAll { try watch.forget(before: progress.reading, transaction) }
      try FollowedWatchRecords.put(progress, watch.name, transaction)
    }
    try await database.read { try watch.kept($0) }
    if isAll { state.withLock { _ = $0.isFollowing.insert(watch.name) } }
  }
}

extension WatchFollower: MetricSource {
  /// How old what is known by each watch is. Of one that has never told all there is no age.
  public func families() -> [MetricFamily] {
    var age = MetricFamily(
      "millrace_followed_age_seconds", .gauge,
      help: "How old what is known of another service is, by watch; 0 while the watch stands.")
    var complete = MetricFamily(
      "millrace_followed_complete", .gauge,
      help: "Whether a watch of another service has ever told all there was.")
    let now = clock.now
    for watch in watches {
      let label = [MetricFamily.Label("watch", watch.name)]
      let asOf = asOf(watch.name)
      complete.add(asOf == nil ? 0 : 1, label)
      if let asOf { age.add(Double(max(0, now.milliseconds(since: asOf))) / 1_000, label) }
    }
    return [age, complete]
  }
}
