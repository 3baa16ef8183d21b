import ArgumentParser
import Environment
import Identity
import JSON
import Values

/// `millrace key`: the API keys of partners.
struct KeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "The API keys of partners.",
    subcommands: [IssueKeyCommand.self])
}

/// `millrace key issue`: a new API key, shown once.
struct IssueKeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "issue", abstract: "Issue an API key to a partner and show it, once.",
    discussion: """
      Adds the key's hash to the partners file, and the partner when it is new. The Gateway reads \
      the file when it starts. The key itself is stored nowhere.
      """)

  @Option(help: "The partners file; it is made when it is not there.")
  var partners: String

  @Option(help: "The partner's name, for example mes-line-1 (A-Z a-z 0-9 . _ -).")
  var partner: String

  @Option(name: .customLong("site"), help: "A site the partner may act for; repeat for more.")
  var sites: [String]

  @Flag(help: "Print JSON.")
  var json = false

  mutating func run() async throws {
    let key = APIKey.generate(.system)
    try PartnersStore(path: partners).add(key, to: partner, sites: sites.map { SiteCode($0) })
    if json {
      Output.line(
        JSONValue.object([
          "partner": .string(partner), "keyID": .string(key.id), "apiKey": .string(key.text),
        ]).text)
    } else {
      Output.line(key.text)
    }
  }
}
