-- Links take it and edges journal it; a scan stored before this has none.
ALTER TABLE scans ADD COLUMN IF NOT EXISTS utm_id String CODEC(ZSTD) AFTER utm_content;
