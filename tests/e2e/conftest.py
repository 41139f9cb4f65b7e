"""The real stack, started once for all end-to-end tests, and one client of its public faces."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.fixtures.stack import Run, children_of, command_of, installation

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)
MARKS = {"postgres": "bin/postgres", "broker": "bin/tansu"}
COUNT_MARKS = """
import clickhouse_connect, json, sys
with clickhouse_connect.get_client(dsn="chdb://" + sys.argv[1]) as client:
    rows = client.query(
        "SELECT utm_content, count() FROM scans WHERE utm_content != '' GROUP BY utm_content"
    ).result_rows
print(json.dumps(dict(rows)))
"""
ROLES = ("redirect-serve", "redirect-replicate", "api-serve", "api-worker", "analytics-all")


@dataclass
class Quietzone:
    """What a user has: the addresses and the key that the start printed."""

    run: Run
    _client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=5.0))

    @property
    def told(self) -> dict[str, str]:
        told: dict[str, str] = json.loads((self.run.data / "dev.json").read_text())
        return told

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.told['live_key']}"}
        return self._client.request(method, self.told["api_url"] + path, json=body, headers=headers)

    def create(self, destination: str) -> dict[str, Any]:
        answer = self.call("POST", "/v1/qr-codes", {"destination_url": destination})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def scan(self, slug: str, mark: str = "") -> str | None:
        """Where a phone is sent; None when no answer came. `mark` is stored with the scan."""
        url = f"{self.told['edge_url']}/{slug}"
        try:
            answer = self._client.get(
                url, headers={"User-Agent": PHONE}, params={"utm_content": mark} if mark else None
            )
        except httpx.TransportError:
            return None
        return answer.headers["location"] if answer.status_code == 302 else None

    def scans(self, code_id: str) -> int:
        """What the chart says; -1 while it can't be asked."""
        try:
            answer = self.call("GET", f"/v1/qr-codes/{code_id}/analytics")
        except httpx.TransportError:
            return -1
        return int(answer.json()["totals"]["scans"]) if answer.status_code == 200 else -1

    def stored_marks(self) -> dict[str, int]:
        """Each mark and the number of its rows, read from the stopped stack's own store."""
        done = subprocess.run(
            [sys.executable, "-c", COUNT_MARKS, str(self.run.data / "clickhouse")],
            capture_output=True,
            text=True,
            check=True,
        )
        counted: dict[str, int] = json.loads(done.stdout)
        return counted

    def stored(self, link_id: str) -> int:
        """Rows of a link, repeats and bots too; -1 while analytics can't be asked."""
        secrets = json.loads((self.run.data / "secrets.json").read_text())
        question = {
            "workspace": self.told["workspace"],
            "scope": {"link": [link_id]},
            "verdicts": ["human", "bot", "preview", "prefetch", "repeat"],
        }
        try:
            answer = self._client.post(
                f"http://127.0.0.1:{self.run.environment['ANALYTICS_PORT']}/internal/summary",
                json=question,
                headers={"Authorization": f"Bearer {secrets['internal_token']}"},
            )
        except httpx.TransportError:
            return -1
        return int(answer.json()["totals"]["scans"]) if answer.status_code == 200 else -1

    def pid(self, name: str) -> int:
        """Of a child of the supervisor; 0 while there is none."""
        mark = MARKS.get(name) or "qz_{} {}".format(*name.split("-"))
        return next((pid for pid in children_of(self.run.pid) if mark in command_of(pid)), 0)

    def close(self) -> None:
        self._client.close()


@pytest.fixture(scope="session")
def quietzone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Quietzone]:
    folder = tmp_path_factory.mktemp("e2e")
    made = Quietzone(installation(folder, folder / "data"))
    try:
        made.run.start()
        yield made
        made.run.stop()
    finally:
        made.close()
        made.run.end()
