import RecordStore
import Synchronization

/// What a site's Odoo shows when it says that something has changed. It can be exchanged while the
/// program runs.
public final class WebhookSecret: Sendable {
  private let text: Mutex<String>

  /// A secret; never logged.
  public init(_ text: String) { self.text = Mutex(text) }

  /// Holds another one from now on.
  public func use(_ text: String) { self.text.withLock { $0 = text } }

  /// Whether this is it. Takes the same time wherever it differs: what is compared are digests, each
  /// byte of them.
  public func matches(_ shown: String) -> Bool {
    let (own, other) = (Self.digest(text.withLock { $0 }), Self.digest(shown))
    return zip(own, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }

  private static func digest(_ text: String) -> [UInt8] {
    var digest = CanonicalDigest()
    digest.add(text)
    return digest.bytes()
  }
}
