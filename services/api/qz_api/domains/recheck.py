"""The worker's daily look at verified domains, and tidying up after a host changed hands.

A record that is gone is written down and warned about at once. The host is given up only when it
stays gone for a week, and only where a setting says so. DNS that does not answer proves nothing.
"""

from datetime import datetime, timedelta

import structlog

from qz_api.connection import Row
from qz_api.db import Database
from qz_api.domains import store
from qz_api.domains.dns import Dns
from qz_api.domains.hosts import record_name, tokens
from qz_api.domains.publish import take_down
from qz_api.domains.service import DAILY
from qz_api.outbox import store as outbox
from qz_api.transaction import Transaction
from qz_common.clock import Clock
from qz_common.errors import Unavailable
from qz_common.ids import show_id
from qz_common.records import CodeRecord, decode

PATIENCE = timedelta(days=7)
BATCH = 20
log = structlog.get_logger()


class Rechecker:
    def __init__(self, dns: Dns, *, takes_down: bool) -> None:
        self._dns = dns
        self._takes_down = takes_down

    async def run(self, db: Database, clock: Clock) -> None:
        while await sweep_one(db, clock.now()):
            pass
        while await self._look(db, clock) == BATCH:
            pass

    async def _look(self, db: Database, clock: Clock) -> int:
        now = clock.now()
        async with db.system() as conn:
            due = await store.claim_due(conn, now, now + DAILY, BATCH)
        for domain in due:
            try:
                texts = await self._dns.texts(record_name(domain["host"]))
            except Unavailable:
                log.warning("DNS did not answer for a domain", host=domain["host"])
                continue
            async with db.system() as conn:
                await self._settle(conn, domain, texts, now)
        return len(due)

    async def _settle(
        self, conn: Transaction, domain: Row, texts: list[str], now: datetime
    ) -> None:
        row = await store.lock_verified(conn, domain["id"])
        if row is None:
            return
        if row["token"] in tokens(texts):
            await store.mark_sound(conn, row["id"], now)
            return
        failure = "record_differs" if texts else "record_missing"
        row = await store.mark_failing(conn, row["workspace_id"], row["id"], failure, now)
        log.warning(
            "the record of a domain is gone",
            host=row["host"],
            workspace=show_id("ws", row["workspace_id"]),
            since=row["failing_since"].isoformat(),
        )
        if self._takes_down and now - row["failing_since"] >= PATIENCE:
            await take_down(conn, await store.lapse(conn, row["workspace_id"], row["id"], now))


async def sweep_one(db: Database, now: datetime) -> bool:
    """Codes that somebody else left below a host must not come to life under its new owner."""
    async with db.system() as conn:
        host = await store.lock_unswept(conn)
        if host is None:
            return False
        for route in await store.strangers_routes(conn, host["host"], host["workspace_id"]):
            record = decode(route["value"])
            if isinstance(record, CodeRecord):
                gone = CodeRecord(
                    version=await outbox.next_version(conn),
                    workspace=record.workspace,
                    link=record.link,
                    mode=record.mode,
                    status="deleted",
                )
                await outbox.append(conn, route["workspace_id"], route["key"], gone)
        await store.mark_swept(conn, host["host"], now)
    return True
