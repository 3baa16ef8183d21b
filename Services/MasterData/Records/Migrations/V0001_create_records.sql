-- Times are whole numbers of microseconds since 1970-01-01 UTC.

-- A record of any kind as it is now; the kinds are those of RecordKind. Nothing is ever deleted.
CREATE TABLE master_records (
  kind TEXT NOT NULL,
  code TEXT NOT NULL,
  life_cycle TEXT NOT NULL CHECK (life_cycle IN ('draft', 'released', 'withdrawn')),
  revision INTEGER NOT NULL CHECK (revision > 0),
  changed_at INTEGER NOT NULL,
  -- The outbox sequence of the last change: where a watch goes on.
  change_sequence INTEGER NOT NULL,
  -- The record's message without what the service adds to its head.
  content BLOB NOT NULL,
  PRIMARY KEY (kind, code)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX master_records_by_change ON master_records (change_sequence);

-- Which records a record names: asked for before one is withdrawn.
CREATE TABLE master_references (
  kind TEXT NOT NULL,
  code TEXT NOT NULL,
  to_kind TEXT NOT NULL,
  to_code TEXT NOT NULL,
  PRIMARY KEY (to_kind, to_code, kind, code),
  FOREIGN KEY (kind, code) REFERENCES master_records (kind, code)
) STRICT, WITHOUT ROWID;
CREATE INDEX master_references_by_record ON master_references (kind, code);

-- Names that only one record of its kind, in use or in preparation, may have, such as barcodes.
CREATE TABLE master_names (
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  code TEXT NOT NULL,
  PRIMARY KEY (kind, name),
  FOREIGN KEY (kind, code) REFERENCES master_records (kind, code)
) STRICT, WITHOUT ROWID;
CREATE INDEX master_names_by_record ON master_names (kind, code);
