"""Alive, ready, started: what an orchestrator asks, answered from facts that each role names.

Liveness tests nothing behind the process, or one database outage would restart a whole fleet.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

Check = Callable[[], Awaitable[str | None]]
"""None when fine, else the reason in a few words."""
CHECK_SECONDS = 2.0


@dataclass
class Health:
    checks: dict[str, Check] = field(default_factory=dict)
    started: bool = False
    draining: bool = False

    async def readiness(self) -> dict[str, str]:
        """Reasons not to be ready, by name; empty means ready."""
        if self.draining:
            return {"role": "draining"}
        if not self.started:
            return {"role": "starting"}
        reasons = await asyncio.gather(*map(_in_time, self.checks.values()))
        found = zip(self.checks, reasons, strict=True)
        return {name: reason for name, reason in found if reason}


async def _in_time(check: Check) -> str | None:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await check()
    except TimeoutError:
        return "no answer in time"
