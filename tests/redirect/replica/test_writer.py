"""Threads that share a writer: none finds the map moved or gone."""

from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any

import lmdb
import pytest

from qz_redirect.replica import writer as writer_module
from qz_redirect.replica.store import open_environment
from qz_redirect.replica.writer import Writer
from tests.fixtures.wait import eventually_sync

Work = Callable[[Writer], object]
WORKS: list[Work] = [
    Writer.prune_salts,
    Writer.check_readers,
    Writer.sync,
    Writer.positions,
    Writer.entries,
    Writer.is_current,
    lambda writer: writer.apply([], {}),
    lambda writer: writer.hashed("", "", 1),
    lambda writer: writer.remove({}, 0),
    lambda writer: writer.has_records(["salt:2026-05-01"]),
    lambda writer: writer.keep_positions([]),
]


class Held:
    """An environment whose calls begin and then wait for the test."""

    def __init__(self, env: lmdb.Environment) -> None:
        self.begun: list[str] = []
        self.free = Event()
        self.free.set()
        self._env = env

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*words: Any, **named: Any) -> Any:
            self.begun.append(name)
            assert self.free.wait(20)
            return getattr(self._env, name)(*words, **named)

        return call


@pytest.fixture
def env(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Held:
    held = Held(open_environment(tmp_path, writable=True))
    monkeypatch.setattr(writer_module, "open_environment", lambda *_, **__: held)
    return held


@pytest.mark.parametrize("work", WORKS)
def test_nothing_closes_the_environment_under_whoever_is_in_it(
    work: Work, env: Held, tmp_path: Path
) -> None:
    """On the way out the last thread of the follower is still at it."""
    writer = Writer(tmp_path)
    env.begun.clear()
    env.free.clear()
    working, closing = Thread(target=work, args=(writer,)), Thread(target=writer.close)
    working.start()
    eventually_sync(lambda: bool(env.begun))
    closing.start()
    closing.join(0.1)
    assert len(env.begun) == 1
    env.free.set()
    for thread in (working, closing):
        thread.join(20)
    assert env.begun[-2:] == ["sync", "close"]


@pytest.mark.parametrize("work", WORKS)
def test_whoever_comes_too_late_is_told(work: Work, tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    writer.close()
    with pytest.raises(lmdb.Error, match="closed"):
        work(writer)
