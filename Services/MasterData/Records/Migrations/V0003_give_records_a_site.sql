-- Records may belong to one site; what is of all sites has an empty one.
CREATE TABLE records (
  -- One of RecordKind.
  kind TEXT NOT NULL,
  site TEXT NOT NULL,
  code TEXT NOT NULL,
  life_cycle TEXT NOT NULL CHECK (life_cycle IN ('draft', 'released', 'withdrawn')),
  revision INTEGER NOT NULL CHECK (revision > 0),
  changed_at INTEGER NOT NULL,
  -- The outbox sequence of the last change: where a watch goes on.
  change_sequence INTEGER NOT NULL,
  -- The record's message without what the service adds to its head.
  content BLOB NOT NULL,
  PRIMARY KEY (kind, site, code)
) STRICT, WITHOUT ROWID;
INSERT INTO records
  SELECT kind, '', code, life_cycle, revision, changed_at, change_sequence, content
  FROM master_records;
CREATE UNIQUE INDEX records_by_change ON records (change_sequence);

-- Which records a record names, and for what: asked for before one is withdrawn, and what an item is
-- made of.
CREATE TABLE record_references (
  kind TEXT NOT NULL,
  site TEXT NOT NULL,
  code TEXT NOT NULL,
  -- The field that names it, without places in lists: 'lines.item'.
  role TEXT NOT NULL,
  to_kind TEXT NOT NULL,
  to_site TEXT NOT NULL,
  to_code TEXT NOT NULL,
  -- All columns in their order: SQLite 3.40 finds NULLs that are not there in a table without row ids
  -- whose key leaves one out in between.
  PRIMARY KEY (kind, site, code, role, to_kind, to_site, to_code),
  FOREIGN KEY (kind, site, code) REFERENCES records (kind, site, code)
) STRICT, WITHOUT ROWID;
INSERT INTO record_references
  SELECT kind, '', code, to_kind, to_kind, '', to_code FROM master_references;
CREATE INDEX record_references_to ON record_references (to_kind, to_code, to_site, role);

-- What of records in use or in preparation must not be twice at a time, such as barcodes.
CREATE TABLE record_names (
  kind TEXT NOT NULL,
  site TEXT NOT NULL,
  name TEXT NOT NULL,
  code TEXT NOT NULL,
  PRIMARY KEY (kind, site, name, code),
  FOREIGN KEY (kind, site, code) REFERENCES records (kind, site, code)
) STRICT, WITHOUT ROWID;
INSERT INTO record_names SELECT kind, '', name, code FROM master_names;
CREATE INDEX record_names_by_record ON record_names (kind, site, code);

DROP TABLE master_names;
DROP TABLE master_references;
DROP TABLE master_records;

-- Changes of ownership rules that wait for a second person; the content is the rule's message.
CREATE TABLE ownership_proposals (
  site TEXT NOT NULL,
  code TEXT NOT NULL,
  proposed_by TEXT NOT NULL,
  proposed_at INTEGER NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (site, code)
) STRICT, WITHOUT ROWID;

-- Codes that were to be resolved and that nobody knew.
CREATE TABLE unmapped_codes (
  site TEXT NOT NULL,
  system TEXT NOT NULL,
  kind TEXT NOT NULL,
  code TEXT NOT NULL,
  has_rule INTEGER NOT NULL CHECK (has_rule IN (0, 1)),
  count INTEGER NOT NULL CHECK (count > 0),
  first_seen_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  PRIMARY KEY (site, system, kind, code)
) STRICT, WITHOUT ROWID;
CREATE INDEX unmapped_codes_by_count ON unmapped_codes (site, count DESC, system, kind, code);
CREATE INDEX unmapped_codes_by_age ON unmapped_codes (site, last_seen_at);
