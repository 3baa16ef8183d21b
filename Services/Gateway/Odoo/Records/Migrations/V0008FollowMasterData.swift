import RecordStore

extension OdooMigrations {
  /// By what a restore of MasterData is noticed.
  static let followMasterData = Migration(
    version: 8, name: "follow_master_data",
    sql: """
      -- Where MasterData stood when it was looked at last, as its watches tell it.
      CREATE TABLE odoo_master_positions (
        site TEXT NOT NULL PRIMARY KEY,
        token TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      """)
}
