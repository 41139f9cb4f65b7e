"""Starts the parts of the stack as early as each can, keeps them alive, stops them in order."""

import asyncio
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.child import Child, Part, StartError, ending
from deploy.embedded.logs import last_lines, open_log, rotate
from deploy.embedded.process import spawn_options

FOLLOWER_STOP_SECONDS = 3.0  # what follows a dead part has nobody left to say goodbye to
ROTATE_EVERY_SECONDS = 10.0


@dataclass(frozen=True)
class Step:
    """A command that runs once, to its end, before what names it in `after` starts."""

    name: str
    command: Callable[[], Sequence[str]]
    after: tuple[str, ...] = ()
    take: Callable[[str], None] = lambda output: None


class Supervisor:
    def __init__(
        self,
        nodes: Iterable[Part | Step],
        logs: Path,
        environment: Callable[[], Mapping[str, str]],
        say: Callable[[str], None],
        note_ready: Callable[[str, float], None] = lambda name, seconds: None,
    ) -> None:
        self._nodes = tuple(nodes)
        self._logs = logs
        self._environment = environment
        self._say = say
        self._note_ready = note_ready
        self._watchers: dict[str, asyncio.Task[None]] = {}
        self.children = {
            node.name: Child(node, logs, environment, say)
            for node in self._nodes
            if isinstance(node, Part)
        }

    async def start(self) -> None:
        """Returns when everything is ready; StartError names the first that can't be."""
        done = {node.name: asyncio.Event() for node in self._nodes}
        try:
            async with asyncio.TaskGroup() as group:
                for node in self._nodes:
                    group.create_task(self._start_node(node, done))
        except ExceptionGroup as errors:
            raise _first(errors) from None
        for child in self.children.values():
            self._watch_from_now(child, revive=False)
        self._watchers[""] = asyncio.create_task(self._rotate_logs())

    async def stop(self) -> None:
        """The tiers from the highest to the lowest, each whole before the next."""
        for watcher in self._watchers.values():
            watcher.cancel()
        await asyncio.gather(*self._watchers.values(), return_exceptions=True)
        for tier in sorted({child.part.tier for child in self.children.values()}, reverse=True):
            members = [child for child in self.children.values() if child.part.tier == tier]
            await asyncio.gather(*(child.stop() for child in members))

    def kill(self) -> None:
        for child in self.children.values():
            child.kill()

    async def _start_node(self, node: Part | Step, done: dict[str, asyncio.Event]) -> None:
        for name in node.after:
            await done[name].wait()
        began = time.monotonic()
        if isinstance(node, Step):
            await self._run(node)
        else:
            await self.children[node.name].start()
        self._note_ready(node.name, time.monotonic() - began)
        done[node.name].set()

    async def _run(self, step: Step) -> None:
        file = self._logs / f"{step.name}.log"
        with open_log(file) as log:
            start = log.tell()
            process = await asyncio.create_subprocess_exec(
                *step.command(),
                env={**os.environ, **self._environment()},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                **spawn_options(),
            )
        try:
            output, _ = await process.communicate()
        except asyncio.CancelledError:
            process.kill()
            raise
        if process.returncode:
            said = output.decode(errors="replace").strip() or last_lines(file, start)
            raise StartError(f"{step.name} {ending(process.returncode)}\n{said}")
        step.take(output.decode())

    def _watch_from_now(self, child: Child, revive: bool) -> None:
        self._watchers[child.part.name] = asyncio.create_task(self._watch(child, revive))

    async def _watch(self, child: Child, revive: bool) -> None:
        if revive:
            await child.revive()
        while True:
            code = await child.wait_death()
            self._say(f"{child.part.name} {ending(code)}; starting it again\n{child.tail()}")
            await self._revive_with_followers(child)

    async def _revive_with_followers(self, child: Child) -> None:
        followers = [
            other for other in self.children.values() if other.part.follows == child.part.name
        ]
        for follower in followers:
            self._watchers[follower.part.name].cancel()
        await asyncio.gather(
            child.revive(), *(follower.stop(FOLLOWER_STOP_SECONDS) for follower in followers)
        )
        for follower in followers:
            self._watch_from_now(follower, revive=True)

    async def _rotate_logs(self) -> None:
        while True:
            await asyncio.sleep(ROTATE_EVERY_SECONDS)
            for child in self.children.values():
                rotate(child.log)


def _first(errors: ExceptionGroup[Exception]) -> Exception:
    found: Exception = errors
    while isinstance(found, ExceptionGroup):
        found = found.exceptions[0]
    return found


def python(module: str, *words: str) -> Callable[[], Sequence[str]]:
    return lambda: [sys.executable, "-m", module, *words]
