import ArgumentParser

/// What `deploy/bench records` runs: each subcommand does one thing to a database and prints one
/// line of JSON about it.
@main
struct RecordsBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "RecordsBench",
    subcommands: [
      WriteCommand.self, GrowCommand.self, ReadCommand.self, OpenCommand.self, ServeCommand.self,
      FollowCommand.self,
    ])
}

/// The database every subcommand works on.
struct DatabaseOption: ParsableArguments {
  @Option(help: "The database file; made when it is not there.")
  var database: String
}
