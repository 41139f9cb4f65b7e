"""docs/runbook.md names metrics that the roles expose and lines that the code logs."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "runbook.md").read_text()
METRICS = set(re.findall(r"`(quietzone_\w+)`", (ROOT / "docs" / "metrics.md").read_text()))
LEVELS = frozenset({"info", "warning", "error", "tell"})
WORD = re.compile(r"`([^`\n]+)`")


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def logged() -> Iterator[str]:
    """The first words of every line that a service logs."""
    for path in (*ROOT.glob("services/*/qz_*/**/*.py"), *ROOT.glob("libs/*/qz_*/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and _is_logging(node.func) and node.args:
                yield from _texts(node.args[0], path)


def _is_logging(function: ast.expr) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else ""
    name = function.id if isinstance(function, ast.Name) else name
    return name in LEVELS


def _texts(value: ast.expr, path: Path) -> Iterator[str]:
    """A literal, or every literal of a file where a variable is logged."""
    if isinstance(value, ast.Constant):
        yield str(value.value)
    elif isinstance(value, ast.Name):
        tree = ast.walk(ast.parse(path.read_text()))
        yield from (str(each.value) for each in tree if isinstance(each, ast.Constant))


def test_every_metric_of_the_runbook_is_exposed() -> None:
    named = set(re.findall(r"\bquietzone_(?!app\b)\w+", PAGE))
    assert named - METRICS == set()


def test_shortened_metrics_of_the_runbook_are_exposed() -> None:
    ends = re.findall(r"`…(_\w+)`", PAGE)
    assert [end for end in ends if not any(name.endswith(end) for name in METRICS)] == []


def test_every_line_of_the_log_table_is_logged() -> None:
    rows = re.findall(r"^\| (`.+?`) \|", section("Lines in the log"), re.MULTILINE)
    told = {word for row in rows[1:] for word in WORD.findall(row)}
    assert told - set(logged()) == set()
