public import Environment
import Identity
public import Logging
public import RPC
public import RecordStore
import Synchronization
import Values

/// Counts every call of a partner: how it ended, how much it moved, how long it took.
///
/// Counted in memory and written every second, so that it is never in a caller's way: what a crash
/// takes is at most ``flushIntervalMilliseconds``' worth. Calls of nobody known are not counted here;
/// they can't make it grow.
public final class UsageLedger: CallObserver {
  /// How often it is written, in milliseconds.
  public static let flushIntervalMilliseconds: Int64 = 1_000
  /// How long it is kept, in days: a year, and time to look at it.
  static let keptDays: Int64 = 400
  /// Most entries held in memory, some 200 bytes each. Beyond it calls are counted by the log alone:
  /// it takes 10,000 partners with ten methods each between two flushes.
  static let maximumEntries = 100_000
  /// Entries of one transaction: a few milliseconds of the writer's time.
  static let entriesPerWrite = 500

  private struct State {
    var entries: [UsageKey: UsageCount] = [:]
    var dropped: Int64 = 0
  }

  private let state = Mutex(State())
  private let database: Database
  private let clock: any Clock
  private let logger: Logger
  private let paths: Set<String>

  /// A ledger in a database.
  /// - Parameter paths: the methods whose calls are counted: they bound it.
  public init(
    _ database: Database, paths: Set<String> = OfferedMethods.paths, clock: any Clock,
    logger: Logger
  ) {
    self.database = database
    self.paths = paths
    self.clock = clock
    self.logger = logger
  }

  /// Counts the calls of a path whose handler has attached a ``Caller``, or its mark when it was let
  /// in.
  public func observation(of path: String) -> (@Sendable (CallOutcome) -> Void)? {
    guard paths.contains(path) else { return nil }
    let method = String(path.dropFirst())
    let isCharged = !MethodCosts.free.contains(path)
    return { [self] outcome in
      switch outcome.context?.attachment {
      case let partner as AdmittedPartner:
        count(outcome, of: partner.subject, method, isCharged: isCharged)
      case let caller as Caller:
        count(outcome, of: caller.subject, method, isCharged: false)
      default: return
      }
    }
  }

  private func count(
    _ outcome: CallOutcome, of partner: String, _ method: String, isCharged: Bool
  ) {
    let now = clock.now
    let key = UsageKey(
      day: CalendarDay(now), partner: partner, method: method,
      code: outcome.code)
    let call = UsageCount(outcome, at: now, isCharged: isCharged)
    state.withLock { state in
      // Mostly it is there: one look-up, because this is done for every call.
      if let place = state.entries.index(forKey: key) {
        state.entries.values[place].add(call)
      } else if state.entries.count < Self.maximumEntries {
        state.entries[key] = call
      } else {
        state.dropped += 1
      }
    }
  }

  /// Writes until the task is cancelled, and then once more. Calls that are under way then end later:
  /// whoever stops the server flushes when the last one has ended.
  public func run() async throws {
    do {
      while true {
        try await Task.sleep(for: .milliseconds(Self.flushIntervalMilliseconds))
        await flush()
      }
    } catch {
      // The last second, too: this part is cancelled before the database is closed.
      await Task { await flush() }.value
    }
  }

  /// Writes what was counted. What can't be written is counted again with what follows.
  public func flush() async {
    let (entries, dropped) = state.withLock { state in
      defer { state = State() }
      return (state.entries, state.dropped)
    }
    if dropped > 0 {
      logger.error("calls are not in the usage ledger", metadata: ["calls": "\(dropped)"])
    }
    var rest = entries.map { (key: $0.key, count: $0.value) }[...]
    while !rest.isEmpty {
      let part = Array(rest.prefix(Self.entriesPerWrite))
      let oldest = CalendarDay(clock.now).advanced(days: -Self.keptDays)
      do {
        try await database.write { transaction in
          for entry in part { try UsageRecords.add(entry.count, to: entry.key, transaction) }
          try UsageRecords.prune(before: oldest, transaction)
        }
      } catch {
        logger.warning("usage waits to be written", metadata: ["error": "\(error)"])
        return putBack(rest)
      }
      rest = rest.dropFirst(part.count)
    }
  }

  /// Calls that wait to be written.
  var heldCalls: Int64 { state.withLock { $0.entries.values.reduce(0) { $0 + $1.calls } } }

  private func putBack(_ rest: ArraySlice<(key: UsageKey, count: UsageCount)>) {
    state.withLock { state in
      for entry in rest where state.entries.count < Self.maximumEntries {
        state.entries[entry.key, default: UsageCount()].add(entry.count)
      }
    }
  }

  /// How many calls of today each partner's daily quota was charged with, as far as they are written.
  public static func callsToday(_ database: Database, clock: any Clock) async throws
    -> [String: Int64]
  {
    let today = CalendarDay(clock.now)
    return try await database.read { try UsageRecords.callsByPartner(on: today, $0) }
  }
}
