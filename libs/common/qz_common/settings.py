"""Settings are a frozen dataclass, read once from the environment, that can describe itself.

    @dataclass(frozen=True, kw_only=True)
    class EdgeSettings:
        port: int = setting("REDIRECT_PORT", 8701, "Port of the edge.")
        kafka: KafkaSettings = group(KafkaSettings)

`load(EdgeSettings, os.environ)` names every bad value at once; `describe` feeds docs/settings.md.
"""

import dataclasses
import math
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

S = TypeVar("S")
REQUIRED: Any = object()
TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off"})
MAX_PORT = 65_535


class SettingsError(ValueError):
    """One line per bad or missing setting, so that all can be mended in one go."""


@dataclasses.dataclass(frozen=True)
class SettingDoc:
    name: str
    kind: str
    default: str
    help: str


def setting(env: str, default: Any, help: str, *, secret: bool = False) -> Any:
    metadata = {"env": env, "help": help, "secret": secret}
    if default is REQUIRED:
        return dataclasses.field(metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def group(kind: type) -> Any:
    return dataclasses.field(metadata={"group": kind})


def load(kind: type[S], environ: Mapping[str, str]) -> S:
    errors: list[str] = []
    loaded = _load(kind, environ, errors)
    if errors:
        raise SettingsError("\n".join(errors))
    return typing.cast(S, loaded)


def describe(kind: type) -> Iterator[SettingDoc]:
    hints = typing.get_type_hints(kind)
    for field in dataclasses.fields(kind):
        if "group" in field.metadata:
            yield from describe(field.metadata["group"])
        else:
            yield SettingDoc(
                name=field.metadata["env"],
                kind=_kind_name(hints[field.name]),
                default=_default_text(field),
                help=field.metadata["help"],
            )


def _load(kind: type, environ: Mapping[str, str], errors: list[str]) -> object | None:
    hints = typing.get_type_hints(kind)
    values: dict[str, object] = {}
    before = len(errors)
    for field in dataclasses.fields(kind):
        if "group" in field.metadata:
            values[field.name] = _load(field.metadata["group"], environ, errors)
        else:
            _read_one(field, hints[field.name], environ, values, errors)
    return kind(**values) if len(errors) == before else None


def _read_one(
    field: dataclasses.Field[Any],
    hint: Any,
    environ: Mapping[str, str],
    values: dict[str, object],
    errors: list[str],
) -> None:
    name = field.metadata["env"]
    text = environ.get(name)
    if text is None:
        if field.default is dataclasses.MISSING:
            errors.append(f"{name} is not set: {field.metadata['help']}")
        return
    try:
        values[field.name] = value = _parse(text, hint)
        if name.endswith("_PORT") and not 0 <= typing.cast(int, value) <= MAX_PORT:
            errors.append(f"{name}: {value} is not a port number")
    except ValueError as error:
        shown = "its value" if field.metadata["secret"] else repr(text)
        errors.append(f"{name}: {shown} is not {_kind_name(hint)} ({error})")


def _parse(text: str, hint: Any) -> object:
    hint, optional = _without_none(hint)
    if optional and text == "":
        return None
    if typing.get_origin(hint) is tuple:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    return _PARSERS[hint](text)


def _parse_float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a finite number is needed")
    return number


def _parse_bool(text: str) -> bool:
    word = text.strip().lower()
    if word not in TRUE_WORDS | FALSE_WORDS:
        raise ValueError("say true or false")
    return word in TRUE_WORDS


_PARSERS: dict[Any, Callable[[str], object]] = {
    str: str,
    int: int,
    float: _parse_float,
    bool: _parse_bool,
    Path: Path,
}


def _without_none(hint: Any) -> tuple[Any, bool]:
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        kinds = [kind for kind in typing.get_args(hint) if kind is not types.NoneType]
        return kinds[0], True
    return hint, False


def _kind_name(hint: Any) -> str:
    hint, optional = _without_none(hint)
    name = "comma-separated words" if typing.get_origin(hint) is tuple else hint.__name__
    return f"{name}, or empty" if optional else name


def _default_text(field: dataclasses.Field[Any]) -> str:
    if field.default is dataclasses.MISSING:
        return "required"
    if field.metadata["secret"] and field.default:
        return "(secret)"
    if isinstance(field.default, tuple):
        return ",".join(field.default)
    return "" if field.default is None else str(field.default)
