-- One row per request, the truth; identity is (journal, seq), so a row that came twice is one row.
CREATE TABLE IF NOT EXISTS scans
(
    workspace String,
    link String,
    ts DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    journal UInt64 CODEC(ZSTD),
    seq UInt64 CODEC(Delta, ZSTD),
    kind LowCardinality(String),
    mode LowCardinality(String),
    code String CODEC(ZSTD),
    slug String CODEC(ZSTD),
    host LowCardinality(String),
    route_version UInt64 CODEC(ZSTD),
    rule String CODEC(ZSTD),
    variant String CODEC(ZSTD),
    destination String CODEC(ZSTD),
    destination_id String CODEC(ZSTD),
    campaign String CODEC(ZSTD),
    tags Array(String) CODEC(ZSTD),
    method LowCardinality(String),
    status UInt16 CODEC(ZSTD),
    country LowCardinality(String),
    continent LowCardinality(String),
    region LowCardinality(String),
    city String CODEC(ZSTD),
    visitor UInt64 CODEC(ZSTD),
    ip_hash UInt64 CODEC(ZSTD),
    ua String CODEC(ZSTD),
    device LowCardinality(String),
    os LowCardinality(String),
    browser LowCardinality(String),
    brand LowCardinality(String),
    scanner_app LowCardinality(String),
    scan_method LowCardinality(String),
    referrer String CODEC(ZSTD),
    referrer_host String CODEC(ZSTD),
    source_class LowCardinality(String),
    language LowCardinality(String),
    source LowCardinality(String),
    utm_source String CODEC(ZSTD),
    utm_medium String CODEC(ZSTD),
    utm_campaign String CODEC(ZSTD),
    utm_term String CODEC(ZSTD),
    utm_content String CODEC(ZSTD),
    purpose LowCardinality(String),
    repeat Bool,
    bot_network Bool,
    uploaded Bool,
    no_tracking Bool,
    action LowCardinality(String),
    clamped Bool,
    verdict LowCardinality(String),
    verdict_reason LowCardinality(String),
    verdict_version UInt16,
    PROJECTION marks (SELECT journal, max(seq), max(ts) GROUP BY journal)
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(ts)
ORDER BY (workspace, link, ts, journal, seq)
SETTINGS ttl_only_drop_parts = 1, fsync_after_insert = 1, deduplicate_merge_projection_mode = 'rebuild';

-- Numbers that a journal passed over: `jump` may still come, `dead` went to the topic scans.dead.
CREATE TABLE IF NOT EXISTS journal_gaps
(
    journal UInt64,
    first_seq UInt64,
    last_seq UInt64,
    reason LowCardinality(String),
    noticed_at DateTime64(3, 'UTC'),
    before_ts DateTime64(3, 'UTC'),
    missing UInt64
)
ENGINE = ReplacingMergeTree(noticed_at)
ORDER BY (journal, first_seq, last_seq, reason);

-- Where a journal stood when rows of it were erased: an erased row must not look like a lost one.
CREATE TABLE IF NOT EXISTS journal_floors
(
    journal UInt64,
    seq UInt64
)
ENGINE = ReplacingMergeTree(seq)
ORDER BY journal;

-- How far each partition of the topic is stored, told every few seconds by the one who reads it.
CREATE TABLE IF NOT EXISTS ingest_progress
(
    topic String,
    partition UInt32,
    told_at DateTime64(3, 'UTC'),
    complete_until DateTime64(3, 'UTC'),
    in_flight UInt64
)
ENGINE = ReplacingMergeTree(told_at)
ORDER BY (topic, partition)
TTL toDateTime(told_at) + INTERVAL 7 DAY;
