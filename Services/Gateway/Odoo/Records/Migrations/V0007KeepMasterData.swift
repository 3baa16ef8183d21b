import RecordStore

extension OdooMigrations {
  /// What was seen of master data and what became of it. The numbers between are the front's: both
  /// are in one database.
  static let keepMasterData = Migration(
    version: 7, name: "keep_master_data",
    sql: """
      -- How far each model of a site has been read. While a look of several pages is under way, next_cursor is
      -- what the cursor becomes at its end.
      CREATE TABLE odoo_master_scans (
        site TEXT NOT NULL,
        model TEXT NOT NULL,
        cursor TEXT,
        next_cursor TEXT,
        window_start TEXT NOT NULL,
        last_id INTEGER NOT NULL,
        PRIMARY KEY (site, model)
      ) STRICT, WITHOUT ROWID;

      -- Every row that was seen, by content, and whose it is: a line is its bill's.
      CREATE TABLE odoo_master_rows (
        site TEXT NOT NULL,
        model TEXT NOT NULL,
        odoo_id INTEGER NOT NULL,
        subject_id INTEGER NOT NULL,
        write_date TEXT NOT NULL,
        digest BLOB NOT NULL,
        PRIMARY KEY (site, model, odoo_id)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX odoo_master_rows_by_subject ON odoo_master_rows (site, model, subject_id);

      -- What records are made of: one unit, one bill with its lines. look_at: it is to be read again then.
      CREATE TABLE odoo_master_subjects (
        site TEXT NOT NULL,
        kind TEXT NOT NULL,
        subject_id INTEGER NOT NULL,
        group_id INTEGER,
        label TEXT NOT NULL,
        look_at INTEGER,
        attempts INTEGER NOT NULL,
        reason TEXT,
        explanation TEXT NOT NULL,
        PRIMARY KEY (site, kind, subject_id)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX odoo_master_subjects_due ON odoo_master_subjects (site, kind, look_at)
        WHERE look_at IS NOT NULL;
      CREATE INDEX odoo_master_subjects_by_group ON odoo_master_subjects (site, kind, group_id)
        WHERE group_id IS NOT NULL;
      CREATE INDEX odoo_master_subjects_problems ON odoo_master_subjects (site, kind, subject_id)
        WHERE reason IS NOT NULL;

      -- Which subject claims which code. wanted: 0 not any more, 1 released, 2 withdrawn; accepted: what MasterData
      -- has because of this subject, 0 nothing.
      CREATE TABLE odoo_master_claims (
        site TEXT NOT NULL,
        kind TEXT NOT NULL,
        code TEXT NOT NULL,
        subject_id INTEGER NOT NULL,
        wanted INTEGER NOT NULL,
        accepted INTEGER NOT NULL,
        digest BLOB,
        look_at INTEGER,
        attempts INTEGER NOT NULL,
        explanation TEXT,
        PRIMARY KEY (kind, code, site, subject_id)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX odoo_master_claims_by_subject ON odoo_master_claims (site, kind, subject_id);
      CREATE INDEX odoo_master_claims_obsolete ON odoo_master_claims (site, kind, code)
        WHERE accepted = 1 AND wanted <> 1;

      -- What a subject names, so that it is looked at again when that changes.
      CREATE TABLE odoo_master_links (
        site TEXT NOT NULL,
        kind TEXT NOT NULL,
        subject_id INTEGER NOT NULL,
        reference_kind TEXT NOT NULL,
        reference_id INTEGER NOT NULL,
        PRIMARY KEY (site, kind, subject_id, reference_kind, reference_id)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX odoo_master_links_back
        ON odoo_master_links (site, reference_kind, reference_id);
      """)
}
