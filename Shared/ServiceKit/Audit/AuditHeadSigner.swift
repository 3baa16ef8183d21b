public import Identity
public import Logging
public import RecordStore
import Synchronization

/// Signs where the audit log ends, now and then, so that whoever keeps the heads elsewhere can prove
/// later that nothing was changed or cut off.
public final class AuditHeadSigner: Sendable {
  /// Between two heads, in seconds: what was written since the last one is what could be cut off
  /// unseen. They are some 50,000 a year, of 200 bytes.
  public static let intervalSeconds = 600

  private let database: Database
  private let signer: Mutex<AuditSigner>
  private let logger: Logger

  /// A signer of a database's heads with a key.
  public init(_ database: Database, key: SigningKey, logger: Logger) {
    self.database = database
    self.logger = logger
    signer = Mutex(Self.signer(key))
  }

  private static func signer(_ key: SigningKey) -> AuditSigner {
    AuditSigner(keyID: key.keyID) { try key.sign($0) }
  }

  /// Signs with another key from now on, and puts that on record, so that there is something to sign
  /// at once. Heads of the key before stay good for whoever believes that one.
  public func use(_ key: SigningKey) async throws {
    let entry = AuditEntry(
      principal: "console", origin: "console", action: "auditSigningKeyFile",
      object: "audit signing key \(key.keyID)")
    try await database.write { try $0.audit.append(entry) }
    signer.withLock { $0 = Self.signer(key) }
    try await sign()
  }

  private func sign() async throws {
    try await database.signAuditHead(signer.withLock { $0 })
  }

  /// Signs at once and then until the task is cancelled. A failed attempt is logged and made again.
  public func run() async throws {
    while true {
      do {
        try await sign()
      } catch let error as RecordStoreError {
        logger.warning("the audit log's head could not be signed", metadata: ["error": "\(error)"])
      }
      try await Task.sleep(for: .seconds(Self.intervalSeconds))
    }
  }
}
