import NIOSSL

/// TLS of a channel: 1.2 or 1.3, ALPN `h2`; the server's certificate and its name are always
/// checked. Files are read again when they change, for the connections opened after that.
public struct ClientTLS: Hashable, Sendable {
  /// The authorities that the server's certificate may come from; nil takes the system's.
  public var authoritiesFile: String?
  /// Our own certificate, for servers that ask for one, and the authorities in between.
  public var certificateChainFile: String?
  /// The key of our certificate; needed with it.
  public var privateKeyFile: String?
  /// The name that the server's certificate must have; nil takes the channel's host.
  public var serverName: String?

  /// TLS that trusts the authorities, and shows a certificate if one is given.
  public init(
    authoritiesFile: String? = nil, certificateChainFile: String? = nil,
    privateKeyFile: String? = nil, serverName: String? = nil
  ) {
    self.authoritiesFile = authoritiesFile
    self.certificateChainFile = certificateChainFile
    self.privateKeyFile = privateKeyFile
    self.serverName = serverName
  }

  /// Every file that this reads.
  var files: [String] {
    [authoritiesFile, certificateChainFile, privateKeyFile].compactMap { $0 }
  }

  /// Reads the files. Throws ``TLSFileError`` that names the file.
  func makeContext() throws -> NIOSSLContext {
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.minimumTLSVersion = .tlsv12
    tls.applicationProtocols = [TLSRules.protocolName]
    tls.shutdownTimeout = TLSRules.shutdownTimeout
    if let authoritiesFile {
      tls.trustRoots = .certificates(try PEMFiles.certificates(authoritiesFile))
    }
    switch (certificateChainFile, privateKeyFile) {
    case (nil, nil): return try PEMFiles.context(tls, authoritiesFile ?? "", "")
    case (let chain?, let key?):
      tls.certificateChain = try PEMFiles.chain(chain)
      tls.privateKey = try PEMFiles.key(key)
      return try PEMFiles.context(tls, chain, key)
    default: throw TLSFileError.halfPair
    }
  }
}
