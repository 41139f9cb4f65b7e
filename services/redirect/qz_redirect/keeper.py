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
        self._loss = Trouble("the journal takes no scans: they are lost", "the journal goes on")
        self._doubt = Trouble(
            "scans can't be made durable: a power cut may lose them", "scans are durable again"
        )

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
            journal = self._hits.journal
            self._loss.tell(journal.failing, dropped=journal.dropped)
            self._doubt.tell(journal.unsynced, failures=journal.sync_failures)


class Trouble:
    """Told once when it begins, once when it is over."""

    def __init__(self, begins: str, ends: str) -> None:
        self._lines = begins, ends
        self._told = False

    def tell(self, reason: str, **numbers: int) -> None:
        """`reason` is empty when there is no trouble."""
        if bool(reason) == self._told:
            return
        self._told = bool(reason)
        begins, ends = self._lines
        if reason:
            log.error(begins, reason=reason, **numbers)
        else:
            log.warning(ends, **numbers)
