import Contracts
import Environment
import Logging
import RecordStore
import Synchronization
import Values

/// A code that was asked for and that nobody knew.
struct UnmappedCode: Sendable, Hashable {
  var space: CodeSpace
  var code: String
  /// Whether a rule is for it, and only the record is missing.
  var hasRule: Bool
  var count: Int64
  var firstSeenAt: Instant
  var lastSeenAt: Instant
}

/// Counts the codes that nobody knew, in memory, and writes the counts down every few seconds: the
/// question that finds one is a read, and stays one.
final class UnmappedCodes: Sendable {
  private struct Key: Hashable {
    var space: CodeSpace
    var code: String
  }

  /// Most codes between two writes: beyond it they are not counted until the next. Whoever sends more
  /// than this has a system that is not mapped at all, and sees that by the first ten thousand.
  static let maximumWaiting = 10_000
  /// How often counts are written.
  static let intervalMilliseconds: Int64 = 2_000

  private let waiting = Mutex<[Key: UnmappedCode]>([:])

  /// A code was asked for, and is not known.
  func note(_ code: String, _ space: CodeSpace, hasRule: Bool, at moment: Instant) {
    let key = Key(space: space, code: code)
    waiting.withLock { waiting in
      if waiting[key] != nil {
        waiting[key]?.count += 1
        waiting[key]?.hasRule = hasRule
        waiting[key]?.lastSeenAt = moment
      } else if waiting.count < Self.maximumWaiting {
        waiting[key] = UnmappedCode(
          space: space, code: code, hasRule: hasRule, count: 1, firstSeenAt: moment,
          lastSeenAt: moment)
      }
    }
  }

  /// Writes the counts down until the task is cancelled.
  func run(_ database: Database, _ logger: Logger) async {
    while !Task.isCancelled {
      do { try await write(to: database) } catch RecordStoreError.closed { return } catch {
        logger.warning("unmapped codes could not be written", metadata: ["error": "\(error)"])
      }
      // Cancellation ends the sleep early, and the loop with it.
      try? await Task.sleep(for: .milliseconds(Self.intervalMilliseconds))
    }
    // The last seconds', by a task that is not cancelled; when it fails only counts are lost.
    _ = await Task { try? await self.write(to: database) }.value
  }

  /// Writes what has been counted; what could not be written counts on.
  func write(to database: Database) async throws {
    let codes = waiting.withLock { waiting in
      defer { waiting = [:] }
      return Array(waiting.values)
    }
    guard !codes.isEmpty else { return }
    do {
      try await database.write { transaction in
        for code in codes { try UnmappedCodeRecords.add(code, transaction) }
        for site in Set(codes.map(\.space.site)) {
          try UnmappedCodeRecords.prune(site, transaction)
        }
      }
    } catch {
      waiting.withLock { waiting in
        for code in codes {
          let key = Key(space: code.space, code: code.code)
          guard var newer = waiting[key] else {
            waiting[key] = code
            continue
          }
          newer.count += code.count
          newer.firstSeenAt = code.firstSeenAt
          waiting[key] = newer
        }
      }
      throw error
    }
  }
}
