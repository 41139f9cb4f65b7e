"""Commands of the API's pages, typed as they stand there; what they answer is what is shown.

A page shows a part of an answer: objects may have further fields, and `…` stands for what differs
each time. A block whose answer does not fit yet is typed again, as a reader would.
"""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.quietzone import Quietzone
from tests.fixtures.wait import eventually_sync

pytestmark = pytest.mark.xdist_group("e2e")
DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("api.md", "rules.md", "images.md", "landing-pages.md")
BLOCK = re.compile(r"^```sh\n(.*?)^```\n(?:```(json|http)\n(.*?)^```\n)?", re.DOTALL | re.MULTILINE)
NAMED = re.compile(r"^([A-Z]+)=", re.MULTILINE)
SETTLED = 15.0


@dataclass
class Shell:
    """A reader's terminal: variables live on from one block to the next."""

    folder: Path
    addresses: dict[str, str]

    def type(self, block: str) -> str:
        for printed, real in self.addresses.items():
            block = block.replace(printed, real)
        names = " ".join(NAMED.findall(block))
        kept = f"\ndeclare -p {names} >> variables" if names else ""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", f"touch variables; . ./variables\n{block}{kept}"],
            cwd=self.folder,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{block}\n{done.stderr}"
        return done.stdout


def blocks(page: str) -> Iterator[tuple[str, str, str]]:
    yield from BLOCK.findall((DOCS / page).read_text())


def fits(shown: Any, real: Any) -> bool:
    if isinstance(shown, dict):
        return isinstance(real, dict) and all(
            name in real and fits(value, real[name]) for name, value in shown.items()
        )
    if isinstance(shown, list):
        same = isinstance(real, list) and len(real) == len(shown)
        return same and all(map(fits, shown, real))
    if isinstance(shown, str) and "…" in shown:
        pattern = ".*".join(map(re.escape, shown.split("…")))
        return isinstance(real, str) and re.fullmatch(pattern, real) is not None
    return bool(shown == real)


def is_answer(kind: str, shown: str, said: str) -> bool:
    if kind == "json":
        return fits(json.loads(shown), json.loads(said))
    lines = said.replace("\r", "").splitlines()
    return all(any(fits(line, each) for each in lines) for line in shown.splitlines())


def test_commands_of_the_pages_answer_what_is_shown(quietzone: Quietzone, tmp_path: Path) -> None:
    (tmp_path / ".quietzone").symlink_to(quietzone.run.data)
    told = quietzone.told
    shell = Shell(
        tmp_path,
        {"http://127.0.0.1:8700": told["api_url"], "http://127.0.0.1:8701": told["edge_url"]},
    )
    for page in PAGES:
        for typed, kind, shown in blocks(page):
            eventually_sync(partial(_typed, shell, typed, kind, shown), within=SETTLED)


def _typed(shell: Shell, typed: str, kind: str, shown: str) -> bool:
    said = shell.type(typed)
    return not kind or is_answer(kind, shown, said)


def test_another_answer_than_the_shown_one_is_noticed() -> None:
    assert is_answer("json", '{"data": [{"id": "qr_…"}]}', '{"data": [{"id": "qr_1"}], "more": 1}')
    assert not is_answer("json", '{"data": [{"id": "qr_…"}]}', '{"data": [{"id": "lnk_1"}]}')
    assert not is_answer("json", '{"data": []}', '{"data": [{}]}')
    assert not is_answer("http", "HTTP/1.1 200 OK\netag: …", "HTTP/1.1 200 OK\r\n")
