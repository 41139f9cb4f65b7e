"""wrk as a function: one thread, 32 connections, pinned to the second core."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

CLIENT_CORE = "1"
UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}
PERCENTILE = re.compile(r"^\s+(50|75|90|99)%\s+([\d.]+)(us|ms|s|m)$", re.MULTILINE)
TOTAL = re.compile(r"^\s+(\d+) requests in ", re.MULTILINE)
RATE = re.compile(r"^Requests/sec:\s+([\d.]+)$", re.MULTILINE)
PHONE = (
    "User-Agent: Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
    "Accept-Language: pt-BR,pt;q=0.9,en;q=0.8",
    "X-Forwarded-For: 81.2.69.142",
)


class ToolMissing(Exception):
    """A tool of the bench is not installed; the text says how to get it."""


@dataclass(frozen=True)
class Load:
    rate: float
    p50_ms: float
    p99_ms: float
    requests: int


def need(*tools: str) -> None:
    packages = {"nginx": "nginx-light", "wrk": "wrk", "taskset": "util-linux"}
    missing = [packages[tool] for tool in tools if shutil.which(tool) is None]
    if missing:
        raise ToolMissing(f"apt-get install -y {' '.join(missing)}")


def wrk(
    url: str,
    seconds: int,
    *,
    connections: int = 32,
    script: Path | None = None,
    headers: Sequence[str] = (),
) -> Load:
    """Every answer must be what was asked for: one that is no 2xx or 3xx is an error."""
    command = ["taskset", "-c", CLIENT_CORE, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s"]
    command += ["--latency", *(word for header in headers for word in ("-H", header))]
    command += ["-s", str(script)] if script else []
    text = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in text or "Socket errors" in text:
        raise AssertionError(text)
    times = {name: float(value) * UNITS[unit] for name, value, unit in PERCENTILE.findall(text)}
    rate = RATE.search(text)
    assert rate is not None, text
    total = TOTAL.search(text)
    assert total is not None, text
    return Load(float(rate[1]), times["50"], times["99"], int(total[1]))
