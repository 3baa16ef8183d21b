-- Which packages are in which notice, those of cancelled ones left out.
CREATE TABLE packages (
  site TEXT NOT NULL,
  supplier_code TEXT NOT NULL,
  sscc TEXT NOT NULL,
  -- The supplier and the notice's number.
  notice_key TEXT NOT NULL,
  PRIMARY KEY (site, supplier_code, sscc)
) STRICT, WITHOUT ROWID;
CREATE INDEX packages_by_notice ON packages (site, notice_key);

-- What has come; the content is a millrace.procurement.v1.RecordReceiptRequest.
CREATE TABLE receipts (
  receipt_number INTEGER PRIMARY KEY,
  receipt_id TEXT NOT NULL UNIQUE,
  site TEXT NOT NULL,
  -- Empty for what came without a notice.
  notice_key TEXT NOT NULL,
  content BLOB NOT NULL
) STRICT;
CREATE INDEX receipts_by_notice ON receipts (site, notice_key, receipt_number);
