import Contracts
import Protobuf
import RecordStore
import Values

/// Which packages are in which notice, those of cancelled ones left out.
enum PackageRecords {
  /// Whether a package is in a notice of the supplier: what others have sent is not told.
  static func isInUse(
    _ sscc: String, by supplier: String, at site: SiteCode, _ snapshot: Snapshot
  ) throws -> Bool {
    try snapshot.row(
      "SELECT 1 FROM packages WHERE site = ? AND supplier_code = ? AND sscc = ?", site, supplier,
      sscc
    ) { _ in true } ?? false
  }

  static func add(
    _ sscc: String, by supplier: String, of notice: String, at site: SiteCode,
    _ transaction: Transaction
  ) throws {
    try transaction.execute(
      "INSERT INTO packages (site, supplier_code, sscc, notice_key) VALUES (?, ?, ?, ?)", site,
      supplier, sscc, notice)
  }

  static func remove(of notice: String, at site: SiteCode, _ transaction: Transaction) throws {
    try transaction.execute(
      "DELETE FROM packages WHERE site = ? AND notice_key = ?", site, notice)
  }
}

/// Receipts in and out of the database: facts, never changed.
enum ReceiptRecords {
  static func insert(
    _ receipt: Procurement.V1.RecordReceiptRequest, id: String, notice: String, _ site: SiteCode,
    _ transaction: Transaction
  ) throws {
    try transaction.execute(
      "INSERT INTO receipts (receipt_id, site, notice_key, content) VALUES (?, ?, ?, ?)", id, site,
      notice, try receipt.encoded())
  }

  static func find(_ site: SiteCode, _ id: String, _ snapshot: Snapshot) throws
    -> Procurement.V1.RecordReceiptRequest?
  {
    try snapshot.row(
      "SELECT content FROM receipts WHERE receipt_id = ? AND site = ?", id, site
    ) { try Procurement.V1.RecordReceiptRequest(decoding: try $0.blob(0)) }
  }

  /// The receipts of a notice in the order in which they were recorded.
  static func of(_ notice: String, at site: SiteCode, _ snapshot: Snapshot) throws
    -> [Procurement.V1.RecordReceiptRequest]
  {
    try snapshot.rows(
      "SELECT content FROM receipts WHERE site = ? AND notice_key = ? ORDER BY receipt_number",
      site, notice
    ) { try Procurement.V1.RecordReceiptRequest(decoding: try $0.blob(0)) }
  }
}
