-- Made from raw rows hour by hour and day by day; the highest version of a row is the row.
CREATE TABLE IF NOT EXISTS workspace_hourly
(
    workspace String,
    mode LowCardinality(String),
    hour DateTime('UTC'),
    verdict LowCardinality(String),
    scans UInt64,
    visitors AggregateFunction(uniqCombined64(14), UInt64),
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(hour)
ORDER BY (workspace, mode, hour, verdict);

CREATE TABLE IF NOT EXISTS workspace_daily
(
    workspace String,
    mode LowCardinality(String),
    day DateTime('UTC'),
    verdict LowCardinality(String),
    scans UInt64,
    visitors AggregateFunction(uniqCombined64(14), UInt64),
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYear(day)
ORDER BY (workspace, mode, day, verdict);

CREATE TABLE IF NOT EXISTS link_daily
(
    workspace String,
    link String,
    day DateTime('UTC'),
    verdict LowCardinality(String),
    mode LowCardinality(String),
    scans UInt64,
    symbols UInt64,
    first_at DateTime64(3, 'UTC'),
    last_at DateTime64(3, 'UTC'),
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYear(day)
ORDER BY (workspace, link, day, verdict, mode);

-- Which hours and days the rollups answer for; one that a late row touched is told as not made.
CREATE TABLE IF NOT EXISTS rollup_periods
(
    kind LowCardinality(String),
    start DateTime('UTC'),
    made Bool,
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (kind, start);
