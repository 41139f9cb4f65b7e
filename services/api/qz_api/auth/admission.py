"""Keys let in and charged: calls of one key that meet are charged together, in one statement.

They would only wait for each other at the row of their workspace's bucket. While one statement is
under way, those who come wait for the next; a call that meets nobody waits for nothing. Every call
is still asked about after it came, so a revoked key is refused at once, and limits stay exact: what
is refused together is asked one by one.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from qz_api.auth import store
from qz_api.connection import Row
from qz_api.db import Database

Presented: TypeAlias = tuple[str, bytes]
"""Public id and hash of a key."""
Admitted: TypeAlias = Row


@dataclass(frozen=True, slots=True)
class _Caller:
    cost: int
    admitted: asyncio.Future[Admitted]


class Admissions:
    def __init__(self, db: Database) -> None:
        self._db = db
        self._waiting: dict[Presented, list[_Caller]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def admit(self, presented: Presented, cost: int) -> Admitted:
        waiting = self._waiting.get(presented)
        if waiting is not None:
            caller = _Caller(cost, asyncio.get_running_loop().create_future())
            waiting.append(caller)
            return await caller.admitted
        self._waiting[presented] = []
        try:
            return await self._ask(presented, cost)
        finally:
            self._go_on(presented)

    async def _ask(self, presented: Presented, cost: int) -> Admitted:
        return await self._db.once(lambda conn: store.admit_key(conn, *presented, cost))

    def _go_on(self, presented: Presented) -> None:
        callers = self._waiting.pop(presented)
        if callers:
            self._waiting[presented] = []
            task = asyncio.create_task(self._admit_all(presented, callers))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _admit_all(self, presented: Presented, callers: Sequence[_Caller]) -> None:
        try:
            for caller, row in zip(callers, await self._rows(presented, callers), strict=True):
                if not caller.admitted.done():
                    caller.admitted.set_result(row)
        except BaseException as error:
            for caller in callers:
                if not caller.admitted.done():
                    caller.admitted.set_exception(error)
        finally:
            self._go_on(presented)

    async def _rows(self, presented: Presented, callers: Sequence[_Caller]) -> list[Admitted]:
        row = await self._ask(presented, sum(caller.cost for caller in callers))
        if row["verdict"] in ("rate_limited", "quota_exceeded") and len(callers) > 1:
            return [await self._ask(presented, caller.cost) for caller in callers]
        return list(_shares(row, [caller.cost for caller in callers]))


def _shares(row: Admitted, costs: Sequence[int]) -> list[Admitted]:
    """What each would have been told, had they come one after the other."""
    shares: list[Admitted] = []
    later = sum(costs)
    for cost in costs:
        later -= cost
        left, used = row["rate_left"], row["month_used"]
        shares.append(
            {
                **row,
                "rate_left": None if left is None else left + later,
                "month_used": None if used is None else used - later,
            }
        )
    return shares
