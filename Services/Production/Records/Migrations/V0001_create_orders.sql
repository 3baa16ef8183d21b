-- Quantities are whole numbers of millionths, times whole numbers of microseconds since 1970-01-01 UTC.

-- An order: what was released, never changed again, and below it what has become of it.
CREATE TABLE orders (
  order_id INTEGER PRIMARY KEY,
  site TEXT NOT NULL,
  name TEXT NOT NULL,
  item_code TEXT NOT NULL,
  planned INTEGER NOT NULL CHECK (planned > 0),
  unit TEXT NOT NULL,
  reporting_operation TEXT NOT NULL,
  planned_start_at INTEGER NOT NULL,
  due_at INTEGER,
  tracking INTEGER NOT NULL CHECK (tracking BETWEEN 1 AND 3),
  -- The fingerprint of the release and the rule that made it: the same order released again is recognised by it.
  content BLOB NOT NULL CHECK (length(content) = 16),
  content_scheme INTEGER NOT NULL,
  released_at INTEGER NOT NULL,

  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 5),
  revision INTEGER NOT NULL,
  -- The outbox sequence of the last change: where a watch goes on.
  change_sequence INTEGER NOT NULL,
  -- Running totals of the reporting operation, so that a report costs the same however many came before it.
  good INTEGER NOT NULL CHECK (good >= 0),
  scrap INTEGER NOT NULL CHECK (scrap >= 0),
  report_count INTEGER NOT NULL,
  through_sequence INTEGER NOT NULL,
  last_report_at INTEGER,

  -- The newest outcome in the ERP system; all of it NULL before the first.
  outcome_revision INTEGER,
  outcome_state INTEGER CHECK (outcome_state BETWEEN 1 AND 7),
  outcome_covers INTEGER,
  outcome_booked INTEGER,
  outcome_reason TEXT,
  outcome_document TEXT,
  outcome_at INTEGER,

  UNIQUE (site, name)
) STRICT;

CREATE INDEX orders_by_change ON orders (site, change_sequence);

CREATE TABLE order_components (
  order_id INTEGER NOT NULL REFERENCES orders (order_id),
  line INTEGER NOT NULL,
  item_code TEXT NOT NULL,
  demand INTEGER NOT NULL CHECK (demand >= 0),
  unit TEXT NOT NULL,
  unit_rounding INTEGER NOT NULL CHECK (unit_rounding > 0),
  operation TEXT NOT NULL,
  tracking INTEGER NOT NULL CHECK (tracking BETWEEN 1 AND 3),
  PRIMARY KEY (order_id, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE order_operations (
  order_id INTEGER NOT NULL REFERENCES orders (order_id),
  position INTEGER NOT NULL,
  code TEXT NOT NULL,
  work_center_code TEXT NOT NULL,
  expected_duration_seconds INTEGER NOT NULL,
  -- Running totals of operations other than the reporting one; zero for that one.
  good INTEGER NOT NULL DEFAULT 0 CHECK (good >= 0),
  scrap INTEGER NOT NULL DEFAULT 0 CHECK (scrap >= 0),
  PRIMARY KEY (order_id, position),
  UNIQUE (order_id, code)
) STRICT, WITHOUT ROWID;

-- Reports are facts: never changed, never deleted.
CREATE TABLE reports (
  sequence INTEGER PRIMARY KEY,
  report_id BLOB NOT NULL UNIQUE CHECK (length(report_id) = 16),
  order_id INTEGER NOT NULL REFERENCES orders (order_id),
  site TEXT NOT NULL,
  source_system TEXT NOT NULL,
  source_event_id TEXT NOT NULL,
  source_sequence INTEGER NOT NULL,
  occurred_at INTEGER NOT NULL,
  correlation_id TEXT NOT NULL,
  operation TEXT NOT NULL,
  good INTEGER NOT NULL CHECK (good >= 0),
  scrap INTEGER NOT NULL CHECK (scrap >= 0),
  is_final INTEGER NOT NULL CHECK (is_final IN (0, 1)),
  received_at INTEGER NOT NULL
) STRICT;

-- Both end with the rowid, which is the sequence.
CREATE INDEX reports_by_order ON reports (order_id);
CREATE INDEX reports_by_site ON reports (site);
