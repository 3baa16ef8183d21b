import ArgumentParser

/// The platform team's command-line tool.
@main
struct MillraceMain: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "millrace",
    abstract:
      "Millrace's command-line tool: keys, partners, records, the sample MES, the demo, measurements.",
    subcommands: [
      KeysCommand.self, PartnerCommand.self, QuotaCommand.self, KeyCommand.self, TokenCommand.self,
      VersionCommand.self, UsageCommand.self, BackupCommand.self,
      RestoreCommand.self,
      InspectCommand.self, AuditCommand.self, ArchiveCommand.self, MESCommand.self,
      DemoCommand.self, BenchCommand.self,
    ])
}
