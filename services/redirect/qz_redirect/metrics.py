"""The metrics of the edge, declared once, read from plain numbers when they are asked for."""

from collections.abc import Callable, Iterable, Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from qz_redirect.hit import LATENCY_BOUNDS_NS, Hits
from qz_redirect.journal.fleet import Fleet
from qz_redirect.local import LocalEdge
from qz_redirect.replica.check import Checked
from qz_redirect.replica.follow import Follower

Number = Callable[[], float]


class Numbers(Collector):
    """Counters and gauges by name, with their help."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._counters: list[tuple[str, str, Number]] = []
        self._gauges: list[tuple[str, str, Number]] = []

    def counter(self, name: str, help: str, read: Number) -> None:
        self._counters.append((self._prefix + name, help, read))

    def gauge(self, name: str, help: str, read: Number) -> None:
        self._gauges.append((self._prefix + name, help, read))

    def collect(self) -> Iterable[Metric]:
        for name, help, read in self._counters:
            yield CounterMetricFamily(name, help, value=read())
        for name, help, read in self._gauges:
            yield GaugeMetricFamily(name, help, value=read())


class Latency(Collector):
    def __init__(self, hits: Hits) -> None:
        self._counters = hits.counters

    def collect(self) -> Iterator[Metric]:
        total, buckets = 0, []
        for bound, count in zip(LATENCY_BOUNDS_NS, self._counters.latency, strict=False):
            total += count
            buckets.append((str(bound / 1e9), float(total)))
        buckets.append(("+Inf", float(sum(self._counters.latency))))
        metric = HistogramMetricFamily(
            "quietzone_redirect_hit_seconds", "Time to look up, decide and journal a plain redirect"
        )
        metric.add_metric([], buckets, self._counters.latency_sum_ns / 1e9)
        yield metric


def serve_metrics(edge: LocalEdge) -> CollectorRegistry:
    hits, misses, journal = edge.hits, edge.misses, edge.hits.journal
    counters = hits.counters
    numbers = Numbers("quietzone_redirect_")
    counter, gauge = numbers.counter, numbers.gauge
    counter("hits", "Plain redirects answered", lambda: counters.hits)
    counter("gated", "Scans answered by a gate or page", lambda: counters.gated)
    counter("misses", "Scans of unknown slugs", lambda: counters.misses)
    counter("asked", "Questions to the API", lambda: misses.asked)
    counter("asked_in_vain", "Of these without answer", lambda: misses.failed)
    counter("not_asked", "Misses over the limits", lambda: misses.refused)
    counter("bad_records", "Unreadable records", lambda: counters.bad_records)
    counter("journal_bytes", "Bytes journaled", lambda: journal.appended_bytes)
    counter("journal_dropped", "Scans not journaled: ALARM", lambda: journal.dropped)
    gauge(
        "journal_failing",
        "1 when the disk takes none",
        lambda: bool(journal.failing),
    )
    counter(
        "journal_sync_failures",
        "Syncs the disk refused: ALARM",
        lambda: journal.sync_failures,
    )
    gauge("journal_seq", "The next seq of this journal", lambda: journal.next_seq)
    gauge("replica_usable", "1 when a replica is open", lambda: hits.reader.usable)
    gauge("replica_codes", "Codes in the replica", hits.reader.entries)
    return _registry(numbers, Latency(hits))


def replicate_metrics(follower: Follower, fleet: Fleet, checked: Checked) -> CollectorRegistry:
    progress, senders = follower.progress, fleet.senders
    numbers = Numbers("quietzone_replicate_")
    counter, gauge = numbers.counter, numbers.gauge
    counter("stored", "Records applied", lambda: progress.stored)
    counter("stale", "Older versions ignored", lambda: progress.stale)
    counter("bad", "Records that can't be read", lambda: progress.bad)
    gauge("lag_records", "Records still to apply", lambda: progress.lag)
    gauge("version", "Highest version applied", lambda: progress.version)
    gauge("connected", "1 while following", lambda: progress.connected)
    counter("checks", "Comparisons with Postgres", lambda: checked.checks)
    counter("checks_skipped", "Not made: behind, or no API", lambda: checked.skipped)
    counter("check_differences", "Keys not as Postgres says", lambda: checked.differences)
    counter("check_mended", "Of these mended", lambda: checked.mended)
    gauge("check_unmended", "Left by the last one: ALARM", lambda: checked.unmended)
    gauge("check_good_at_seconds", "Unix time of the last good one", lambda: checked.good_at)
    gauge("journals", "Journals of this host", lambda: len(senders))
    gauge("journal_lag_bytes", "Journaled, not acknowledged", fleet.pending_bytes)
    counter("scans_sent", "Scans acknowledged", _total(fleet, "sent"))
    counter("send_failures", "Batches that failed", _total(fleet, "failures"))
    gauge("journal_kept_bytes", "Bytes of all segments", fleet.kept_bytes)
    gauge("journal_kept_seconds", "Age of the oldest segment", fleet.kept_seconds)
    gauge(
        "journal_damaged_bytes",
        "Unreadable journal: ALARM",
        fleet.damaged_bytes,
    )
    return _registry(numbers)


def _total(fleet: Fleet, name: str) -> Number:
    return lambda: sum(getattr(sender, name) for sender in fleet.senders.values())


def _registry(*collectors: Collector) -> CollectorRegistry:
    registry = CollectorRegistry(auto_describe=False)
    for collector in collectors:
        registry.register(collector)
    return registry
