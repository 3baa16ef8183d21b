public import Identity
import RPC
import Values

/// The keys that every service's configuration file has, and what is loaded by them.
///
/// ```json
/// {"listen": {"host": "127.0.0.1", "port": 50051},
///  "database": "/var/lib/millrace-production/production.sqlite",
///  "principalKeysFile": "/etc/millrace/principal-keys.json",
///  "auditSigningKeyFile": "/etc/millrace/audit-signing-key.pem",
///  "reflection": true}
/// ```
public struct ServiceSettings: Sendable {
  /// How it is called; see ``Door`` for TLS and limits.
  public let door: Door
  /// The database file; its directory exists.
  public let database: String
  /// The public keys by which forwarded principals are believed, a JWK set.
  public let principalKeysFile: String
  /// The private key that signs where the audit log ends; nil when nobody does.
  public let auditSigningKeyFile: String?
  /// Whether callers may ask for the contracts (gRPC reflection). They may unless the file says
  /// otherwise: this door is inside the plant.
  public let reflection: Bool

  /// Reads them.
  public init(_ settings: Settings) {
    door = settings.door(limits: .inPlant)
    database = settings.text("database")
    principalKeysFile = settings.text("principalKeysFile")
    auditSigningKeyFile =
      settings.has("auditSigningKeyFile") ? settings.text("auditSigningKeyFile") : nil
    reflection = settings.flag("reflection", default: true)
  }

  /// Reads the keys file.
  /// - Throws: ``ConfigurationError`` that names the setting, when the file is refused.
  public func loadPrincipalKeys() async throws -> VerificationKeys {
    do { return try await VerificationKeys.load(principalKeysFile) } catch {
      throw ConfigurationError(
        problems: ["principalKeysFile names a file that is refused: \(error)"])
    }
  }

  /// Reads the audit key's file, if there is one.
  /// - Throws: ``ConfigurationError`` that names the setting, when the file is refused.
  public func loadAuditKey() async throws -> SigningKey? {
    guard let auditSigningKeyFile else { return nil }
    do { return try await SigningKey.load(auditSigningKeyFile) } catch {
      throw ConfigurationError(
        problems: ["auditSigningKeyFile names a file that is refused: \(error)"])
    }
  }
}
