import Contracts
import Environment
import Protobuf
import RecordStore
import TestFolders
import Testing
import Values

@testable import MasterData

@Suite("The schema's steps", .timeLimit(.minutes(1)))
struct MigrationsTests {
  @Test("Records of before there were sites are those of all sites, with what they name")
  func sites() async throws {
    let folder = try TemporaryFolder.make()
    let (environment, _) = Environment.manual(seed: 1)
    let old = try Database.open(
      DatabaseConfiguration(path: folder + "/masterdata.sqlite"),
      migrations: Array(masterDataMigrations.prefix(2)), environment: environment)
    try await old.write { transaction in
      try Self.put("unit", "Units", 1, Sample.unit("Units").encoded(), transaction)
      let valve = Sample.item("VALVE") {
        $0.purchaseUnit = "Units"
        $0.barcode = "4006"
      }
      try Self.put("item", "VALVE", 2, valve.encoded(), transaction)
      try transaction.execute(
        "INSERT INTO master_references VALUES ('item', 'VALVE', 'unit', 'Units')")
      try transaction.execute("INSERT INTO master_names VALUES ('item', '4006', 'VALVE')")
    }
    await old.close()
    try await MasterDataFixture.run(in: folder) { service in
      let valve = try #require(try await service.item("VALVE"))
      #expect(valve.head?.revision == 3)
      let same = try await service.put([valve] as [any MasterRecord])
      #expect(same.counts.map(\.unchanged) == [1])
      let twin = try await service.put(
        [Sample.item("TWIN") { $0.barcode = "4006" }] as [any MasterRecord])
      #expect(twin.differences.map { $0.rejection?.reason } == ["BARCODE_TAKEN"])
      let gone = try await service.put([Sample.unit("Units", .withdrawn)] as [any MasterRecord])
      #expect(gone.differences.map { $0.rejection?.reason } == ["RECORD_IN_USE"])
    }
  }

  private static func put(
    _ kind: String, _ code: String, _ sequence: Int64, _ content: [UInt8],
    _ transaction: Transaction
  ) throws {
    try transaction.execute(
      "INSERT INTO master_records VALUES (?, ?, 'released', 3, 0, ?, ?)", kind, code, sequence,
      content)
  }
}
