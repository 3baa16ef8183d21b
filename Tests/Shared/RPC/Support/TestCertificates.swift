import Crypto
import Foundation
import RPC
import SwiftASN1
import X509

/// An authority of a test and what it issues, as PEM files in a folder of the test's own.
final class TestCertificates: Sendable {
  let folder: URL
  private let key = P256.Signing.PrivateKey()
  private let name: DistinguishedName

  /// Makes the authority.
  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "millrace-tls-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    name = try DistinguishedName { CommonName("Test authority") }
    let extensions = try Certificate.Extensions {
      Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
      KeyUsage(keyCertSign: true)
    }
    try write(certificate(of: key, subject: name, extensions: extensions), to: "authority.pem")
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func path(_ file: String) -> String { folder.appendingPathComponent(file).path }

  /// The authority's own certificate.
  var authorities: String { path("authority.pem") }

  /// Issues a certificate with these names; files `<file>.pem` and `<file>-key.pem`.
  func issue(_ file: String, names: [GeneralName]) throws {
    let own = P256.Signing.PrivateKey()
    let extensions = try Certificate.Extensions { SubjectAlternativeNames(names) }
    let subject = try DistinguishedName { CommonName(file) }
    try write(certificate(of: own, subject: subject, extensions: extensions), to: "\(file).pem")
    try Data(own.pemRepresentation.utf8).write(to: folder.appendingPathComponent("\(file)-key.pem"))
  }

  /// A server's TLS by a certificate for 127.0.0.1 and localhost.
  func serverTLS(
    _ file: String = "server", clients: ServerTLS.ClientCertificates = .none
  ) throws -> ServerTLS {
    let loopback = ASN1OctetString(contentBytes: [127, 0, 0, 1])
    try issue(file, names: [.dnsName("localhost"), .ipAddress(loopback)])
    return ServerTLS(
      certificateChainFile: path("\(file).pem"), privateKeyFile: path("\(file)-key.pem"),
      clientCertificates: clients, clientAuthoritiesFile: clients == .none ? nil : authorities)
  }

  private func certificate(
    of key: P256.Signing.PrivateKey, subject: DistinguishedName, extensions: Certificate.Extensions
  ) throws -> Certificate {
    try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: .init(key.publicKey),
      notValidBefore: Date(timeIntervalSinceNow: -3_600),
      notValidAfter: Date(timeIntervalSinceNow: 86_400), issuer: name, subject: subject,
      signatureAlgorithm: .ecdsaWithSHA256, extensions: extensions,
      issuerPrivateKey: .init(self.key))
  }

  private func write(_ certificate: Certificate, to file: String) throws {
    let text = try certificate.serializeAsPEM().pemString
    try Data(text.utf8).write(to: folder.appendingPathComponent(file))
  }
}
