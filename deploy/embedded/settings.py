"""Where the embedded stack listens and keeps its data: all of it may be set in the environment."""

import dataclasses
import errno
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.backends import HOST
from qz_common.settings import setting

PORT_WAIT_SECONDS = 2.0  # children of a killed run need a moment to be gone


@dataclass(frozen=True, kw_only=True)
class StackSettings:
    data: Path = setting("QUIETZONE_DATA", Path(".quietzone"), "Folder of all data and logs.")
    api_host: str = setting("API_HOST", "127.0.0.1", "Address the management API listens on.")
    edge_host: str = setting("REDIRECT_HOST", "127.0.0.1", "Address the edge listens on.")
    api_port: int = setting("API_PORT", 8700, "Port of the management API.")
    edge_port: int = setting("REDIRECT_PORT", 8701, "Port of the edge.")
    analytics_port: int = setting("ANALYTICS_PORT", 8702, "Port of analytics.")
    edge_ops_port: int = setting("REDIRECT_OPS_PORT", 8710, "Health of `redirect serve`.")
    replicate_ops_port: int = setting("REPLICATE_OPS_PORT", 8711, "Health of `redirect replicate`.")
    api_ops_port: int = setting("API_OPS_PORT", 8712, "Health of `api serve`.")
    worker_ops_port: int = setting("WORKER_OPS_PORT", 8713, "Health of `api worker`.")
    analytics_ops_port: int = setting("ANALYTICS_OPS_PORT", 8714, "Health of `analytics all`.")
    postgres_port: int = setting("POSTGRES_PORT", 8720, "Port of the embedded Postgres.")
    broker_port: int = setting("BROKER_PORT", 8721, "Port of the embedded broker.")
    api_url: str | None = setting("API_URL", None, "Public address of the API; empty: its port.")
    edge_url: str | None = setting("EDGE_URL", None, "Start of short links; empty: its port.")
    os_user: str = setting(
        "POSTGRES_OS_USER", "nobody", "Who Postgres runs as when we are root: it refuses root."
    )

    @property
    def folder(self) -> Path:
        return self.data.absolute()

    @property
    def public_api_url(self) -> str:
        return self.api_url or f"http://{_reachable_name(self.api_host)}:{self.api_port}"

    @property
    def public_edge_url(self) -> str:
        return self.edge_url or f"http://{_reachable_name(self.edge_host)}:{self.edge_port}"


def _reachable_name(host: str) -> str:
    """What to put in a URL for a server that listens on `host`."""
    return "127.0.0.1" if host in ("0.0.0.0", "::", "") else host


class PortsError(Exception):
    """One line per port that can't be used, each naming its setting."""


def check_ports(settings: StackSettings) -> None:
    """Every port is free, and no two settings name the same one."""
    ports = dict(_ports(settings))
    if errors := list(_nonsense(ports)):
        raise PortsError("\n".join(errors))
    deadline = time.monotonic() + PORT_WAIT_SECONDS
    while errors := list(_taken(ports)):
        if time.monotonic() > deadline:
            raise PortsError("\n".join(errors))
        time.sleep(0.05)


def _ports(settings: StackSettings) -> Iterator[tuple[str, int]]:
    for field in dataclasses.fields(settings):
        name = field.metadata["env"]
        if name.endswith("_PORT"):
            yield name, getattr(settings, field.name)


def _nonsense(ports: dict[str, int]) -> Iterator[str]:
    first: dict[int, str] = {}
    for name, port in ports.items():
        if not port:
            yield f"{name}: any port will not do, name one"
        if port in first:
            yield f"{name} and {first[port]} both are {port}"
        first.setdefault(port, name)


def _taken(ports: dict[str, int]) -> Iterator[str]:
    for name, port in ports.items():
        reason = _why_not(port)
        if reason:
            yield f"{name}: port {port} {reason}; choose another, such as {name}={port + 1000}"


def _why_not(port: int) -> str:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            return "is in use" if error.errno == errno.EADDRINUSE else f"({error.strerror})"
    return ""
