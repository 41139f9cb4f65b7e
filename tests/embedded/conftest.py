"""The supervisor as a child, on free ports, with small scripts in place of the services."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from deploy.embedded.backends import free_port
from deploy.embedded.settings import StackSettings
from qz_common.settings import describe
from tests.fixtures.wait import eventually_sync

ROOT = Path(__file__).parents[2]
UP_SECONDS = 60.0
DOWN_SECONDS = 40.0

# A service that answers /readyz, notes its start and its end, and does what its settings say.
SERVICE = """
import http.server, json, os, signal, socket, sys, threading
service, word = {service!r}, sys.argv[1]
name = f"{{service}}-{{word}}"
journal = os.path.join(os.environ["QUIETZONE_DATA"], "events")

def note(**facts):
    with open(journal, "a") as out:
        out.write(json.dumps({{"role": name, "pid": os.getpid(), **facts}}) + "\\n")

def up(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(os.environ[port]))) == 0

def end(*_):
    note(did="stop", postgres=up("POSTGRES_PORT"), broker=up("BROKER_PORT"))
    os._exit(0)

class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_):
        pass

if word == os.environ.get("DIES") or name == os.environ.get("DIES"):
    print("the reason it died")
    sys.exit(3)
note(did="start", prefix=os.environ["TOPIC_PREFIX"])
if word == "seed":
    print(json.dumps(dict(live_key="qz_live_1", test_key="qz_test_1", admin_email="a@example.com",
                          admin_password="p", workspace="ws_1", known=sys.argv[2:])))
    sys.exit()
if word == "migrate":
    sys.exit()
signal.signal(signal.SIGTERM, signal.SIG_IGN if name == os.environ.get("STUBBORN") else end)
port = {{"redirect-serve": "REDIRECT", "redirect-replicate": "REPLICATE", "api-serve": "API",
        "api-worker": "WORKER", "analytics-all": "ANALYTICS"}}[name] + "_OPS_PORT"
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ[port])), Ready).serve_forever()
"""


@dataclass
class Run:
    """One installation: a data folder and ports; started and stopped any number of times."""

    folder: Path
    environment: Mapping[str, str]
    command: tuple[str, ...] = (sys.executable,)
    process: subprocess.Popen[bytes] | None = None
    _started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def data(self) -> Path:
        return Path(self.environment["QUIETZONE_DATA"])

    @property
    def output(self) -> str:
        return (self.folder / "output").read_text()

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def launch(self, **environment: str) -> None:
        with (self.folder / "output").open("wb") as output:
            self.process = subprocess.Popen(
                [*self.command, "-m", "deploy.embedded.run"],
                cwd=ROOT,
                env={**os.environ, **self.environment, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        self._started.append(self.process)

    def start(self, **environment: str) -> None:
        self.launch(**environment)
        eventually_sync(self._is_up, UP_SECONDS)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        os.kill(self.pid, number)
        return self.wait()

    def wait(self) -> int:
        assert self.process is not None
        return self.process.wait(DOWN_SECONDS)

    def end(self) -> None:
        for process in self._started:
            process.kill()
            process.wait()

    def events(self) -> list[dict[str, object]]:
        file = self.data / "events"
        lines = file.read_text().splitlines() if file.exists() else []
        return [json.loads(line) for line in lines]

    def pids(self, role: str) -> list[object]:
        """The pid of each start of `role`, the last one last."""
        return [e["pid"] for e in self.events() if e["role"] == role and e["did"] == "start"]

    def postgres_pid(self) -> int:
        return int((self.data / "postgres" / "postmaster.pid").read_text().split()[0])

    def broker_pid(self) -> int:
        return next(pid for pid in children_of(self.pid) if "tansu" in command_of(pid))

    def _is_up(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.output
        return "is up" in self.output


def children_of(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return re.sub(r".*\) ", "", state, flags=re.DOTALL)[0] != "Z"


def make_run(folder: Path, data: Path) -> Run:
    services = folder / "services"
    for service in ("redirect", "api", "analytics"):
        package = services / f"qz_{service}"
        package.mkdir(parents=True)
        (package / "__main__.py").write_text(SERVICE.format(service=service))
    names = [doc.name for doc in describe(StackSettings) if doc.name.endswith("_PORT")]
    ports = {name: str(free_port()) for name in names}
    return Run(
        folder,
        {**ports, "QUIETZONE_DATA": str(data), "PYTHONPATH": f"{services}:{ROOT}"},
    )


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Run]:
    made = make_run(tmp_path, tmp_path / "data")
    yield made
    made.end()
