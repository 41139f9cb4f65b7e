"""The servers of the redirect bench, each in one process on the first core."""

import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from deploy.embedded.backends import free_port
from tests.fixtures.wait import eventually_sync

SERVER_CORE = "0"
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
START_SECONDS = 30.0
LOCATION = "https://example.com/landing/0?campaign=spring"
NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 1000000000; client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; location / {{ return 302 {location}; }} }}
}}
"""


def cpu_seconds(process: subprocess.Popen[bytes]) -> float:
    """What the server and its workers have used so far."""
    found = [*Path(f"/proc/{process.pid}/task").glob("*/children")]
    children = [int(pid) for path in found for pid in path.read_text().split()]
    return sum(_ticks(pid) for pid in (process.pid, *children)) / TICKS_PER_SECOND


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect)


def nginx(folder: Path, port: int) -> list[str]:
    folder.mkdir(exist_ok=True)
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, port=port, location=LOCATION))
    return ["nginx", "-c", str(config), "-p", str(folder)]


def bare_asgi(port: int) -> list[str]:
    return _uvicorn("tests.bench.bare:app", port)


def hot_asgi(port: int) -> list[str]:
    return [*_uvicorn("qz_redirect.asgi:make_app", port), "--factory"]


def lane() -> list[str]:
    return [sys.executable, "-m", "qz_redirect", "serve"]


def _uvicorn(app: str, port: int) -> list[str]:
    words = [sys.executable, "-m", "uvicorn", app, "--port", str(port), "--loop", "uvloop"]
    return [*words, "--http", "httptools", "--no-access-log", "--log-level", "warning"]


@contextmanager
def running(
    command: list[str], url: str, folder: Path, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """The process, once it answers `url` with a redirect."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            ["taskset", "-c", SERVER_CORE, *command],
            env={**os.environ, **(environment or {})},
            stdout=log,
            stderr=log,
        )
    try:
        eventually_sync(lambda: _redirects(url), within=START_SECONDS)
        yield process
    finally:
        process.terminate()
        process.wait(20)


def edge_environment(data: Path, geo: Path, port: int, proxies: str = "") -> dict[str, str]:
    return {
        "REDIRECT_DATA_DIR": str(data),
        "REDIRECT_PORT": str(port),
        "REDIRECT_OPS_PORT": str(free_port()),
        "GEO_DATABASE": str(geo),
        "TRUSTED_PROXIES": proxies,
    }


def _redirects(url: str) -> bool:
    try:
        _opener.open(url, timeout=1)
    except urllib.error.HTTPError as error:
        return error.code == 302
    except OSError:
        return False
    return False
