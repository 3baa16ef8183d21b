import Environment
import Synchronization
import Values

@testable import RecordStore

/// What one run of a workload was told, and where in the storage's record it had been told so.
struct History: Sendable {
  /// A value, and the position in the record before which nothing of it may be missing.
  struct Told<Value: Sendable>: Sendable {
    let position: Int
    let value: Value
  }

  /// A fact as its caller asked for it.
  struct Fact: Sendable, Hashable {
    let id: Identifier
    let name: Int
    let good: Int64
    /// Some are longer than a page of the database.
    let payloadBytes: Int

    var payload: [UInt8] {
      [UInt8](repeating: UInt8(truncatingIfNeeded: id.low), count: payloadBytes)
    }
  }

  /// By its id, every fact that may be there. Refused ones are not among them.
  var facts: [Identifier: Fact] = [:]
  /// Facts that were accepted, or named as the reason of another answer.
  var acknowledged: [Told<Identifier>] = []
  /// How far the consumer was told that it has acknowledged the feed.
  var consumed: [Told<Int64>] = []
  /// Up to where the feed was told to be pruned.
  var pruned: [Told<Int64>] = []
  /// Openings that succeeded: from then on feed tokens carry the incarnation.
  var opened: [Told<Incarnation>] = []
  /// The facts in the order of their commits, as the run ended.
  var order: [Identifier] = []
  /// The record.
  var operations: [StorageOperation] = []
}

/// A history that tasks write into while it happens.
final class Notes: Sendable {
  private let history = Mutex(History())
  private let storage: FaultyStorage

  init(_ storage: FaultyStorage) { self.storage = storage }

  /// Notes that a fact is asked for and may be there from now on.
  func asking(_ fact: History.Fact) { history.withLock { $0.facts[fact.id] = fact } }

  /// Notes an answer. The position is taken after the answer has come, so never too early.
  func told<Value: Sendable>(
    _ value: Value, in list: WritableKeyPath<History, [History.Told<Value>]>
  ) {
    let position = storage.position
    history.withLock { $0[keyPath: list].append(History.Told(position: position, value: value)) }
  }

  /// Notes which facts are there, in the order of their commits.
  func found(_ order: [Identifier]) { history.withLock { $0.order = order } }

  /// Everything so far, with the storage's record.
  var all: History {
    var all = history.withLock { $0 }
    all.operations = storage.operations
    return all
  }
}

extension [History.Told<Int64>] {
  /// The last of what had been told at a position; 0 when nothing had.
  func last(at position: Int) -> Int64 {
    filter { $0.position <= position }.map(\.value).max() ?? 0
  }
}
