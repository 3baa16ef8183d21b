import JSON
import Values

/// From where a poll reads. Odoo's `write_date` has microseconds and is answered in whole seconds,
/// and it is the start of the writing transaction while rows appear at its end: so every poll reads
/// some minutes again, and what was seen is recognised by its content (contract §3.1).
struct PollWindow: Sendable, Hashable {
  /// The longest writing transaction expected: 400 rows took 8 s when recorded, imports take
  /// minutes.
  static let overlapSeconds: Int64 = 300

  /// The newest write_date that was seen; `nil` before the first poll.
  var cursor: String?

  /// Nothing older is read.
  var start: String? { start(overlapSeconds: Self.overlapSeconds) }

  /// The same with another overlap.
  func start(overlapSeconds: Int64) -> String? {
    guard let cursor, let time = CivilTime(text: cursor) else { return nil }
    let start = CivilTime(time.instant.advanced(seconds: -overlapSeconds))
    return "\(start.dateText) \(start.timeText)"
  }

  /// The orders of an operation type that this poll reads, above an id: what changed in the window,
  /// whatever its state; on the first poll everything that is open.
  func domain(operationType: Int64, after id: Int64) -> JSONValue {
    let page: [JSONValue] = [
      ["picking_type_id", "=", .int(operationType)], ["id", ">", .int(id)],
    ]
    guard let start else {
      return .array(page + [["state", "in", ["confirmed", "progress", "to_close"]]])
    }
    return .array(page + [["write_date", ">=", .string(start)]])
  }
}
