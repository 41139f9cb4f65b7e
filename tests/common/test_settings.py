from dataclasses import dataclass
from pathlib import Path

import pytest

from qz_common.settings import REQUIRED, SettingsError, describe, group, load, setting


@dataclass(frozen=True, kw_only=True)
class Inner:
    wait_ms: int = setting("WAIT_MS", 20, "How long.")


@dataclass(frozen=True, kw_only=True)
class Outer:
    dsn: str = setting("DSN", REQUIRED, "Where.", secret=True)
    ratio: float = setting("RATIO", 0.5, "How much.")
    on: bool = setting("ON", False, "Whether.")
    folder: Path | None = setting("FOLDER", None, "Which.")
    hosts: tuple[str, ...] = setting("HOSTS", ("a", "b"), "Who.")
    inner: Inner = group(Inner)


def test_values_are_read_by_their_type() -> None:
    environ = {"DSN": "x", "RATIO": "0.25", "ON": "yes", "FOLDER": "/a/b", "HOSTS": "c, d,,"}
    settings = load(Outer, {**environ, "WAIT_MS": "7"})
    assert settings == Outer(
        dsn="x",
        ratio=0.25,
        on=True,
        folder=Path("/a/b"),
        hosts=("c", "d"),
        inner=Inner(wait_ms=7),
    )


def test_defaults_hold_where_nothing_is_set() -> None:
    assert load(Outer, {"DSN": "x"}) == Outer(dsn="x", inner=Inner())


def test_an_empty_text_is_none_where_none_is_allowed() -> None:
    assert load(Outer, {"DSN": "x", "FOLDER": ""}).folder is None


def test_every_bad_setting_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        load(Outer, {"RATIO": "much", "ON": "perhaps", "WAIT_MS": "1.5"})
    lines = str(caught.value).splitlines()
    assert [line.split(":")[0].split(" ")[0] for line in lines] == ["DSN", "RATIO", "ON", "WAIT_MS"]


def test_settings_describe_themselves() -> None:
    docs = {doc.name: doc for doc in describe(Outer)}
    assert list(docs) == ["DSN", "RATIO", "ON", "FOLDER", "HOSTS", "WAIT_MS"]
    assert (docs["DSN"].default, docs["HOSTS"].default) == ("required", "a,b")
    assert docs["FOLDER"].kind == "Path, or empty"
