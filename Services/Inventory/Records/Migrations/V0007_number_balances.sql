-- What and where by numbers instead of by names: an entry of an index is a quarter as long, and what a million
-- movements touch stays in memory. With names it cost twice the time (deploy/bench inventory).

-- The unit of each item's balances: that of master data, or of its first movement.
CREATE TABLE items (
  item_id INTEGER PRIMARY KEY,
  site TEXT NOT NULL,
  item_code TEXT NOT NULL,
  unit TEXT NOT NULL,
  UNIQUE (site, item_code)
) STRICT;
INSERT INTO items (site, item_code, unit) SELECT site, item_code, unit FROM item_units;
DROP TABLE item_units;

CREATE TABLE locations (
  location_id INTEGER PRIMARY KEY,
  site TEXT NOT NULL,
  location TEXT NOT NULL,
  UNIQUE (site, location)
) STRICT;
INSERT INTO locations (site, location) SELECT DISTINCT site, location FROM balances;

-- An item's lot, or piece, or what of it has neither.
CREATE TABLE materials (
  material_id INTEGER PRIMARY KEY,
  item_id INTEGER NOT NULL,
  lot TEXT NOT NULL,
  serial TEXT NOT NULL,
  UNIQUE (item_id, lot, serial)
) STRICT;
INSERT INTO materials (item_id, lot, serial)
SELECT DISTINCT items.item_id, balances.lot, balances.serial FROM balances JOIN items USING (site, item_code);
CREATE INDEX materials_by_piece ON materials (item_id, serial, lot) WHERE serial <> '';

-- What is where now.
CREATE TABLE numbered_balances (
  balance_id INTEGER PRIMARY KEY,
  site TEXT NOT NULL,
  item_id INTEGER NOT NULL,
  material_id INTEGER NOT NULL,
  location_id INTEGER NOT NULL,
  quantity INTEGER NOT NULL,
  -- How many changes it has had, and how many levels of sums stand above them.
  entry_count INTEGER NOT NULL,
  levels INTEGER NOT NULL,
  -- Of the event of its last change.
  change_sequence INTEGER NOT NULL,
  UNIQUE (material_id, location_id)
) STRICT;
INSERT INTO numbered_balances
SELECT balance_id, site, item_id, material_id, location_id, quantity, entry_count, levels, change_sequence
FROM balances JOIN items USING (site, item_code) JOIN materials USING (item_id, lot, serial)
  JOIN locations USING (site, location);
DROP TABLE balances;
ALTER TABLE numbered_balances RENAME TO balances;
CREATE INDEX balances_by_site ON balances (site);
CREATE INDEX balances_by_change ON balances (site, change_sequence);
CREATE INDEX balances_by_location ON balances (location_id);
-- Pieces leave a balance of nothing wherever they were: who asks for what is there must not meet them.
CREATE INDEX balances_there ON balances (item_id, location_id) WHERE quantity <> 0;
CREATE INDEX balances_negative ON balances (site) WHERE quantity < 0;

-- Balances by their names, for reading.
CREATE VIEW named_balances AS
SELECT balance_id, balances.site, balances.item_id, material_id, location_id, location, item_code, lot, serial,
  quantity, entry_count, levels, change_sequence
FROM balances JOIN materials USING (material_id) JOIN items ON items.item_id = balances.item_id
  JOIN locations USING (location_id);
