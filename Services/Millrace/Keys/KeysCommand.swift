import ArgumentParser
import Identity
import JSON

/// `millrace keys`: the Gateway's own keys.
struct KeysCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys", abstract: "The Gateway's own keys.",
    subcommands: [CreateKeysCommand.self])
}

/// `millrace keys create`: a new key pair for forwarded principals.
struct CreateKeysCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create",
    abstract: "Make the key pair with which the Gateway tells services who is calling.",
    discussion: """
      Writes \(SigningKey.fileName) (private, mode 0600: for the Gateway alone) and
      \(SigningKey.publicFileName) (public, a JWK set: for every service). Refused when one of the \
      files is there.
      """)

  @Option(help: "The directory to write the two files to; it must exist.")
  var directory: String

  @Flag(help: "Print JSON.")
  var json = false

  mutating func run() async throws {
    let key = try await SigningKey.create(directory: directory)
    let privateFile = "\(directory)/\(SigningKey.fileName)"
    let publicFile = "\(directory)/\(SigningKey.publicFileName)"
    if json {
      Output.line(
        JSONValue.object([
          "keyID": .string(key.keyID), "signingKeyFile": .string(privateFile),
          "principalKeysFile": .string(publicFile),
        ]).text)
    } else {
      Output.line("The Gateway's signing key is in \(privateFile): keep it secret.")
      Output.line("The services' public key \(key.keyID) is in \(publicFile).")
    }
  }
}
