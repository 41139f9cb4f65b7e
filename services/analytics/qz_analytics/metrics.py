"""Every metric of analytics, declared once, on the registry that a role is given."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


@dataclass(frozen=True)
class IngestMetrics:
    stored: Counter
    dropped: Counter
    dead: Counter
    blocks: Counter
    block_seconds: Histogram
    lag: Gauge
    delay: Gauge
    gaps: Counter
    retries: Counter
    not_owner: Counter
    restarts: Counter
    stopped: Gauge
    doubles: Counter
    tallies: Counter
    periods: Counter


@dataclass(frozen=True)
class QueryMetrics:
    seconds: Histogram
    refused: Counter


def ingest_metrics(registry: CollectorRegistry) -> IngestMetrics:
    def counter(name: str, help: str, *labels: str) -> Counter:
        return Counter(f"quietzone_analytics_{name}", help, labels, registry=registry)

    def gauge(name: str, help: str) -> Gauge:
        return Gauge(f"quietzone_analytics_{name}", help, registry=registry)

    return IngestMetrics(
        stored=counter("scans_stored", "Scans stored."),
        dropped=counter("scans_dropped", "Scans passed over, by reason.", "reason"),
        dead=counter("scans_dead", "Records sent to scans.dead, by reason.", "reason"),
        blocks=counter("blocks_stored", "Inserts, each one block of one month."),
        block_seconds=Histogram(
            "quietzone_analytics_block_seconds",
            "Storing one block, its gaps and dead records included.",
            buckets=SECONDS,
            registry=registry,
        ),
        lag=gauge(
            "lag_records", "Records of our partitions not yet stored; NaN while none are read."
        ),
        delay=gauge("delay_seconds", "Age of the newest stored scan when its block was stored."),
        gaps=counter("journal_gaps", "Jumps in a journal's numbers."),
        retries=counter("store_retries", "Blocks that the store didn't take at once."),
        not_owner=counter("blocks_not_ours", "Blocks dropped because the membership was lost."),
        restarts=counter("consumer_restarts", "Consumers opened anew.", "reason"),
        stopped=gauge("dead_limit_reached", "1 when too many dead records stopped the consumer."),
        doubles=counter("double_rows", "Rows found twice by verify, and merged."),
        tallies=counter("tallies_published", "Totals of links published."),
        periods=counter("rollup_periods_made", "Hours and days made from raw rows.", "kind"),
    )


def query_metrics(registry: CollectorRegistry) -> QueryMetrics:
    return QueryMetrics(
        seconds=Histogram(
            "quietzone_analytics_query_seconds",
            "Time of one question.",
            ["question"],
            buckets=SECONDS,
            registry=registry,
        ),
        refused=Counter(
            "quietzone_analytics_queries_refused",
            "Questions refused, by code.",
            ["code"],
            registry=registry,
        ),
    )
