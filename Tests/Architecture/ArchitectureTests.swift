import Testing

@Suite("The project is built as it was designed")
struct ArchitectureTests {
  static let sources = Result {
    try SourceTree.files(below: ["Shared", "Services"], endings: ["swift", "sql", "c", "h"])
  }
  var sources: [SourceFile] { get throws { try Self.sources.get() } }

  @Test func everyImportFollowsAnArrowOfTheDesign() throws {
    #expect(Rules.imports(try sources) == [])
  }

  @Test func theManifestFollowsTheSameArrows() throws {
    #expect(Rules.manifest(Manifest(try SourceTree.text("Package.swift"))) == [])
  }

  @Test func theManifestIsUnderstood() throws {
    let targets = Manifest(try SourceTree.text("Package.swift")).targets
    #expect(
      Set(targets.filter { !$0.isTest }.map(\.name)) == Set(AllowedArrows.rooms.map(\.target)))
    #expect(targets.first { $0.name == "Gateway" }?.own.contains("GatewayOdoo") == true)
    #expect(targets.first { $0.name == "RecordStore" }?.foreign.contains("GRDB") == true)
  }

  @Test func theTableItselfKeepsServicesApartAndProtobufOutOfRPC() {
    #expect(Rules.table(AllowedArrows.rooms) == [])
  }

  @Test func sqlIsOnlyInRecordsAndInTheRecordStore() throws {
    #expect(Rules.sql(try sources) == [])
  }

  @Test func odooIsSpokenOnlyInTheOdooWing() throws {
    #expect(Rules.odoo(try sources) == [])
  }

  @Test func noFileIsTooLongToRead() throws {
    let tests = try SourceTree.files(below: ["Tests"], endings: ["swift"])
    #expect(Rules.lengths(try sources + tests) == [])
  }

  @Test func generatedFilesSayThatTheyAreGenerated() throws {
    #expect(Rules.generatedMarks(try sources) == [])
  }

  @Test func theTopLevelHoldsOnlyWhatThePlanNames() throws {
    let ignored = try SourceTree.text(".gitignore")
    #expect(Rules.topLevel(try SourceTree.topLevel(), ignored: ignored) == [])
  }
}
