-- Whether the order's lines, operations and reports are in an archive. The order's own row stays.
ALTER TABLE orders ADD COLUMN archived INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1));

-- Closed orders in the order in which they are archived.
CREATE INDEX orders_to_archive ON orders (outcome_at) WHERE state = 5 AND archived = 0;
