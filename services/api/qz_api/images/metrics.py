"""What drawing counts, declared once."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 10.0)


@dataclass(frozen=True)
class RenderMetrics:
    seconds: Histogram
    busy: Counter
    lost: Counter
    cache: Counter
    cache_errors: Counter


def render_metrics(r: CollectorRegistry) -> RenderMetrics:
    return RenderMetrics(
        seconds=Histogram(
            "quietzone_api_render_seconds",
            "Work of drawing processes.",
            ["task"],
            registry=r,
            buckets=BUCKETS,
        ),
        busy=Counter(
            "quietzone_api_render_busy", "Requests refused for want of room or time.", registry=r
        ),
        lost=Counter(
            "quietzone_api_render_processes_lost", "Drawing processes lost.", ["why"], registry=r
        ),
        cache=Counter(
            "quietzone_api_image_cache", "Look-ups in the cache.", ["outcome"], registry=r
        ),
        cache_errors=Counter(
            "quietzone_api_image_cache_errors",
            "Images that could not be read or kept on disk.",
            registry=r,
        ),
    )
