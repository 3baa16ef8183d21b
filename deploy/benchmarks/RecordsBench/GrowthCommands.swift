import ArgumentParser
import RecordStore
import Values

/// Fills a database up to a number of reports, thousands to a transaction.
struct GrowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "grow")

  @OptionGroup var file: DatabaseOption
  @Option var reports: Int
  @Option var identities = ReportStore.Identities.ordered

  private static let atOnce = 5_000
  private static let consumer = "bench"

  mutating func run() async throws {
    let store = try await ReportStore(file.database, identities: identities)
    var missing = reports - Int(try await store.count())
    while missing > 0 {
      let count = min(missing, Self.atOnce)
      try await store.fill(count)
      missing -= count
      try await prune(store.database)
    }
    try Measuring.report(["reports": Double(try await store.count())])
    await store.database.close()
  }

  /// Events go as they do in service: once their consumer has acknowledged them.
  private func prune(_ database: Database) async throws {
    let head = database.head
    try await database.write { transaction in
      try transaction.outbox.register(Self.consumer)
      try transaction.outbox.acknowledge(Self.consumer, through: head)
    }
    while try await database.pruneEvents() == Database.maximumPrune {}
  }
}

/// Reads of single reports by their identifier, evenly over all there are.
struct ReadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "read")

  @OptionGroup var file: DatabaseOption
  @Option var reads: Int

  mutating func run() async throws {
    let store = try await ReportStore(file.database)
    let identifiers = try await identifiers(store)
    let (started, cpu) = (Measuring.nanoseconds(), Measuring.cpuSeconds())
    for identifier in identifiers {
      let order = try await store.database.read { snapshot in
        try snapshot.row("SELECT order_id FROM reports WHERE report_id = ?", identifier) {
          try $0.int64(0)
        }
      }
      guard order != nil else { throw ValidationError("the report \(identifier) is gone") }
    }
    try Measuring.report([
      "reads": Double(identifiers.count),
      "seconds": Double(Measuring.nanoseconds() - started) / 1e9,
      "cpuSeconds": Measuring.cpuSeconds() - cpu,
    ])
    await store.database.close()
  }

  private func identifiers(_ store: ReportStore) async throws -> [Identifier] {
    let count = try await store.count()
    var found: [Identifier] = []
    for number in 0..<Int64(reads) {
      // A stride that has no factor in common with most counts visits them in no order.
      let sequence = number &* 7_919 % count + 1
      let identifier = try await store.database.read { snapshot in
        try snapshot.row("SELECT report_id FROM reports WHERE sequence = ?", sequence) {
          try $0.identifier(0)
        }
      }
      if let identifier { found.append(identifier) }
    }
    return found
  }
}

/// How long a service needs until its records answer.
struct OpenCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "open")

  @OptionGroup var file: DatabaseOption

  mutating func run() async throws {
    let started = Measuring.nanoseconds()
    let store = try await ReportStore(file.database)
    let seconds = Double(Measuring.nanoseconds() - started) / 1e9
    try Measuring.report(["seconds": seconds, "reports": Double(try await store.count())])
    await store.database.close()
  }
}
