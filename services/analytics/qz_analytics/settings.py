"""What each role of analytics reads from the environment."""

from dataclasses import dataclass

from qz_common.kafka import KafkaSettings
from qz_common.settings import REQUIRED, group, setting


@dataclass(frozen=True, kw_only=True)
class StoreSettings:
    dsn: str = setting(
        "CLICKHOUSE_DSN",
        REQUIRED,
        "ClickHouse: `http://user:password@host:8123/database`, or `chdb:///folder?database=name` "
        "for the engine in this process.",
        secret=True,
    )
    query_dsn: str | None = setting(
        "CLICKHOUSE_QUERY_DSN",
        None,
        "The same store as a user that may only read; empty reads as the first user.",
        secret=True,
    )
    raw_months: int = setting("RAW_RETENTION_MONTHS", 25, "Months that single scans are kept.")
    migrates: bool = setting(
        "CLICKHOUSE_MIGRATE",
        False,
        "Bring the schema up at the start of a role: for the embedded engine, whose folder only "
        "one process may open.",
    )


@dataclass(frozen=True, kw_only=True)
class OpsSettings:
    host: str = setting("ANALYTICS_HOST", "127.0.0.1", "Address to listen on.")
    ops_port: int = setting("ANALYTICS_OPS_PORT", 8714, "Port for health and metrics.")


@dataclass(frozen=True, kw_only=True)
class IngestSettings:
    block_rows: int = setting(
        "INGEST_BLOCK_ROWS",
        50_000,
        "Most rows of one block; more take more memory, fewer more parts.",
    )
    tick_ms: int = setting(
        "INGEST_TICK_MS", 250, "Longest a scan waits for others before its block is stored."
    )
    session_ms: int = setting(
        "INGEST_SESSION_MS",
        10_000,
        "A consumer not heard of for so long loses its partitions; also how long a start takes on "
        "a broker that waits for others to join.",
    )
    dead_in_row: int = setting(
        "INGEST_DEAD_IN_ROW", 1_000, "So many unusable records in a row stop the consumer."
    )
    dead_share: float = setting(
        "INGEST_DEAD_SHARE", 0.01, "A larger share of unusable records stops the consumer."
    )
    gap_grace_seconds: int = setting(
        "INGEST_GAP_GRACE_SECONDS",
        600,
        "So long a missing number is asked for again by its journal; then it counts as lost.",
    )
    verify_seconds: int = setting(
        "INGEST_VERIFY_SECONDS", 60, "How often rows are counted against identities."
    )
    verify_days: int = setting("INGEST_VERIFY_DAYS", 3, "How many days back that count goes.")


@dataclass(frozen=True, kw_only=True)
class QuerySettings:
    port: int = setting("ANALYTICS_PORT", 8702, "Port that the API asks.")
    internal_token: str = setting(
        "INTERNAL_TOKEN", REQUIRED, "Shared secret of the services.", secret=True
    )
    threads: int = setting("QUERY_THREADS", 4, "Questions that the store is asked at once.")
    per_workspace: int = setting(
        "QUERY_PER_WORKSPACE", 4, "Questions of one workspace at once; one more is told to wait."
    )
    deadline_seconds: int = setting(
        "QUERY_DEADLINE_SECONDS", 10, "Longest a question may take, waiting for others included."
    )
    max_memory_mb: int = setting("QUERY_MAX_MEMORY_MB", 2_000, "Most memory of one question.")
    max_rows_read: int = setting(
        "QUERY_MAX_ROWS_READ", 2_000_000_000, "Most rows that one question may read."
    )


@dataclass(frozen=True, kw_only=True)
class Settings:
    store: StoreSettings = group(StoreSettings)
    kafka: KafkaSettings = group(KafkaSettings)
    ops: OpsSettings = group(OpsSettings)
    ingest: IngestSettings = group(IngestSettings)
    query: QuerySettings = group(QuerySettings)
