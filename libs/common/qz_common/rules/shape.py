"""Reading structs from JSON that anybody may have sent: all problems at once.

msgspec stops at the first problem; this reads field by field, so that a caller can mend
everything in one go. An optional field that is null is taken as left out.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar, get_args

import msgspec
from msgspec.structs import FieldInfo, fields

T = TypeVar("T", bound=msgspec.Struct)

Error = tuple[str, str, str]
"""JSON pointer, a stable code, words."""
Reader = Callable[[object, str, list[Error]], object]
"""Reads one nested value: (raw, its pointer, where problems go)."""

EXPECTED = re.compile(r"Expected `([a-z |]+)`")
UNNAMED = "[...]"
WANTED: Mapping[str, str] = {
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "datetime": "a time such as 2026-05-19T12:00:00Z",
}
"""What would have been right, by what msgspec calls it."""
MAX_ERRORS = 100
MAX_SHOWN = 60


class Refused(ValueError):
    """Carries all problems that were found, the first hundred at most."""

    def __init__(self, errors: list[Error]) -> None:
        super().__init__("; ".join(f"{pointer}: {words}" for pointer, _, words in errors[:3]))
        self.errors = errors[:MAX_ERRORS]


def read_struct(
    kind: type[T],
    raw: object,
    at: str,
    errors: list[Error],
    nested: Mapping[str, Reader] | None = None,
) -> T | None:
    """The struct, or None with at least one more problem in `errors`."""
    if not isinstance(raw, dict):
        errors.append((at, "invalid_type", "an object is needed"))
        return None
    before = len(errors)
    known = {field.encode_name: field for field in fields(kind)}
    errors.extend(
        (f"{at}/{escape(name)}", "unknown_field", f"`{shown(name)}` is not known here")
        for name in raw
        if name not in known
    )
    given = {name: raw[name] for name in known if name in raw}
    values = {
        known[name].name: _read_field(known[name], value, f"{at}/{name}", errors, nested or {})
        for name, value in given.items()
        if value is not None or known[name].required
    }
    errors.extend(
        (f"{at}/{name}", "missing", f"`{name}` is needed")
        for name, field in known.items()
        if field.required and field.name not in values
    )
    return kind(**values) if len(errors) == before else None


def read_list(
    raw: object, at: str, errors: list[Error], most: int, read: Reader
) -> tuple[object, ...]:
    """What could be read of a list of at most so many items."""
    if not isinstance(raw, list | tuple):
        errors.append((at, "invalid_type", "a list is needed"))
        return ()
    if len(raw) > most:
        errors.append((at, "too_many", f"at most {most}, here are {len(raw)}"))
        return ()
    items = [read(item, f"{at}/{index}", errors) for index, item in enumerate(raw)]
    return tuple(item for item in items if item is not None)


def _read_field(
    field: FieldInfo, raw: object, at: str, errors: list[Error], nested: Mapping[str, Reader]
) -> object:
    reader = nested.get(field.encode_name)
    if reader is not None:
        return reader(raw, at, errors)
    try:
        return msgspec.convert(raw, field.type)
    except msgspec.ValidationError as error:
        errors.extend(_complaints(field, raw, at, str(error)))
        return None


def _complaints(field: FieldInfo, raw: object, at: str, error: str) -> Iterator[Error]:
    """What msgspec says, in our words; of an object it never says which value is wrong."""
    words, _, path = error.rstrip("`").partition(" - at `$")
    if not path.startswith(UNNAMED) or not isinstance(raw, dict):
        yield (at + _pointer(path), *_told(field, words))
        return
    for key, value in raw.items():
        try:
            msgspec.convert({key: value}, field.type)
        except msgspec.ValidationError as wrong:
            yield (f"{at}/{escape(key)}", *_told(field, str(wrong)))


def _told(field: FieldInfo, words: str) -> tuple[str, str]:
    wanted = EXPECTED.match(words)
    if wanted:
        kinds = [WANTED[kind] for kind in wanted[1].split(" | ") if kind != "null"]
        return "invalid_type", f"must be {' or '.join(kinds)}"
    names = [name for name in get_args(field.type) if isinstance(name, str) and name]
    return "invalid_value", f"must be {' or '.join(names) or WANTED['datetime']}"


def _pointer(path: str) -> str:
    """`[0][2]` as `/0/2`."""
    return path.replace(UNNAMED, "").replace("[", "/").replace("]", "")


def escape(name: object) -> str:
    return shown(name).replace("~", "~0").replace("/", "~1")


def shown(name: object) -> str:
    text = str(name)
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…"
