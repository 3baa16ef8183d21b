import RecordStore

extension OdooMigrations {
  /// Orders, postings, cases, the polling cursor, the feed's cursor.
  static let createOdooTables = Migration(
    version: 1, name: "create_odoo_tables",
    sql: """
      -- Orders that were released, or are being released: the request is kept until Production has answered,
      -- so that a release that was cut off is repeated with the same content.
      CREATE TABLE odoo_orders (
        site TEXT NOT NULL,
        order_name TEXT NOT NULL,
        odoo_id INTEGER NOT NULL,
        group_id INTEGER,
        product_id INTEGER NOT NULL,
        is_released INTEGER NOT NULL,
        plan TEXT NOT NULL,
        request BLOB NOT NULL,
        created_at INTEGER NOT NULL,
        PRIMARY KEY (site, order_name)
      ) STRICT, WITHOUT ROWID;
      CREATE UNIQUE INDEX odoo_orders_by_id ON odoo_orders (site, odoo_id);
      CREATE INDEX odoo_orders_by_group ON odoo_orders (site, group_id, product_id);

      -- One row per order: the newest totals, what Odoo may hold because of us, what became of it.
      CREATE TABLE odoo_postings (
        site TEXT NOT NULL,
        order_name TEXT NOT NULL,
        totals_epoch INTEGER NOT NULL,
        totals_sequence INTEGER NOT NULL,
        totals BLOB,
        base TEXT NOT NULL,
        refused TEXT,
        is_outcome_open INTEGER NOT NULL,
        state TEXT NOT NULL,
        reason TEXT NOT NULL,
        document TEXT NOT NULL,
        documents TEXT NOT NULL,
        covers_through INTEGER NOT NULL,
        booked_through INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        reported_revision INTEGER NOT NULL,
        changed_at INTEGER NOT NULL,
        -- counts the reasons to look at the chain, so that one that comes during a run is not lost
        wake INTEGER NOT NULL,
        look_at INTEGER,
        attempts INTEGER NOT NULL,
        PRIMARY KEY (site, order_name)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX odoo_postings_due ON odoo_postings (site, look_at) WHERE look_at IS NOT NULL;
      CREATE INDEX odoo_postings_unreported ON odoo_postings (site, order_name)
        WHERE revision > reported_revision;

      CREATE TABLE odoo_cases (
        case_id BLOB PRIMARY KEY NOT NULL,
        site TEXT NOT NULL,
        order_name TEXT NOT NULL,
        reason TEXT NOT NULL,
        explanation TEXT NOT NULL,
        odoo_answer TEXT NOT NULL,
        owner TEXT NOT NULL,
        opened_at INTEGER NOT NULL,
        closed_at INTEGER
      ) STRICT, WITHOUT ROWID;
      CREATE UNIQUE INDEX odoo_cases_open ON odoo_cases (site, order_name, reason)
        WHERE closed_at IS NULL;
      CREATE INDEX odoo_cases_by_site ON odoo_cases (site, case_id);

      -- The newest write_date that was seen, as Odoo spells it.
      CREATE TABLE odoo_polls (site TEXT PRIMARY KEY NOT NULL, cursor TEXT NOT NULL)
        STRICT, WITHOUT ROWID;

      -- Orders of the overlap, by content, and orders that wait for their time.
      CREATE TABLE odoo_seen (
        site TEXT NOT NULL,
        odoo_id INTEGER NOT NULL,
        content TEXT NOT NULL,
        write_date TEXT NOT NULL,
        look_at INTEGER,
        PRIMARY KEY (site, odoo_id)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX odoo_seen_due ON odoo_seen (site, look_at) WHERE look_at IS NOT NULL;

      CREATE TABLE odoo_feeds (
        site TEXT PRIMARY KEY NOT NULL,
        token TEXT NOT NULL,
        epoch INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      """)
}
