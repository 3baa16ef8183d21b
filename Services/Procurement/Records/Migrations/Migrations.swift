import Contracts
import RecordStore
import ServiceKit

/// The schema's steps, embedded in the program. A step that has been applied anywhere never changes
/// again.
let procurementMigrations = [
  RevocationRecords.migration(version: 1),
  ReferenceRecords.migration(version: 2),
  FollowedWatchRecords.migration(version: 3),
  Migration(
    version: 4, name: "create_procurement",
    sql: String(decoding: PackageResources.V0004_create_procurement_sql, as: UTF8.self)),
  GenealogyRecords.migration(version: 5),
  Migration(
    version: 6, name: "keep_orders_and_notices",
    sql: ObjectTable<Procurement.V1.PurchaseOrder>.schema(
      "purchase_orders", "Purchase orders; the party is the supplier.")
      + ObjectTable<Procurement.V1.ShipNotice>.schema(
        "ship_notices", "Ship notices; the party is the supplier.")
      + ObjectTable<Procurement.V1.Discrepancy>.schema(
        "discrepancies", "Differences of receipts; the party is the supplier.")
      + ObjectTable<Procurement.V1.Forecast>.schema(
        "forecasts", "Forecasts, a row for each version; the party is the supplier.")
      + ObjectTable<Procurement.V1.SupplySignal>.schema(
        "supply_signals", "What is missing; the party is the item.")),
]
