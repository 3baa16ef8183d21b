import NIOCore
import NIOSSL

/// TLS of a server: 1.2 or 1.3, ALPN `h2`. Certificates and keys are PEM files, which are read
/// again when they change and when ``Server/reloadCredentials()`` is called.
public struct ServerTLS: Hashable, Sendable {
  /// Whether callers show certificates of their own.
  public enum ClientCertificates: Hashable, Sendable {
    /// They are not asked.
    case none
    /// They may; a certificate that is shown must be good.
    case optional
    /// They must.
    case required
  }

  /// The server's certificate, followed by those of the authorities between it and the root.
  public var certificateChainFile: String
  /// The key of the certificate, without a password.
  public var privateKeyFile: String
  /// Whether callers show certificates.
  public var clientCertificates: ClientCertificates
  /// The authorities that callers' certificates come from. Needed unless they are not asked: the
  /// system's authorities vouch for anybody.
  public var clientAuthoritiesFile: String?

  /// TLS by a certificate and its key, without client certificates.
  public init(
    certificateChainFile: String, privateKeyFile: String,
    clientCertificates: ClientCertificates = .none, clientAuthoritiesFile: String? = nil
  ) {
    self.certificateChainFile = certificateChainFile
    self.privateKeyFile = privateKeyFile
    self.clientCertificates = clientCertificates
    self.clientAuthoritiesFile = clientAuthoritiesFile
  }

  /// Every file that this reads.
  var files: [String] {
    [certificateChainFile, privateKeyFile] + (clientAuthoritiesFile.map { [$0] } ?? [])
  }

  /// Reads the files. Throws ``TLSFileError`` that names the file.
  func makeContext() throws -> NIOSSLContext {
    var tls = TLSConfiguration.makeServerConfiguration(
      certificateChain: try PEMFiles.chain(certificateChainFile),
      privateKey: try PEMFiles.key(privateKeyFile))
    tls.minimumTLSVersion = .tlsv12
    tls.applicationProtocols = [TLSRules.protocolName]
    tls.shutdownTimeout = TLSRules.shutdownTimeout
    switch clientCertificates {
    case .none: break
    case .optional: tls.certificateVerification = .optionalVerification
    case .required: tls.certificateVerification = .noHostnameVerification
    }
    if clientCertificates != .none {
      guard let clientAuthoritiesFile else { throw TLSFileError.authoritiesMissing }
      tls.trustRoots = .certificates(try PEMFiles.certificates(clientAuthoritiesFile))
      tls.sendCANameList = true
    }
    return try PEMFiles.context(tls, certificateChainFile, privateKeyFile)
  }
}

/// What holds for both ends.
enum TLSRules {
  /// HTTP/2 in ALPN (RFC 9113 §3.2).
  static let protocolName = "h2"
  /// How long a closed connection waits for the peer's goodbye of TLS. HTTP/2 has said by GOAWAY that
  /// nothing more comes, so it protects nothing, and some peers never send it.
  static let shutdownTimeout = TimeAmount.milliseconds(200)
}
