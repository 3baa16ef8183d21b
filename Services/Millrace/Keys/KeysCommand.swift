import ArgumentParser
import Identity
import JSON

/// `millrace keys`: the programs' own keys.
struct KeysCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys", abstract: "The programs' own keys.",
    subcommands: [CreateKeysCommand.self, PublishKeyCommand.self, WithdrawKeyCommand.self])
}

/// `millrace keys create`: a new key pair.
struct CreateKeysCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create",
    abstract: "Make a key pair: for principals, or for audit logs.",
    discussion: """
      For principals it writes \(SigningKey.Purpose.principals.fileName) (private, mode 0600: for \
      the Gateway alone, which signs with it who is calling) and \
      \(SigningKey.Purpose.principals.publicFileName) (public, a JWK set: for every service). For \
      audit it writes \(SigningKey.Purpose.audit.fileName) (private: for the service that signs \
      the heads of its audit log) and \(SigningKey.Purpose.audit.publicFileName) (public: for the \
      auditor). Refused when one of the files is there.
      """)

  @Option(help: "The directory to write the two files to; it must exist.")
  var directory: String

  @Option(
    name: .customLong("for"), help: "What the key is for: principals (default) or audit.",
    transform: { text in
      guard let purpose = SigningKey.Purpose(rawValue: text) else {
        throw ValidationError("must be principals or audit")
      }
      return purpose
    })
  var purpose = SigningKey.Purpose.principals

  @Flag(help: "Print JSON.")
  var json = false

  mutating func run() async throws {
    let key = try await SigningKey.create(purpose, directory: directory)
    let privateFile = "\(directory)/\(purpose.fileName)"
    let publicFile = "\(directory)/\(purpose.publicFileName)"
    if json {
      Output.line(
        JSONValue.object([
          "keyID": .string(key.keyID), "signingKeyFile": .string(privateFile),
          "\(publicKeysName)": .string(publicFile),
        ]).text)
    } else {
      Output.line("The signing key is in \(privateFile): keep it secret.")
      Output.line("The public key \(key.keyID) is in \(publicFile).")
    }
  }

  /// As the configuration of those who need the file calls it.
  private var publicKeysName: String {
    switch purpose {
    case .principals: "principalKeysFile"
    case .audit: "auditKeysFile"
    }
  }
}
