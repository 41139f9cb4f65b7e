"""Links of the README and the docs lead somewhere; files, targets and modules they name exist."""

import ast
import re
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]
FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
PUNCTUATION = re.compile(r"[^\w\- ]")
FILE = re.compile(r"`((?:tests|services|libs|deploy|docs|requirements|\.ci)/[\w./*-]+)`")
MAKE = re.compile(r"\bmake ([a-z][a-z-]*)\b")
CODE = re.compile(r"`([^`\n]+)`")
MODULE = re.compile(r"python3? -m ([\w.]+)((?: [a-z-]+)*)")


def text_of(name: str) -> str:
    return (ROOT / name).read_text()


def prose_of(name: str) -> str:
    return FENCED.sub("", text_of(name))


def code_of(name: str) -> Iterator[str]:
    yield from CODE.findall(prose_of(name))
    yield from FENCED.findall(text_of(name))


def anchors(page: Path) -> set[str]:
    """As a forge makes them of headings."""
    heads = HEADING.findall(FENCED.sub("", page.read_text()))
    return {PUNCTUATION.sub("", head.lower()).replace(" ", "-") for head in heads}


def broken(name: str) -> Iterator[str]:
    page = ROOT / name
    for link in LINK.findall(prose_of(name)):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if "://" in link:
            continue
        if not target.exists() or (anchor and anchor not in anchors(target)):
            yield link


@pytest.mark.parametrize("name", NAMES)
def test_relative_links_lead_somewhere(name: str) -> None:
    assert list(broken(name)) == []


@pytest.mark.parametrize("name", NAMES)
def test_files_that_are_named_exist(name: str) -> None:
    assert [path for path in FILE.findall(prose_of(name)) if not list(ROOT.glob(path))] == []


@pytest.mark.parametrize("name", NAMES)
def test_make_targets_that_are_named_exist(name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    named = {target for code in code_of(name) for target in MAKE.findall(code)}
    assert named - targets == set()


@pytest.mark.parametrize("name", NAMES)
def test_commands_of_modules_that_are_named_exist(name: str) -> None:
    calls = [call for code in code_of(name) for call in MODULE.findall(code)]
    assert [call for call in calls if not is_command(*call)] == []


def is_command(module: str, words: str) -> bool:
    """The module can be run, and its own code (or a bench's file) has the first word behind it."""
    found = spec_of(f"{module}.__main__") or spec_of(module)
    if found is None or found.origin is None:
        return False
    first = next(iter(words.split()), "-")
    return first.startswith("-") or first in words_of(Path(found.origin))


def spec_of(module: str) -> ModuleSpec | None:
    try:
        return find_spec(module)
    except ModuleNotFoundError:
        return None


def words_of(source: Path) -> set[str]:
    """Texts in a module, or in all modules beside a package's `__main__`, and what these are."""
    files = list(source.parent.glob("*.py")) if source.name == "__main__.py" else [source]
    nodes = (node for file in files for node in ast.walk(ast.parse(file.read_text())))
    texts = {str(node.value) for node in nodes if isinstance(node, ast.Constant)}
    return texts | {file.stem.removesuffix("_bench") for file in files}
