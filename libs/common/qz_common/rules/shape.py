"""Reading structs from JSON that anybody may have sent: all problems at once.

msgspec stops at the first problem; this reads field by field, so that a caller can mend
everything in one go. An optional field that is null is taken as left out.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar

import msgspec
from msgspec.structs import FieldInfo, fields

T = TypeVar("T", bound=msgspec.Struct)

Error = tuple[str, str, str]
"""JSON pointer, a stable code, words."""
Reader = Callable[[object, str, list[Error]], object]
"""Reads one nested value: (raw, its pointer, where problems go)."""

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
        words, _, path = str(error).partition(" - at `$")
        code = "invalid_value" if words.startswith("Invalid") else "invalid_type"
        errors.append((at + _pointer(path.rstrip("`")), code, words.replace("`", "")[:200]))
        return None


def _pointer(path: str) -> str:
    """`[0][2]` as `/0/2`."""
    return path.replace("[", "/").replace("]", "")


def escape(name: object) -> str:
    return shown(name).replace("~", "~0").replace("/", "~1")


def shown(name: object) -> str:
    text = str(name)
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…"
