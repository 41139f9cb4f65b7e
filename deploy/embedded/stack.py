"""What the embedded stack consists of: the real parts, the roles, and the order they need."""

import asyncio
import json
import os
import secrets
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from deploy.embedded.backends import HOST, OWNER, Broker, Postgres
from deploy.embedded.child import Part
from deploy.embedded.settings import StackSettings
from deploy.embedded.supervise import Step, python
from deploy.embedded.vault import Secrets, read_private, write_private

POSTGRES_SETTINGS = {
    "max_connections": "60",
    "shared_buffers": "32MB",
    "wal_level": "logical",
    "max_wal_size": "256MB",
    "jit": "off",
    "idle_in_transaction_session_timeout": "10s",
}
# what suits a broker that keeps all in memory and nothing over a restart, gets slower with each
# batch that it keeps, has no idempotence, wakes no waiting fetch and makes the first member of a
# group wait for half its session, and a store that one process may open; each may be set otherwise
HABITS = {
    "KAFKA_IDEMPOTENCE": "false",
    "KAFKA_FETCH_WAIT_MS": "20",
    "INGEST_SESSION_MS": "3000",
    "JOURNAL_KEEP": "stored",
    "SCANS_GATHER_SECONDS": "0.2",
    "REQUEST_RECORDS": "false",
    "CLICKHOUSE_MIGRATE": "true",
}
GEO_FOLDER = Path(__file__).parents[2] / "data" / "geo"
"""Where `make geo` puts what it fetches."""
PROBE_SECONDS = 1.0
BACKENDS, PIPELINE, BETWEEN, FRONT = range(4)  # tiers: the front stops first


class Stack:
    """The nodes of one installation and the environment they share."""

    def __init__(self, settings: StackSettings, private: Secrets) -> None:
        self._settings = settings
        self._secrets = private
        self._folder = settings.folder
        self._prefix = ""
        self.demo: dict[str, Any] = {}
        self.broker = Broker(settings.broker_port)
        self.postgres = Postgres.open(
            self._folder / "postgres",
            settings.postgres_port,
            private.postgres,
            POSTGRES_SETTINGS,
            settings.os_user,
        )

    @property
    def dev_file(self) -> Path:
        return self._folder / "dev.json"

    def nodes(self) -> list[Part | Step]:
        ports = self._settings
        return [
            self._postgres_part(),
            self._broker_part(),
            Step("api-migrate", python("qz_api", "migrate"), after=("postgres",)),
            Step("api-seed", self._seed_command, after=("api-migrate",), take=self._take_demo),
            _role("redirect", "serve", ports.edge_ops_port, FRONT),
            _role("redirect", "replicate", ports.replicate_ops_port, BETWEEN, ("broker",)),
            _role("api", "serve", ports.api_ops_port, FRONT, ("api-migrate",)),
            _role("api", "worker", ports.worker_ops_port, BETWEEN, ("api-migrate", "broker")),
            _role("analytics", "all", ports.analytics_ops_port, PIPELINE, ("broker",)),
        ]

    def environment(self) -> Mapping[str, str]:
        """What every child is told; the prefix is new at each start of the broker."""
        return {
            **{name: os.environ.get(name, value) for name, value in HABITS.items()},
            "GEO_DATABASE": geo_database(),
            **self._addresses(),
            "POSTGRES_DSN": self.postgres.dsn(),
            "POSTGRES_ADMIN_DSN": self.postgres.dsn(OWNER),
            "KAFKA_BOOTSTRAP": self.broker.bootstrap,
            "TOPIC_PREFIX": self._prefix,
            "CLICKHOUSE_DSN": f"chdb://{self._folder / 'clickhouse'}",
            "REDIRECT_DATA_DIR": str(self._folder / "redirect"),
            "INTERNAL_TOKEN": self._secrets.internal_token,
            "KEY_PEPPER": self._secrets.key_pepper,
            "PYTHONUNBUFFERED": "1",
        }

    def _addresses(self) -> dict[str, str]:
        chosen = self._settings
        return {
            "API_URL": chosen.public_api_url,
            "EDGE_URL": chosen.public_edge_url,
            "ANALYTICS_URL": f"http://{HOST}:{chosen.analytics_port}",
            "API_HOST": chosen.api_host,
            "REDIRECT_HOST": chosen.edge_host,
            "ANALYTICS_HOST": HOST,
            "API_PORT": str(chosen.api_port),
            "REDIRECT_PORT": str(chosen.edge_port),
            "ANALYTICS_PORT": str(chosen.analytics_port),
            "REDIRECT_OPS_PORT": str(chosen.edge_ops_port),
            "REPLICATE_OPS_PORT": str(chosen.replicate_ops_port),
            "API_OPS_PORT": str(chosen.api_ops_port),
            "WORKER_OPS_PORT": str(chosen.worker_ops_port),
            "ANALYTICS_OPS_PORT": str(chosen.analytics_ops_port),
        }

    def _postgres_part(self) -> Part:
        postgres = self.postgres

        async def prepare() -> None:
            await asyncio.to_thread(postgres.prepare)

        async def complete() -> None:
            await asyncio.to_thread(postgres.make_roles)
            await asyncio.to_thread(postgres.make_database)

        return Part(
            "postgres",
            postgres.command,
            _as_async(postgres.is_ready),
            prepare=prepare,
            complete=complete,
            account=postgres.account,
            stop_signal=postgres.stop_signal,
            kill_signal=postgres.kill_signal,
        )

    def _broker_part(self) -> Part:
        async def new_prefix() -> None:
            self._prefix = f"q{secrets.token_hex(4)}."

        return Part(
            "broker",
            self.broker.command,
            _as_async(self.broker.is_ready),
            prepare=new_prefix,
        )

    def _seed_command(self) -> list[str]:
        known = ["--known", str(self.dev_file)] if self.dev_file.exists() else []
        return [*python("qz_api", "seed")(), *known]

    def _take_demo(self, output: str) -> None:
        """The keys are shown once only, so they are kept beside the data."""
        old = read_private(self.dev_file) if self.dev_file.exists() else {}
        made = json.loads(output.strip().splitlines()[-1])
        urls = {
            "api_url": self._settings.public_api_url,
            "edge_url": self._settings.public_edge_url,
            "dashboard_url": f"{self._settings.public_api_url}/",
        }
        self.demo = {**old, **made, **urls}
        write_private(self.dev_file, self.demo)


def geo_database() -> str:
    """What is set, else what was fetched; empty when there is none."""
    fetched = str(GEO_FOLDER) if any(GEO_FOLDER.glob("*.mmdb")) else ""
    return os.environ.get("GEO_DATABASE", fetched)


def _role(service: str, word: str, ops_port: int, tier: int, after: tuple[str, ...] = ()) -> Part:
    return Part(
        f"{service}-{word}",
        python(f"qz_{service}", word),
        lambda: answers(ops_port, "/readyz"),
        after=after,
        tier=tier,
        follows="broker" if "broker" in after else None,
    )


def _as_async(probe: Callable[[], bool]) -> Callable[[], Awaitable[bool]]:
    async def ask() -> bool:
        return probe()

    return ask


async def answers(port: int, path: str) -> bool:
    """Whether a GET is answered with 200."""
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            reader, writer = await asyncio.open_connection(HOST, port)
            writer.write(
                f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode()
            )
            status = (await reader.readline()).split(b" ")[1:2]
            writer.close()
    except (OSError, TimeoutError):
        return False
    return status == [b"200"]
