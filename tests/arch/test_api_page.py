"""docs/api.md has the problem codes of the code, with their statuses, no more and no fewer."""

import re
from collections.abc import Iterator
from pathlib import Path

from qz_api.callers.permissions import PRESETS, Permission
from qz_api.links.draft import CONFLICTS
from qz_common.errors import Conflict, Problem
from tests.arch import codes

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "api.md").read_text()
CODES_PAGES = ("api.md", "rules.md", "content.md", "images.md", "landing-pages.md")
WORD = re.compile(r"`([^`\n]+)`")
FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
ROW = re.compile(r"^\| (`.+?`) \| ([\d, ]+) \|", re.MULTILINE)


def section(title: str) -> str:
    return PAGE.split(f"\n{title}\n")[1].split("\n#")[0]


def told() -> Iterator[tuple[str, int]]:
    for names, statuses in ROW.findall(section("## All problem codes")):
        for code in WORD.findall(names):
            for status in statuses.split(","):
                yield code, int(status)


def test_every_problem_code_is_in_the_table_with_its_status() -> None:
    found = {(code, status) for code, status, _ in codes.raised()}
    found |= {(code, Conflict.status) for code in CONFLICTS}
    found |= {(Problem.default_code, Problem.status)}
    assert sorted(told()) == sorted(found)


def test_every_code_of_a_field_is_named_on_a_page() -> None:
    texts = (FENCED.sub("", (DOCS / page).read_text()) for page in CODES_PAGES)
    named = {word for text in texts for word in WORD.findall(text)}
    assert codes.of_fields() - named == set()


def test_scopes_and_presets_are_the_ones_of_the_code() -> None:
    rows = section("### Roles and scopes")
    words = set(WORD.findall(rows))
    assert words & {scope.value for scope in Permission} == {scope.value for scope in Permission}
    assert set(PRESETS) <= words
