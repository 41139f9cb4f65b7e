"""`python -m qz_redirect replica inspect | verify`, beside whatever is running.

`inspect` shows what the replica in use holds and how far it has read; `verify` fails when a record
can't be read, or when what was made ready of it is not what the record says.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import lmdb
import msgspec

from qz_common.records import CodeRecord, decode
from qz_redirect.replica.row import plain_of, record_of, row_of
from qz_redirect.replica.store import (
    KEY_FORMAT,
    KIND_CODES,
    KIND_FACTS,
    KIND_POSITIONS,
    KIND_THINGS,
    Generations,
    Position,
    open_environment,
)
from qz_redirect.say import say

USAGE = "usage: replica inspect|verify|digest"
SHOWN_PROBLEMS = 20


def run(words: list[str], root: Path) -> int:
    """The exit code."""
    commands = {"inspect": _inspect, "verify": _verify}
    if len(words) != 1 or words[0] not in commands:
        return say(USAGE, 2)
    path = Generations(root).current()
    if path is None:
        return say(f"no replica below {root}", 1)
    try:
        env = open_environment(path, writable=False)
    except lmdb.Error as error:
        return say(f"{path}: {error}", 1)
    with env:
        return commands[words[0]](env, path)


def _inspect(env: lmdb.Environment, path: Path) -> int:
    facts = dict(_items(env, KIND_FACTS))
    say(f"{path}, format {facts.get(KEY_FORMAT, b'1').decode()}")
    codes, plain, newest = Counter[str](), 0, 0
    for _, row in _items(env, KIND_CODES):
        record = _code(row)
        codes[record.status if record else "unreadable"] += 1
        newest = max(newest, record.version if record else 0)
        plain += plain_of(row) is not None
    shown = ", ".join(f"{count} {status}" for status, count in sorted(codes.items()))
    say(f"  {codes.total()} codes ({shown or 'none'}), {plain} of them plain redirects")
    say(f"  highest version of a code: {newest}")
    for kind, count in sorted(Counter(key.partition(b":")[0] for key in _things(env)).items()):
        say(f"  {kind.decode()}: {count}")
    for name, value in _items(env, KIND_POSITIONS):
        position = msgspec.json.decode(value, type=Position)
        say(f"  {name.decode()}: next offset {position.offset}, known at {position.seen_ms} ms")
    return 0


def _verify(env: lmdb.Environment, path: Path) -> int:
    checked = bad = 0
    for problem in _problems(env):
        checked += 1
        bad += bool(problem)
        if problem and bad <= SHOWN_PROBLEMS:
            say(problem)
    return say(f"{path}: {checked} records, {bad} of them bad", bad > 0)


def _problems(env: lmdb.Environment) -> Iterator[str]:
    """One for every record, empty for a good one."""
    for key, row in _items(env, KIND_CODES):
        record = _code(row)
        if record is None:
            yield f"{key!r}: no code record"
        elif plain_of(row) and row != row_of(key, record, record_of(row)):
            yield f"{key!r}: what was made ready is not what the record says"
        else:
            yield ""
    for key, value in _items(env, KIND_THINGS):
        try:
            decode(value)
        except ValueError:
            yield f"{key!r}: no routing record"
        else:
            yield ""


def _code(row: bytes) -> CodeRecord | None:
    try:
        record = decode(record_of(row))
    except ValueError:
        return None
    return record if isinstance(record, CodeRecord) else None


def _things(env: lmdb.Environment) -> list[bytes]:
    return [key for key, _ in _items(env, KIND_THINGS)]


def _items(env: lmdb.Environment, kind: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Of one snapshot."""
    database = env.open_db(kind, create=False)
    with env.begin(db=database) as txn:
        for key, value in txn.cursor():
            yield bytes(key), bytes(value)
