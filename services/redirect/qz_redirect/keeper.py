"""What an edge does beside answering: follow the replica's files, sync the journal, reload geo."""

import asyncio
import time
from datetime import UTC, datetime

import lmdb
import structlog

from qz_redirect.hit import Hits

LOOK_SECONDS = 0.25
GEO_SECONDS = 30.0

log = structlog.get_logger()


class Keeper:
    def __init__(self, hits: Hits, sync_seconds: float) -> None:
        self._hits = hits
        self._sync_seconds = sync_seconds
        self._small = ("", b"")
        self._geo_at = time.monotonic()
        self._said_failing = False

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow())
            tasks.create_task(self._sync())

    def look(self) -> None:
        """Takes up a new generation, and domains and salts when one of them changed."""
        hits = self._hits
        hits.reader.refresh()
        small = hits.reader.small_things()
        if small != self._small:
            self._small = small
            hits.hosts.forget()
            for record in hits.reader.salts():
                hits.salts.put(record.day, record.salt)

    async def _follow(self) -> None:
        while True:
            try:
                self.look()
            except (OSError, lmdb.Error) as error:
                log.error("the replica can't be looked at now", reason=str(error))
            if time.monotonic() - self._geo_at > GEO_SECONDS:
                self._geo_at = time.monotonic()
                self._follow_geo()
            await asyncio.sleep(LOOK_SECONDS)

    def _follow_geo(self) -> None:
        geo = self._hits.geo
        if geo.reload_if_changed():
            log.info("the geo data has changed", geo=geo.describe(datetime.now(UTC)))

    async def _sync(self) -> None:
        """In a thread: a slow disk delays nobody's answer."""
        while True:
            await asyncio.sleep(self._sync_seconds)
            await asyncio.to_thread(self._hits.journal.sync)
            self._say_when_failing()

    def _say_when_failing(self) -> None:
        """Once when it begins, once when it is over."""
        journal = self._hits.journal
        if bool(journal.failing) == self._said_failing:
            return
        self._said_failing = bool(journal.failing)
        if self._said_failing:
            log.error("the journal takes no scans: they are lost", reason=journal.failing)
        else:
            log.warning("the journal goes on", dropped=journal.dropped)
