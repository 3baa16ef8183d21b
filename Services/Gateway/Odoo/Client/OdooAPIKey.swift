import Synchronization

/// The API key with which one site's Odoo is called. It can be exchanged while calls are made: Odoo
/// takes several keys of a user, so that none of them fails.
public final class OdooAPIKey: Sendable {
  private let text: Mutex<String>

  /// A key; never logged.
  public init(_ text: String) { self.text = Mutex(text) }

  /// The key as it is now; never logged.
  public var current: String { text.withLock { $0 } }

  /// Calls with another key from now on.
  public func use(_ text: String) { self.text.withLock { $0 = text } }
}
