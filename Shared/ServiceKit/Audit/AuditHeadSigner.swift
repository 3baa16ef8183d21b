public import Identity
public import Logging
public import RecordStore

/// Signs where the audit log ends, now and then, so that whoever keeps the heads elsewhere can prove
/// later that nothing was changed or cut off.
public struct AuditHeadSigner: Sendable {
  /// Between two heads, in seconds: what was written since the last one is what could be cut off
  /// unseen. They are some 50,000 a year, of 200 bytes.
  public static let intervalSeconds = 600

  private let database: Database
  private let signer: AuditSigner
  private let logger: Logger

  /// A signer of a database's heads with a key.
  public init(_ database: Database, key: SigningKey, logger: Logger) {
    self.database = database
    self.logger = logger
    signer = AuditSigner(keyID: key.keyID) { try key.sign($0) }
  }

  /// Signs at once and then until the task is cancelled. A failed attempt is logged and made again.
  public func run() async throws {
    while true {
      do {
        try await database.signAuditHead(signer)
      } catch let error as RecordStoreError {
        logger.warning("the audit log's head could not be signed", metadata: ["error": "\(error)"])
      }
      try await Task.sleep(for: .seconds(Self.intervalSeconds))
    }
  }
}
