"""A workspace to begin with, made once however often it is asked for."""

import json
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from qz_api.deps import Deps
from qz_api.http.scope import App
from tests.api.conftest import client_of
from tests.fixtures.postgres import Database


@pytest.fixture
def seed(api_environment: dict[str, str], tmp_path: Path) -> "Seed":
    return Seed(api_environment, tmp_path / "dev.json")


class Seed:
    def __init__(self, environment: dict[str, str], file: Path) -> None:
        self._environment = environment
        self.file = file

    def __call__(self) -> dict[str, str]:
        """As a supervisor runs it, keeping what was answered."""
        done = subprocess.run(
            [sys.executable, "-m", "qz_api", "seed", "--known", str(self.file)],
            env=self._environment,
            capture_output=True,
            text=True,
            check=True,
        )
        [line] = done.stdout.splitlines()
        self.file.write_text(line)
        answer: dict[str, str] = json.loads(line)
        return answer


async def test_seeded_keys_work(seed: Seed, app: App, stack: AsyncExitStack) -> None:
    answer = seed()
    assert {"live_key", "test_key", "admin_email", "admin_password", "workspace"} <= set(answer)
    for mode in ("live", "test"):
        client = await client_of(app, stack, answer[f"{mode}_key"])
        me = (await client.get("/v1/me")).json()
        assert (me["mode"], me["workspace"]["id"]) == (mode, answer["workspace"])


async def test_known_keys_are_answered_again(seed: Seed, deps: Deps) -> None:
    assert seed() == seed()


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"live_key": 5}', '{"live_key": "qz_live_x"}'])
async def test_a_broken_file_knows_nothing(seed: Seed, broken: str) -> None:
    seed.file.write_text(broken)
    assert seed()["live_key"].startswith("qz_live_")


async def test_a_revoked_key_is_replaced(seed: Seed, deps: Deps) -> None:
    first = seed()
    async with deps.db.system() as conn:
        await conn.execute("UPDATE api_keys SET revoked_at = now() WHERE mode = 'live'")
    second = seed()
    assert second["live_key"] != first["live_key"]
    assert second["test_key"] == first["test_key"]


async def test_keys_of_another_pepper_are_replaced(
    seed: Seed, api_environment: dict[str, str]
) -> None:
    first = seed()
    api_environment["KEY_PEPPER"] = "another pepper, as long as the first"
    assert seed()["live_key"] != first["live_key"]


def test_seeding_without_a_schema_says_so(
    api_environment: dict[str, str], bare_database: Database
) -> None:
    environment = {**api_environment, **bare_database.environment}
    done = subprocess.run(
        [sys.executable, "-m", "qz_api", "seed"], env=environment, capture_output=True, text=True
    )
    assert done.returncode != 0
    assert "migrate first" in done.stderr
