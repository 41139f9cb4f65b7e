"""Whoever looks for a statement finds it in a store: SQL about rows stands nowhere else."""

import ast
from collections.abc import Iterator
from pathlib import Path

API = Path(__file__).parents[2] / "services" / "api" / "qz_api"
ASKING = frozenset({"fetch", "fetchrow", "fetchval", "execute"})
OTHERS = {"egress"}
"""What is fetched from these is no row."""
STEERING = ("SET LOCAL ", "SAVEPOINT ", "ROLLBACK TO SAVEPOINT ")
"""About a transaction, not about rows."""
PLACES = {
    "connection.py": "what stores ask",
    "db.py": "the pool: is Postgres there, and how full is it",
    "deferred.py": "what stores wrote down to be written together",
    "transaction.py": "what stores ask, in a transaction",
    "listing.py": "the statement of every list, made of what stores say of their tables",
    "migrate.py": "which migrations are applied",
}


def statements() -> Iterator[tuple[str, ast.Call]]:
    """Every call that asks Postgres, and the file that it is in."""
    for path in API.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and _asks(node.func) and not _steers(node):
                yield str(path.relative_to(API)), node


def _asks(function: ast.expr) -> bool:
    if isinstance(function, ast.Name):
        return function.id == "fetch_one"
    if not isinstance(function, ast.Attribute) or function.attr not in ASKING:
        return False
    return getattr(function.value, "attr", "") not in OTHERS


def _steers(call: ast.Call) -> bool:
    words = call.args[0] if call.args else None
    if isinstance(words, ast.JoinedStr):
        words = words.values[0]
    return isinstance(words, ast.Constant) and str(words.value).startswith(STEERING)


def test_statements_stand_in_stores() -> None:
    found = {place for place, _ in statements()}
    assert len(found) > 20
    elsewhere = {place for place in found if Path(place).name != "store.py"}
    assert elsewhere - PLACES.keys() == set(), "move what it asks into a store"
    assert PLACES.keys() - elsewhere == set(), "this place asks nothing any more"
