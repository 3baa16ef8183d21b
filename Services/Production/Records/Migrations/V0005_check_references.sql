-- What has come of checking each order against master data. Without a reference to orders: those move to
-- archives.
CREATE TABLE order_reference_checks (
  site TEXT NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('good', 'parked', 'found')),
  -- A millrace.production.v1.OrderFindingsChanged with the findings alone.
  findings BLOB NOT NULL,
  -- Of the item it was checked against; 0 when there was none.
  item_revision INTEGER NOT NULL,
  -- When master data was like that; NULL when it was not known.
  as_of INTEGER,
  checked_at INTEGER NOT NULL,
  PRIMARY KEY (site, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX order_reference_checks_open ON order_reference_checks (site, name)
  WHERE state <> 'good';
