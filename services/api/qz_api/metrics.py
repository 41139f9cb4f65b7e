"""What the API and its worker count, declared once."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


@dataclass(frozen=True)
class ApiMetrics:
    registry: CollectorRegistry
    requests: Histogram
    refused_keys: Counter
    unmetered: Counter
    idempotent_replays: Counter
    request_records: Counter


@dataclass(frozen=True)
class WorkerMetrics:
    registry: CollectorRegistry
    published: Counter
    publish_errors: Counter
    outbox_lag: Gauge
    outbox_rows: Gauge
    relay_active: Gauge
    reseeds: Counter
    tallies: Counter
    job_errors: Counter


def api_metrics() -> ApiMetrics:
    r = CollectorRegistry()
    return ApiMetrics(
        registry=r,
        requests=Histogram(
            "quietzone_api_request_seconds",
            "Calls of the management API.",
            ["method", "route", "status"],
            registry=r,
            buckets=BUCKETS,
        ),
        refused_keys=Counter(
            "quietzone_api_refused_keys",
            "Keys that were not let in, by reason.",
            ["reason"],
            registry=r,
        ),
        unmetered=Counter(
            "quietzone_api_unmetered_calls",
            "Calls let through while the rate meter was stuck.",
            registry=r,
        ),
        idempotent_replays=Counter(
            "quietzone_api_idempotent_replays",
            "Answers given again for an Idempotency-Key.",
            registry=r,
        ),
        request_records=Counter(
            "quietzone_api_request_records",
            "Records of calls, sent to the topic `requests` or dropped for want of room.",
            ["outcome"],
            registry=r,
        ),
    )


def worker_metrics() -> WorkerMetrics:
    r = CollectorRegistry()
    return WorkerMetrics(
        registry=r,
        published=Counter(
            "quietzone_worker_outbox_published", "Outbox rows published to Kafka.", registry=r
        ),
        publish_errors=Counter(
            "quietzone_worker_outbox_errors", "Attempts to publish that failed.", registry=r
        ),
        outbox_lag=Gauge(
            "quietzone_worker_outbox_lag_seconds", "Age of the oldest unpublished row.", registry=r
        ),
        outbox_rows=Gauge("quietzone_worker_outbox_rows", "Unpublished rows.", registry=r),
        relay_active=Gauge(
            "quietzone_worker_outbox_relay_active", "1 where the relay runs.", registry=r
        ),
        reseeds=Counter(
            "quietzone_worker_routing_reseeds", "Times that `routing` was filled anew.", registry=r
        ),
        tallies=Counter(
            "quietzone_worker_tallies_applied", "Running totals written to links.", registry=r
        ),
        job_errors=Counter(
            "quietzone_worker_job_errors", "Failed rounds of periodic jobs.", ["job"], registry=r
        ),
    )
