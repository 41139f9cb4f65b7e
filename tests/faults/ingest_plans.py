"""Starts runners of the consumer, each with a plan of when it stops."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from qz_common.kafka import KafkaSettings
from tests.fixtures.processes import Child


def start_plan(
    folder: Path, kafka: KafkaSettings, dsn: str, name: str = "runner", **more: Any
) -> Child:
    plan = {
        "dsn": dsn,
        "kafka": asdict(kafka),
        "until": str(folder / "until"),
        "report": str(folder / f"{name}.report"),
        "stops": [],
        **more,
    }
    path = folder / f"{name}.json"
    path.write_text(json.dumps(plan))
    command = [sys.executable, "-m", "tests.faults.ingest_runner", str(path)]
    child = Child(name, command, folder, ready=lambda: True)
    child.launch()
    return child
