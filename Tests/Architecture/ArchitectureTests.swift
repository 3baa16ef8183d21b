import Testing

@Suite("The project is built as it was designed")
struct ArchitectureTests {
  static let sources = Result {
    try SourceTree.files(below: ["Shared", "Services"], endings: ["swift", "sql", "c", "h"])
  }
  var sources: [SourceFile] { get throws { try Self.sources.get() } }

  @Test func everyImportFollowsAnArrowOfTheDesign() throws {
    expectNone(Rules.imports(try sources))
  }

  @Test func theManifestFollowsTheSameArrows() throws {
    expectNone(Rules.manifest(Manifest(try SourceTree.text("Package.swift"))))
  }

  @Test func theManifestIsUnderstood() throws {
    let targets = Manifest(try SourceTree.text("Package.swift")).targets
    #expect(
      Set(targets.filter { !$0.isTest }.map(\.name)) == Set(AllowedArrows.rooms.map(\.target)))
    #expect(targets.first { $0.name == "Gateway" }?.own.contains("GatewayOdoo") == true)
    #expect(targets.first { $0.name == "RecordStore" }?.foreign.contains("GRDB") == true)
  }

  @Test func theTableItselfKeepsServicesApartAndProtobufOutOfRPC() {
    expectNone(Rules.table(AllowedArrows.rooms))
  }

  @Test func sqlIsOnlyInRecordsAndInTheRecordStore() throws {
    expectNone(Rules.sql(try sources))
  }

  @Test func odooIsSpokenOnlyInTheOdooWing() throws {
    expectNone(Rules.odoo(try sources))
  }

  @Test func noFileIsTooLongToRead() throws {
    let tests = try SourceTree.files(below: ["Tests"], endings: ["swift"])
    expectNone(Rules.lengths(try sources + tests))
  }

  @Test func generatedFilesSayThatTheyAreGenerated() throws {
    expectNone(Rules.generatedMarks(try sources))
  }

  @Test func theTopLevelHoldsOnlyWhatThePlanNames() throws {
    let ignored = try SourceTree.text(".gitignore")
    expectNone(Rules.topLevel(try SourceTree.topLevel(), ignored: ignored))
  }

  /// One issue per violation, so that a report names every file.
  func expectNone(_ violations: [Violation]) {
    for violation in violations { Issue.record("\(violation)") }
  }
}
