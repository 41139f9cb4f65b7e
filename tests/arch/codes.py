"""Which problem codes the code can answer with, read from its syntax trees.

A code is a literal where it is raised, the default of its class, or comes through a variable; each
variable is named in `CARRIED`, with what it can carry.
"""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from qz_api.http.refusals import TYPE, TYPES, WORDS
from qz_api.images.refusals import OWN_CODES
from qz_common.errors import Problem
from qz_common.urls.refusal import UrlCode

ROOT = Path(__file__).parents[2]
SOURCES = (
    ROOT / "services" / "api" / "qz_api",
    ROOT / "services" / "analytics" / "qz_analytics" / "query",
)
KINDS: Mapping[str, type[Problem]] = {kind.__name__: kind for kind in Problem.__subclasses__()}
MODEL_ERROR = "PydanticCustomError"
COMPLAINTS = {"FieldError": 1, "add": 1, "refuse": 1, "Refused": 1, MODEL_ERROR: 0}
"""Where the code of a field stands, by what is called."""
SHAPES = {**dict.fromkeys(TYPES, TYPE), **{kind: code for kind, (code, _) in WORDS.items()}}
"""Kinds of errors of the library that reads models, and what we call them."""
URL_CODES = frozenset(UrlCode)
CARRIED: Mapping[tuple[str, str], frozenset[str]] = {
    ("accounts", "code"): frozenset({"password_too_short", "password_too_common"}),
    ("accounts/sessions", "code"): frozenset({"invalid_session", "expired_session"}),
    ("destinations", "refusal.code"): URL_CODES,
    ("domains", "code"): frozenset({"invalid_host", "ip_address", "own_host", "public_suffix"}),
    ("domains", "failure"): frozenset({"record_missing", "record_differs"}),
    ("domains", "refusal.code"): URL_CODES,
    ("images", "own"): OWN_CODES,
    ("images/pictures", "code"): frozenset({"unknown_picture", "picture_not_fetched"}),
    ("limits", "code"): frozenset({"rate_limited", "quota_exceeded"}),
    ("pages", "refusal.code"): URL_CODES,
    ("pages", "error.code"): frozenset({"page_too_large"}),
}
"""What a variable in the place of a code can carry, by folder and expression."""


def raised() -> Iterator[tuple[str, int, str]]:
    """Code, status and file of every problem that is made anywhere."""
    for path, tree in _trees():
        for call in ast.walk(tree):
            kind = KINDS.get(_name(call.func)) if isinstance(call, ast.Call) else None
            if kind and isinstance(call, ast.Call):
                for code in _codes(path, call, kind):
                    yield code, kind.status, path


def of_fields() -> frozenset[str]:
    """Literal codes of fields, from wherever a field is complained about."""
    calls = (call for _, tree in _trees() for call in ast.walk(tree) if isinstance(call, ast.Call))
    shapes = {TYPE, *(code for code, _ in WORDS.values())}
    return frozenset(code for call in calls for code in _complaint(call)) | shapes


def _complaint(call: ast.Call) -> Iterator[str]:
    """The code in `FieldError(pointer, code, …)`, `report.add(field, code, …)` and the like."""
    name, count = _name(call.func), len(call.args)
    place = COMPLAINTS.get(name, count)
    given = call.args[place] if place < count and (name != "add" or count == 3) else None
    if isinstance(given, ast.Constant):
        code = str(given.value)
        yield SHAPES.get(code, code) if name == MODEL_ERROR else code


def _trees() -> Iterator[tuple[str, ast.Module]]:
    for root in SOURCES:
        for path in sorted(root.rglob("*.py")):
            yield path.relative_to(root).as_posix(), ast.parse(path.read_text())


def _codes(path: str, call: ast.Call, kind: type[Problem]) -> frozenset[str]:
    given = call.args[1] if len(call.args) > 1 else _keyword(call, "code")
    if given is None:
        return frozenset({kind.default_code})
    if isinstance(given, ast.Constant):
        return frozenset({str(given.value)})
    place = path.rpartition("/")[0], ast.unparse(given)
    if place not in CARRIED:
        raise LookupError(f"{path}: say in CARRIED which codes `{place[1]}` can carry")
    return CARRIED[place]


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((each.value for each in call.keywords if each.arg == name), None)


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
