import Crypto
import FoundationEssentials
import NIOSSL
import SwiftASN1
import X509

/// Who a caller's certificate says it is. The authority behind it has been checked.
public struct PeerIdentity: Hashable, Sendable {
  /// One name of a certificate (subject alternative name, RFC 5280 §4.2.1.6).
  public enum Name: Hashable, Sendable {
    /// A host name.
    case dns(String)
    /// A URI, such as a SPIFFE identifier.
    case uri(String)
    /// An e-mail address.
    case email(String)
    /// An IP address: 4 or 16 bytes.
    case address([UInt8])
  }

  /// The alternative names, in the certificate's order; names of other kinds are left out.
  public let names: [Name]
  /// The distinguished name of its subject (`CN=line-1,O=Plant`), for a person to read.
  public let subject: String
  /// The serial number in hexadecimal, by which the issuer revokes it.
  public let serialNumber: String
  /// The SHA-256 digest of the certificate, by which a token is bound to it (RFC 8705 §3.1); empty
  /// when a test has made none.
  public let certificateDigest: [UInt8]

  /// When the certificate ends, in seconds since 1970; a connection may outlive it. Never, when a test
  /// has made none.
  public let notAfterSeconds: Int64

  /// An identity of its parts; a test makes them too.
  public init(
    names: [Name], subject: String = "", serialNumber: String = "",
    certificateDigest: [UInt8] = [], notAfterSeconds: Int64 = .max
  ) {
    self.names = names
    self.subject = subject
    self.serialNumber = serialNumber
    self.certificateDigest = certificateDigest
    self.notAfterSeconds = notAfterSeconds
  }

  /// The identity of a certificate; nil when it can't be understood, or is signed by SHA-1, whose
  /// collisions have been made (RFC 9155 has the same for handshakes); the library below takes it.
  init?(_ certificate: NIOSSLCertificate) {
    guard let bytes = try? certificate.toDERBytes(),
      let certificate = try? Certificate(derEncoded: bytes),
      !Self.brokenAlgorithms.contains(certificate.signatureAlgorithm)
    else { return nil }
    // A certificate whose names can't be read has none.
    let names = (try? certificate.extensions.subjectAlternativeNames).flatMap { $0 }
    self.init(
      names: names?.compactMap(Self.name) ?? [], subject: "\(certificate.subject)",
      serialNumber: certificate.serialNumber.bytes.map { byte in
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
      }.joined(), certificateDigest: Array(SHA256.hash(data: bytes)),
      notAfterSeconds: Int64(certificate.notValidAfter.timeIntervalSince1970))
  }

  private static let brokenAlgorithms: [Certificate.SignatureAlgorithm] = [.sha1WithRSAEncryption]

  /// Whether one of the names is that of a host (RFC 9525 §6): letters of either case, and a
  /// wildcard in place of the whole first label.
  func isHost(_ host: String) -> Bool {
    let wanted = host.lowercased().split(separator: ".", omittingEmptySubsequences: false)
    return names.contains { name in
      guard case .dns(let pattern) = name else { return false }
      let labels = pattern.lowercased().split(separator: ".", omittingEmptySubsequences: false)
      guard labels.count == wanted.count else { return false }
      if labels.first == "*", labels.count > 2 { return labels.dropFirst() == wanted.dropFirst() }
      return labels == wanted
    }
  }

  private static func name(_ name: GeneralName) -> Name? {
    switch name {
    case .dnsName(let host): .dns(host)
    case .uniformResourceIdentifier(let uri): .uri(uri)
    case .rfc822Name(let address): .email(address)
    case .ipAddress(let address): .address(Array(address.bytes))
    default: nil
    }
  }
}
