import ServiceKit

/// How large answers may become. Callers take 4 MiB unless they say otherwise; an answer beyond that would
/// be one that nobody can read, and a watcher would stop at it for ever.
enum AnswerSize {
  /// Most bytes of one record: a calendar with a thousand exceptions, a bill with 500 lines of long codes.
  static let maximumRecordBytes = 256 << 10
  /// Most bytes of the records of one answer.
  static let maximumBytes = 3 << 20

  /// The first of some records that fit into one answer; one at least.
  static func prefix(of records: ArraySlice<StoredRecord>) -> ArraySlice<StoredRecord> {
    var bytes = 0
    let fitting = records.prefix { record in
      bytes += record.content.count
      return bytes <= maximumBytes
    }
    return fitting.isEmpty ? records.prefix(1) : fitting
  }

  /// Refuses an answer that would be too large.
  /// - Throws: ``Refusal``.
  static func check(_ bytes: Int) throws(Refusal) {
    guard bytes > maximumBytes else { return }
    throw Refusal(
      .resourceExhausted, reason: "ANSWER_TOO_LARGE",
      "the records have more than \(maximumBytes >> 20) MiB together: ask for fewer at once")
  }
}
