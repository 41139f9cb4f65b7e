"""P8: creating a dynamic code, all of it, beside a bare insert on the same Postgres, in one run.

    python -m tests.bench.create_bench [--rounds 3] [--seconds 4]

Server on the first core, load on the second; rounds interleaved; each create has an
Idempotency-Key and a URL of its own. Postgres runs without fsync, which favours the bare insert.
Beside the rate stands the CPU time of one request, in the server and in Postgres: the clock of a
shared machine tells less than that.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from deploy.embedded.backends import free_port
from tests.bench.servers import cpu_seconds
from tests.bench.wrk import Load, need, wrk
from tests.fixtures.postgres import Cluster, Database, migrate_api, start_cluster
from tests.fixtures.processes import Child

CONNECTIONS = 8
SCRIPT = """
local n = 0
request = function()
  n = n + 1
  local headers = {["Content-Type"] = "application/json", ["Authorization"] = "Bearer %s",
                   ["Idempotency-Key"] = "%s-" .. n}
  local body = string.format('{"destination_url": "https://example.com/%%d"}', n)
  return wrk.format("POST", nil, headers, body)
end
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=4)
    arguments = parser.parse_args()
    need("wrk", "taskset")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o711)
        cluster = start_cluster(folder / "postgres")
        try:
            measure(cluster, folder, arguments.rounds, arguments.seconds)
        finally:
            cluster.kill()


def measure(cluster: Cluster, folder: Path, rounds: int, seconds: int) -> None:
    database = cluster.create()
    migrate_api(database)
    ports = {"bare": free_port(), "create": free_port()}
    servers = [bare(database, folder, ports["bare"]), api(database, folder, ports["create"])]
    key = seed(database)
    paths = {"bare": "/", "create": "/v1/qr-codes"}
    found: dict[str, list[Round]] = {name: [] for name in ports}
    try:
        for server in servers:
            server.start()
        for number in range(rounds):
            for name, server in zip(ports, servers, strict=True):
                script = folder / f"{name}.lua"
                script.write_text(SCRIPT % (key, f"round-{number}"))
                url = f"http://127.0.0.1:{ports[name]}{paths[name]}"
                with Spent(server, cluster.child) as spent:
                    done = load(url, seconds, script, CONNECTIONS)
                found[name].append(Round(done, *(each / done.requests for each in spent.seconds)))
        script.write_text(SCRIPT % (key, "alone"))
        alone = load(url, seconds, script, 1)
    finally:
        for server in servers:
            server.stop()
    report(found, alone)


@dataclass(frozen=True)
class Round:
    load: Load
    server_seconds: float
    """CPU time of one request, in the server and in Postgres."""
    postgres_seconds: float


class Spent:
    """CPU time that processes use inside the block."""

    def __init__(self, *children: Child) -> None:
        self._children = children

    def __enter__(self) -> "Spent":
        self._before = self._now()
        return self

    def __exit__(self, *_: object) -> None:
        pairs = zip(self._now(), self._before, strict=True)
        self.seconds = [now - before for now, before in pairs]

    def _now(self) -> list[float]:
        running = [child.process for child in self._children if child.process]
        return [cpu_seconds(process) for process in running]


def report(found: dict[str, list[Round]], alone: Load) -> None:
    rates = {name: median(each.load.rate for each in rounds) for name, rounds in found.items()}
    print(f"{'':7}{'req/s':>8}{'p50 ms':>8}{'cpu us':>8}{'postgres us':>13}")
    for name, rounds in found.items():
        p50 = median(each.load.p50_ms for each in rounds)
        server = median(each.server_seconds for each in rounds) * 1e6
        postgres = median(each.postgres_seconds for each in rounds) * 1e6
        print(f"{name:7}{rates[name]:8.0f}{p50:8.2f}{server:8.0f}{postgres:13.0f}")
    print(f"one caller: p50 {alone.p50_ms:.2f} ms, p99 {alone.p99_ms:.2f} ms")
    print(f"create is {rates['create'] / rates['bare']:.2f} of the bare insert (promise: 0.30)")


def load(url: str, seconds: int, script: Path, connections: int) -> Load:
    return wrk(url, seconds, connections=connections, script=script, headers=())


def bare(database: Database, folder: Path, port: int) -> Child:
    options = ["--loop", "uvloop", "--http", "httptools", "--no-access-log"]
    command = [*pinned("uvicorn", "tests.bench.bare_insert:app", "--port", str(port)), *options]
    return Child("bare", command, folder, lambda: answers(port), database.environment)


def api(database: Database, folder: Path, port: int) -> Child:
    environment = {**environment_of(database), "API_PORT": str(port)}
    environment["API_OPS_PORT"] = str(free_port())
    return Child("create", pinned("qz_api", "serve"), folder, lambda: answers(port), environment)


def seed(database: Database) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "qz_api", "seed"],
        env=environment_of(database),
        capture_output=True,
        check=True,
    )
    return str(json.loads(done.stdout)["live_key"])


def environment_of(database: Database) -> dict[str, str]:
    secrets = {"KEY_PEPPER": "only for this measurement, and no other", "INTERNAL_TOKEN": "only"}
    return {**os.environ, **database.environment, **secrets}


def pinned(module: str, *words: str) -> list[str]:
    return ["taskset", "-c", "0", sys.executable, "-m", module, *words]


def answers(port: int) -> bool:
    command = ["curl", "-s", "-o", "/dev/null", f"http://127.0.0.1:{port}/"]
    return subprocess.run(command, check=False).returncode == 0


if __name__ == "__main__":
    main()
