-- Quantities are whole numbers of millionths, times whole numbers of microseconds since 1970-01-01 UTC.

-- The unit of each item's balances: that of master data, or of its first movement.
CREATE TABLE item_units (
  site TEXT NOT NULL,
  item_code TEXT NOT NULL,
  unit TEXT NOT NULL,
  PRIMARY KEY (site, item_code)
) STRICT, WITHOUT ROWID;

-- What was reported; the content is a millrace.inventory.v1.Movement as it is now.
CREATE TABLE movements (
  -- Of the event that tells of it.
  sequence INTEGER PRIMARY KEY,
  site TEXT NOT NULL,
  movement_id TEXT NOT NULL UNIQUE,
  item_code TEXT NOT NULL,
  lot TEXT NOT NULL,
  from_location TEXT NOT NULL,
  to_location TEXT NOT NULL,
  order_name TEXT NOT NULL,
  state INTEGER NOT NULL,
  content BLOB NOT NULL
) STRICT;
CREATE INDEX movements_by_item ON movements (site, item_code, sequence);
CREATE INDEX movements_by_lot ON movements (site, lot, sequence) WHERE lot <> '';
CREATE INDEX movements_by_order ON movements (site, order_name, sequence) WHERE order_name <> '';
-- Nearly all are APPLIED, which is 2: the others are few.
CREATE INDEX movements_by_state ON movements (site, state, sequence) WHERE state <> 2;

-- What is where now.
CREATE TABLE balances (
  balance_id INTEGER PRIMARY KEY,
  site TEXT NOT NULL,
  location TEXT NOT NULL,
  item_code TEXT NOT NULL,
  lot TEXT NOT NULL,
  serial TEXT NOT NULL,
  quantity INTEGER NOT NULL,
  -- How many changes it has had, and how many levels of sums stand above them.
  entry_count INTEGER NOT NULL,
  levels INTEGER NOT NULL,
  -- Of the event of its last change.
  change_sequence INTEGER NOT NULL,
  UNIQUE (site, item_code, lot, serial, location)
) STRICT;
CREATE INDEX balances_by_change ON balances (site, change_sequence);
CREATE INDEX balances_by_location ON balances (site, location, item_code, lot, serial);
CREATE INDEX balances_by_piece ON balances (site, item_code, serial, lot) WHERE serial <> '';
-- Pieces leave a balance of nothing wherever they were: who asks for what is there must not meet them.
CREATE INDEX balances_there ON balances (site, item_code, location) WHERE quantity <> 0;
CREATE INDEX balances_negative ON balances (site, balance_id) WHERE quantity < 0;

-- Every change of a balance, in the order of the events' own times: facts, never changed.
CREATE TABLE balance_entries (
  balance_id INTEGER NOT NULL,
  occurred_at INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  delta INTEGER NOT NULL,
  PRIMARY KEY (balance_id, occurred_at, sequence)
) STRICT, WITHOUT ROWID;

-- Sums of stretches of the entries, of balances with many: see BalanceHistory.
CREATE TABLE balance_blocks (
  balance_id INTEGER NOT NULL,
  level INTEGER NOT NULL,
  start_at INTEGER NOT NULL,
  start_sequence INTEGER NOT NULL,
  parts INTEGER NOT NULL,
  total INTEGER NOT NULL,
  PRIMARY KEY (balance_id, level, start_at, start_sequence)
) STRICT, WITHOUT ROWID;

-- Which suppliers a lot, or a piece, has come from.
CREATE TABLE material_suppliers (
  site TEXT NOT NULL,
  item_code TEXT NOT NULL,
  lot TEXT NOT NULL,
  serial TEXT NOT NULL,
  supplier_code TEXT NOT NULL,
  PRIMARY KEY (site, item_code, lot, serial, supplier_code)
) STRICT, WITHOUT ROWID;

-- The numbers that devices have reported, in stretches without a gap.
CREATE TABLE device_numbers (
  site TEXT NOT NULL,
  source_system TEXT NOT NULL,
  device TEXT NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL CHECK (last >= first),
  PRIMARY KEY (site, source_system, device, first)
) STRICT, WITHOUT ROWID;

-- What was found; the content is a millrace.inventory.v1.SubmitCountRequest.
CREATE TABLE counts (
  count_id TEXT NOT NULL PRIMARY KEY,
  site TEXT NOT NULL,
  occurred_at INTEGER NOT NULL,
  content BLOB NOT NULL
) STRICT, WITHOUT ROWID;
