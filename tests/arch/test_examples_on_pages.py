"""Examples on the pages of rules, content, images and landing pages are taken by the code."""

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest

from qz_api.images.vocabulary import STYLE_SCHEMA
from qz_api.pages.blocks import AnyBlock
from qz_api.pages.schemas import Document
from qz_api.pages.theme import CORNERS, FONTS
from qz_common.device import BROWSERS, DEVICES, IN_APP, SYSTEMS
from qz_common.rules import parse_rules
from qz_common.rules.conditions import KINDS as CONDITIONS
from qz_render import KINDS as CONTENTS
from qz_render import SHEETS, parse_content, parse_style

DOCS = Path(__file__).parents[2] / "docs"
CELL = re.compile(r"^\| `([a-z0-9_]+)` \| `(\{.*?\})` \|", re.MULTILINE)
WORD = re.compile(r"`([^`\n]+)`")
BLOCK_TYPES = [
    get_args(block.model_fields["type"].annotation)[0] for block in get_args(get_args(AnyBlock)[0])
]


def text_of(page: str) -> str:
    return (DOCS / page).read_text()


def examples(page: str) -> list[tuple[str, dict[str, Any]]]:
    return [(name, json.loads(text)) for name, text in CELL.findall(text_of(page))]


def words(page: str) -> set[str]:
    return set(WORD.findall(re.sub(r"```.*?```", "", text_of(page), flags=re.DOTALL)))


@pytest.mark.parametrize(("kind", "condition"), examples("rules.md"))
def test_condition_of_the_page_is_taken(kind: str, condition: dict[str, Any]) -> None:
    (rule,) = parse_rules([{"when": [condition], "destination_url": "https://example.com"}])
    assert condition["kind"] == kind
    assert len(rule.when) == 1


def test_every_kind_of_condition_has_its_example() -> None:
    assert sorted(kind for kind, _ in examples("rules.md")) == sorted(CONDITIONS)


def test_every_name_that_a_condition_knows_is_on_the_page() -> None:
    assert {*DEVICES, *SYSTEMS, *BROWSERS, *IN_APP} - words("rules.md") == set()


@pytest.mark.parametrize(("kind", "content"), examples("content.md"))
def test_content_of_the_page_is_taken(kind: str, content: dict[str, Any]) -> None:
    assert parse_content(content).kind == kind == content["kind"]


def test_every_kind_of_content_has_its_example() -> None:
    assert {kind for kind, _ in examples("content.md")} == set(CONTENTS)


@pytest.mark.parametrize(("kind", "block"), examples("landing-pages.md"))
def test_block_of_the_page_is_taken(kind: str, block: dict[str, Any]) -> None:
    (read,) = Document.model_validate({"title": "A page", "blocks": [block]}).blocks
    assert read.type == kind


def test_every_block_has_its_example() -> None:
    assert sorted(kind for kind, _ in examples("landing-pages.md")) == sorted(BLOCK_TYPES)


def test_theme_of_the_page_is_taken() -> None:
    shown = re.search(r'```json\n(\{"theme".*?)```', text_of("landing-pages.md"), re.DOTALL)
    assert shown is not None
    Document.model_validate({"title": "A page", **json.loads(shown[1])})
    assert {*FONTS, *CORNERS} <= words("landing-pages.md")


def test_every_field_of_a_style_and_its_names_are_on_the_page() -> None:
    fields: dict[str, Any] = STYLE_SCHEMA["properties"]
    names = {name for field in fields.values() for name in field.get("enum", ())}
    assert {*fields, *names, *SHEETS} - words("images.md") == set()


def test_gradient_of_the_page_is_taken() -> None:
    (gradient,) = (word for word in words("images.md") if word.startswith('{"type"'))
    parse_style({"foreground": json.loads(gradient)})
