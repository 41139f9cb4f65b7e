"""Writes docs/metrics.md from what the roles of a running `make run` expose.

`python -m deploy.metrics_page` while it runs; the end-to-end tests hold the page to the roles.
"""

import os
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from deploy.embedded.settings import StackSettings
from qz_common.settings import load

PAGE = Path(__file__).parents[1] / "docs" / "metrics.md"
OURS = "quietzone_"
HEAD = """# Metrics
Prometheus text at `/metrics` of each role's ops port. Written from a running stack by
`python -m deploy.metrics_page`; the end-to-end tests hold this page to the roles.
"""
COLUMNS = "| metric | kind | what it is |\n| --- | --- | --- |\n"


def ports(settings: StackSettings) -> dict[str, int]:
    return {
        "redirect serve": settings.edge_ops_port,
        "redirect replicate": settings.replicate_ops_port,
        "api serve": settings.api_ops_port,
        "api worker": settings.worker_ops_port,
        "analytics": settings.analytics_ops_port,
    }


def metrics_page(settings: StackSettings) -> str:
    exposed = {role: _exposed(port) for role, port in ports(settings).items()}
    return HEAD + "".join(_section(role, text) for role, text in exposed.items())


def _exposed(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        text: bytes = answer.read()
    return text.decode()


def _section(role: str, text: str) -> str:
    return f"\n## `{role}`\n{COLUMNS}" + "".join(sorted(_rows(text)))


def _rows(text: str) -> Iterator[str]:
    declared: Mapping[str, Metric] = {
        family.name: family for family in text_string_to_metric_families(text)
    }
    for name, family in declared.items():
        if name.startswith(OURS) and not name.endswith("_created"):
            shown = f"{name}_total" if family.type == "counter" else name
            yield f"| `{shown}` | {family.type} | {family.documentation} |\n"


if __name__ == "__main__":
    PAGE.write_text(metrics_page(load(StackSettings, os.environ)))
