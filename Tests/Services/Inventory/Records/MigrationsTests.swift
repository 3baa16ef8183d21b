import Environment
import RecordStore
import TestFolders
import Testing
import Values

@testable import Inventory

@Suite("The schema's steps of Inventory", .timeLimit(.minutes(1)))
struct MigrationsTests {
  @Test("Balances of before they were numbered keep their places, quantities and histories")
  func numbers() async throws {
    let folder = try TemporaryFolder.make()
    let (environment, _) = Environment.manual(seed: 1)
    let configuration = DatabaseConfiguration(path: folder + "/inventory.sqlite")
    let keys = [
      ("A", "BODY", "L-1", ""), ("B", "BODY", "L-1", ""), ("A", "BODY", "", "S-1"),
      ("A", "X", "", ""),
    ]
    let old = try Database.open(
      configuration, migrations: Array(inventoryMigrations.prefix(6)), environment: environment)
    try await old.write { transaction in
      for (number, key) in keys.enumerated() {
        try transaction.execute(
          "INSERT OR IGNORE INTO item_units VALUES ('PLANT1', ?, 'Units')", key.1)
        try transaction.execute(
          """
          INSERT INTO balances (
            balance_id, site, location, item_code, lot, serial, quantity, entry_count, levels, change_sequence)
          VALUES (?, 'PLANT1', ?, ?, ?, ?, ?, 1, 0, ?)
          """, Int64(number + 10), key.0, key.1, key.2, key.3, Int64(number - 1) * 1_000_000,
          Int64(number + 1))
      }
    }
    await old.close()

    let new = try Database.open(
      configuration, migrations: inventoryMigrations, environment: environment)
    let site = InventoryFixture.site
    let listed = try await new.read { snapshot in
      try BalanceRecords.list(site, .init(), after: 0, limit: 10, snapshot).found
    }
    #expect(listed.map(\.balanceID) == [10, 11, 12, 13])
    #expect(listed.map(\.quantity.description) == ["-1", "0", "1", "2"])
    #expect(listed.map(\.changeSequence) == [1, 2, 3, 4])
    for (balance, key) in zip(listed, keys) {
      let expected = BalanceKey(location: key.0, itemCode: key.1, lot: key.2, serial: key.3)
      #expect(balance.key == expected)
      let found = try await new.read { try BalanceRecords.find(site, expected, $0)?.balanceID }
      #expect(found == balance.balanceID)
    }
    #expect(try await new.read { try BalanceRecords.unit(site, "X", $0) } == "Units")
    await new.close()
  }
}
