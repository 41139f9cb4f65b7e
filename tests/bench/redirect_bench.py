"""P1, P3 and P4: the edge beside nginx and a bare ASGI server, in interleaved rounds.

    python -m tests.bench.redirect_bench [--rounds N] [--seconds N] [--codes N] [--only NAME …]

Every server runs alone on the first core, wrk on the second, with the same requests: bare ones,
or with the headers of a phone. The edge looks up a replica of a million codes, places the address,
hashes the visitor, journals the whole event, and answers. Figures on a machine that does other
work are ratios of what was left; CPU time per request is steadier there.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from deploy.embedded.backends import free_port
from tests.bench import routes, servers
from tests.bench.tail import tail_ms
from tests.bench.wrk import PHONE, Load, ToolMissing, need, wrk

TAIL_RATE = 490
WARM_UP_SECONDS = 1
ALL_PAGES_SECONDS = 25
"""With random slugs: the pages of the replica are touched before anything is measured. A machine
that pages out what half a minute didn't ask for has them on disk after the rounds of the others."""
TAIL_SECONDS = 10.0
TAILS = ("nginx", "lane, all codes")
LOOPBACK = "127.0.0.1/32"


@dataclass(frozen=True)
class Round:
    rate: float
    p99_ms: float
    cpu_us: float
    """Of the server, per request: what stays comparable on a busy machine."""


@dataclass
class Target:
    name: str
    command: Callable[[], list[str]]
    url: str
    environment: dict[str, str] = field(default_factory=dict)
    script: Path | None = None
    headers: tuple[str, ...] = ()
    warm_up: int = WARM_UP_SECONDS

    def load(self, seconds: int) -> Load:
        return wrk(self.url, seconds, script=self.script, headers=self.headers)


def main() -> int:
    options = _options()
    try:
        need("nginx", "wrk", "taskset")
    except ToolMissing as missing:
        print(f"the redirect bench needs more tools: {missing}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="quietzone-bench-") as folder:
        targets = _targets(Path(folder), options.codes)
        chosen = [t for t in targets if not options.only or t.name in options.only]
        loads = _rounds(chosen, Path(folder), options.rounds, options.seconds)
        _report(loads)
        _report_tails([t for t in chosen if t.name in TAILS], Path(folder))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--codes", type=int, default=1_000_000)
    parser.add_argument("--only", nargs="*", default=[])
    return parser.parse_args()


def _targets(folder: Path, codes: int) -> list[Target]:
    one, many, geo = folder / "one", folder / "many", folder / "geo.mmdb"
    routes.build_geo(geo)
    routes.build_replica(one / "replica", 1)
    took = routes.build_replica(many / "replica", codes)
    print(f"replica of {codes} codes applied in {took:.1f} s, without Kafka")
    script = routes.write_lua(folder / "random.lua", codes)
    return [
        _nginx(folder, "nginx", None),
        _plain("bare ASGI", servers.bare_asgi),
        _edge("lane, 1 code", one, geo, None),
        _edge("lane, all codes", many, geo, None),
        _hot("hot ASGI", many, geo),
        replace(_nginx(folder, "nginx, phone", None), headers=PHONE),
        replace(_plain("bare ASGI, phone", servers.bare_asgi), headers=PHONE),
        replace(_edge("lane, phone", many, geo, None), headers=PHONE),
        replace(_edge("lane, phone, proxy", many, geo, None, LOOPBACK), headers=PHONE),
        _nginx(folder, "nginx, random", script),
        _edge("lane, 1 code, random", one, geo, routes.write_lua(folder / "one.lua", 1)),
        replace(_edge("lane, all, random", many, geo, script), warm_up=ALL_PAGES_SECONDS),
    ]


def _nginx(folder: Path, name: str, script: Path | None) -> Target:
    port = free_port()
    command = lambda: servers.nginx(folder / name.replace(" ", "-"), port)  # noqa: E731
    return Target(name, command, _url(port), script=script)


def _plain(name: str, make: Callable[[int], list[str]]) -> Target:
    port = free_port()
    return Target(name, lambda: make(port), _url(port))


def _edge(name: str, data: Path, geo: Path, script: Path | None, proxies: str = "") -> Target:
    port = free_port()
    environment = servers.edge_environment(data, geo, port, proxies)
    return Target(name, servers.lane, _url(port), environment, script)


def _hot(name: str, data: Path, geo: Path) -> Target:
    port = free_port()
    environment = servers.edge_environment(data, geo, port)
    return Target(name, lambda: servers.hot_asgi(port), _url(port), environment)


def _url(port: int) -> str:
    return f"http://127.0.0.1:{port}/{routes.slug(0)}"


def _rounds(
    targets: list[Target], folder: Path, rounds: int, seconds: int
) -> dict[str, list[Round]]:
    loads: dict[str, list[Round]] = defaultdict(list)
    for number in range(rounds):
        for target in targets:
            logs = folder / "logs" / target.name.replace(" ", "-")
            with servers.running(target.command(), target.url, logs, target.environment) as process:
                target.load(target.warm_up)
                loads[target.name].append(_measure(target, process, seconds))
            print(f"round {number + 1}: {target.name}: {loads[target.name][-1]}", flush=True)
    return loads


def _measure(target: Target, process: subprocess.Popen[bytes], seconds: int) -> Round:
    before = servers.cpu_seconds(process)
    load = target.load(seconds)
    spent = servers.cpu_seconds(process) - before
    return Round(load.rate, load.p99_ms, spent / load.requests * 1e6)


def _report(loads: dict[str, list[Round]]) -> None:
    medians = {name: _median(found) for name, found in loads.items()}
    print(f"\nload of the machine: {os.getloadavg()[0]:.1f}; medians")
    print(f"{'':22}{'req/s':>8}{'p99 ms':>8}{'cpu us':>8}{'of nginx':>12}{'of bare':>12}")
    for name, median in medians.items():
        kind = next((word for word in (", random", ", phone") if word in name), "")
        shares = [_share(median, medians.get(base + kind)) for base in ("nginx", "bare ASGI")]
        row = f"{median.rate:8.0f}{median.p99_ms:8.2f}{median.cpu_us:8.1f}"
        print(f"{name:22}{row}{shares[0]:>12}{shares[1]:>12}")
    print("shares: by requests per second (by CPU time per request)")


def _report_tails(targets: list[Target], folder: Path) -> None:
    """P3: the slowest in a hundred at a pace that nobody finds hard."""
    for target in targets:
        with servers.running(target.command(), target.url, folder / "tail", target.environment):
            p50, p99 = tail_ms(target.url, TAIL_RATE, TAIL_SECONDS)
        print(f"at {TAIL_RATE}/s {target.name}: median {p50:.3f} ms, p99 {p99:.3f} ms")


def _median(found: list[Round]) -> Round:
    return Round(
        statistics.median(each.rate for each in found),
        statistics.median(each.p99_ms for each in found),
        statistics.median(each.cpu_us for each in found),
    )


def _share(median: Round, base: Round | None) -> str:
    if base is None:
        return "-"
    return f"{median.rate / base.rate:.2f} ({base.cpu_us / median.cpu_us:.2f})"


if __name__ == "__main__":
    sys.exit(main())
