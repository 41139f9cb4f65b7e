"""Alive, ready, started: what an orchestrator asks, answered from facts that each role names.

Liveness tests nothing behind the process, or one database outage would restart a whole fleet.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

Check = Callable[[], Awaitable[str | None]]
"""None when fine, else the reason in a few words."""


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
        found = {name: await check() for name, check in self.checks.items()}
        return {name: reason for name, reason in found.items() if reason}
