"""All services log in one language: a sentence in plain words, and `reason` says why."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
LEVELS = frozenset({"debug", "info", "warning", "error", "critical", "exception"})


def lines() -> Iterator[tuple[str, ast.Call]]:
    """Every call of `log`, and where it is."""
    for path in (*ROOT.glob("services/*/qz_*/**/*.py"), *ROOT.glob("libs/*/qz_*/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and _is_logging(node.func):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def _is_logging(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and function.attr in LEVELS
        and isinstance(function.value, ast.Name)
        and function.value.id == "log"
    )


def test_what_is_logged_is_words_and_no_identifier() -> None:
    found = list(lines())
    texts = [
        (place, argument.value)
        for place, call in found
        for argument in call.args
        if isinstance(argument, ast.Constant)
    ]
    assert len(texts) > 20
    assert [(place, text) for place, text in texts if "_" in str(text)] == []


def test_why_is_told_as_reason() -> None:
    named = [(place, word.arg) for place, call in lines() for word in call.keywords]
    assert [(place, name) for place, name in named if name == "error"] == []
