"""The supervisor with small scripts in place of the services: what it does, apart from them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.stack import ROOT, Run, installation

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


def make_run(folder: Path, data: Path) -> Run:
    services = folder / "services"
    for service in ("redirect", "api", "analytics"):
        package = services / f"qz_{service}"
        package.mkdir(parents=True)
        (package / "__main__.py").write_text(SERVICE.format(service=service))
    return installation(folder, data, PYTHONPATH=f"{services}:{ROOT}")


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Run]:
    made = make_run(tmp_path, tmp_path / "data")
    yield made
    made.end()
