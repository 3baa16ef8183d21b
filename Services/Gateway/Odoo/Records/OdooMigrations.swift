import RecordStore

/// The schema of the Odoo wing.
enum OdooMigrations {
  /// Every step, in order.
  static let all: [Migration] = [createOdooTables, keepMasterData, followMasterData]
}
