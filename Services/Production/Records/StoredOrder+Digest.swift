import RecordStore
import Values

extension Order {
  /// What the audit log remembers of an order: a digest of what was released, and of all that has
  /// become of it.
  func digest(content: Fingerprint) -> [UInt8] {
    var digest = CanonicalDigest()
    digest.add(content.digest.bytes)
    digest.add(state.rawValue)
    digest.add(revision)
    digest.add(totals.output.good.millionths)
    digest.add(totals.output.scrap.millionths)
    digest.add(totals.reportCount)
    digest.add(totals.throughSequence)
    digest.add(outcome?.revision)
    digest.add(outcome?.state.rawValue)
    digest.add(outcome?.coversThroughSequence)
    digest.add(outcome?.bookedThroughSequence)
    return digest.bytes()
  }
}

extension StoredOrder {
  /// The digest of the order as it is now.
  var digest: [UInt8] { order.digest(content: content) }
}
