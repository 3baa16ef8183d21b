import RecordStore

/// The schema of the front. Its numbers continue those of the Odoo wing: both are in one database.
enum FrontMigrations {
  /// Every step, in order.
  static let all: [Migration] = [
    createPartners, countUsage, keepVersions, countCharges, revokeTokens,
  ]
}
