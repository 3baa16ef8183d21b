-- Orders that change after their release, are given up, or ended in the ERP system. A CHECK can only be changed with its
-- table.
CREATE TABLE ended_orders (
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

  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 9),
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

  -- Whether the order's lines, operations and reports are in an archive. The order's own row stays.
  archived INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1)),
  -- Why it has ended before it was made; NULL when it has not. What is NULL changes no digest of an archived row.
  ending_reason TEXT,
  -- The newest change that was asked for, a millrace.production.v1.OrderChange; NULL when there was none.
  change BLOB,
  -- Of what was released, when a change has made the content another one; NULL when none has.
  released_content BLOB CHECK (length(released_content) = 16),

  UNIQUE (site, name)
) STRICT;


INSERT INTO ended_orders
SELECT order_id, site, name, item_code, planned, unit, reporting_operation, planned_start_at, due_at, tracking, content,
  content_scheme, released_at, state, revision, change_sequence, good, scrap, report_count, through_sequence,
  last_report_at, outcome_revision, outcome_state, outcome_covers, outcome_booked, outcome_reason, outcome_document,
  outcome_at, archived, NULL, NULL, NULL
FROM orders;
DROP TABLE orders;
ALTER TABLE ended_orders RENAME TO orders;
CREATE INDEX orders_by_change ON orders (site, change_sequence);
CREATE INDEX orders_to_archive ON orders (outcome_at) WHERE state = 5 AND archived = 0;

