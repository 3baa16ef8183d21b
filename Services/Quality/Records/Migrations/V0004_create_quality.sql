-- Results of inspections; the content is a millrace.quality.v1.InspectionResult.
CREATE TABLE inspection_results (
  sequence INTEGER PRIMARY KEY,
  site TEXT NOT NULL,
  inspection_id TEXT NOT NULL,
  sample INTEGER NOT NULL,
  characteristic TEXT NOT NULL,
  result_id TEXT NOT NULL,
  passed INTEGER NOT NULL CHECK (passed IN (0, 1)),
  -- Whether another result has replaced it.
  replaced INTEGER NOT NULL CHECK (replaced IN (0, 1)),
  content BLOB NOT NULL,
  UNIQUE (site, result_id)
) STRICT;
CREATE INDEX inspection_results_by_inspection ON inspection_results (site, inspection_id, sequence);
-- One of each sample's characteristic counts.
CREATE UNIQUE INDEX inspection_results_counting
  ON inspection_results (site, inspection_id, sample, characteristic) WHERE replaced = 0;

-- Which holds belong to which nonconformance.
CREATE TABLE nonconformance_holds (
  site TEXT NOT NULL,
  nonconformance_id TEXT NOT NULL,
  hold_id TEXT NOT NULL,
  PRIMARY KEY (site, nonconformance_id, hold_id)
) STRICT, WITHOUT ROWID;

-- Which material has become which, as the services have recorded it; the content is a
-- millrace.common.v1.GenealogyEdge.
CREATE TABLE edges (
  edge_number INTEGER PRIMARY KEY,
  site TEXT NOT NULL,
  recorded_by TEXT NOT NULL,
  edge_id TEXT NOT NULL,
  produced_item TEXT NOT NULL,
  produced_lot TEXT NOT NULL,
  produced_serial TEXT NOT NULL,
  consumed_item TEXT NOT NULL,
  consumed_lot TEXT NOT NULL,
  consumed_serial TEXT NOT NULL,
  content BLOB NOT NULL,
  UNIQUE (site, recorded_by, edge_id)
) STRICT;
CREATE INDEX edges_by_produced_lot ON edges (site, produced_item, produced_lot);
CREATE INDEX edges_by_produced_serial ON edges (site, produced_item, produced_serial);
CREATE INDEX edges_by_consumed_lot ON edges (site, consumed_item, consumed_lot);
CREATE INDEX edges_by_consumed_serial ON edges (site, consumed_item, consumed_serial);
-- Of a piece: what is said of its lot as a whole.
CREATE INDEX edges_by_produced_whole_lot ON edges (site, produced_item, produced_lot)
  WHERE produced_serial = '';
CREATE INDEX edges_by_consumed_whole_lot ON edges (site, consumed_item, consumed_lot)
  WHERE consumed_serial = '';

-- Which lots a piece belongs to, by every edge that names both: others may name the piece alone.
CREATE TABLE piece_lots (
  site TEXT NOT NULL,
  item_code TEXT NOT NULL,
  serial TEXT NOT NULL,
  lot TEXT NOT NULL,
  PRIMARY KEY (site, item_code, serial, lot)
) STRICT, WITHOUT ROWID;
CREATE INDEX piece_lots_by_lot ON piece_lots (site, item_code, lot, serial);
