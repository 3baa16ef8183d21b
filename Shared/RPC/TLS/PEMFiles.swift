import NIOSSL

/// Why certificates or keys can't be used.
public enum TLSFileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A file can't be read, or has no certificate in it.
  case certificate(file: String)
  /// A file can't be read, or has no usable key in it.
  case key(file: String)
  /// A certificate and a key do not belong together.
  case mismatch(certificate: String, key: String, reason: String)
  /// Client certificates are asked for, and nothing says who may issue them.
  case authoritiesMissing
  /// A certificate without its key, or the other way round.
  case halfPair

  /// What is wrong, for a person.
  public var description: String {
    switch self {
    case .certificate(let file): "\(file) is not a readable file of PEM certificates"
    case .key(let file): "\(file) is not a readable PEM file with a private key without password"
    case .mismatch(let certificate, let key, let reason):
      "the certificate \(certificate) and the key \(key) can't be used together: \(reason)"
    case .authoritiesMissing: "client certificates need a file of the authorities that issue them"
    case .halfPair: "a certificate needs its key, and a key its certificate"
    }
  }
}

/// Reads certificates and keys, with errors that name the file.
enum PEMFiles {
  static func certificates(_ file: String) throws(TLSFileError) -> [NIOSSLCertificate] {
    do {
      let all = try NIOSSLCertificate.fromPEMFile(file)
      if !all.isEmpty { return all }
    } catch {
      // What the library says is a number of BoringSSL; the file's name helps more.
      throw .certificate(file: file)
    }
    throw .certificate(file: file)
  }

  static func chain(_ file: String) throws(TLSFileError) -> [NIOSSLCertificateSource] {
    try certificates(file).map { .certificate($0) }
  }

  static func key(_ file: String) throws(TLSFileError) -> NIOSSLPrivateKeySource {
    do { return .privateKey(try NIOSSLPrivateKey(file: file, format: .pem)) } catch {
      throw .key(file: file)
    }
  }

  static func context(
    _ configuration: TLSConfiguration, _ certificate: String, _ key: String
  ) throws(TLSFileError) -> NIOSSLContext {
    do { return try NIOSSLContext(configuration: configuration) } catch {
      throw .mismatch(certificate: certificate, key: key, reason: "\(error)")
    }
  }
}
