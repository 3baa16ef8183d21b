-- What is missing on the shop floor; the content is a millrace.production.v1.Shortage.
CREATE TABLE shortages (
  -- That of the event that tells of it.
  sequence INTEGER PRIMARY KEY,
  site TEXT NOT NULL,
  content BLOB NOT NULL
) STRICT;
CREATE INDEX shortages_by_site ON shortages (site, sequence);
