"""Duties of the worker: turn after turn until it ends, whatever a turn failed of.

Each duty is a task of one group, so a failure that got out would end all the others with it. Only
`Permanent` does: a deployment that is set up wrongly is better told than tried again for ever.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import asyncpg
import structlog
from aiokafka.errors import KafkaError
from prometheus_client import Counter

from qz_api.db import AWAY
from qz_api.deferred import Overtaken
from qz_common.errors import Permanent, Problem, Retryable
from qz_common.roles import pause

PASSING = (
    *AWAY,
    asyncpg.InterfaceError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.TransactionRollbackError,
    asyncpg.InvalidCachedStatementError,
    KafkaError,
    Overtaken,
    Problem,
    Retryable,
)
"""What comes and goes with Postgres, the broker and what others do at the same time."""
RETRY_SECONDS = (1.0,)
log = structlog.get_logger()


async def over_and_over(
    duty: str,
    turn: Callable[[], Awaitable[None]],
    stop: asyncio.Event,
    errors: Counter,
    *,
    every: float = 0.0,
    retry: Sequence[float] = RETRY_SECONDS,
) -> None:
    """Rests `every` seconds after a turn that went well, and after failures in a row as `retry`
    says; a turn that lasted longer than that begins a new row."""
    failures = 0
    while not stop.is_set():
        began = asyncio.get_running_loop().time()
        try:
            await turn()
            failures, rest = 0, every
        except Exception as error:
            errors.inc()
            tell(error, "a duty failed, it is tried again", duty=duty)
            lasted = asyncio.get_running_loop().time() - began
            failures = 1 if lasted > retry[-1] else failures + 1
            rest = retry[min(failures, len(retry)) - 1]
        await pause(stop, rest)


def tell(error: Exception, words: str, **which: str) -> None:
    """In the log, with its trace when nobody expects it; what never passes is raised again."""
    if isinstance(error, Permanent):
        raise error
    if isinstance(error, PASSING):
        log.warning(words, reason=repr(error), **which)
    else:
        log.exception(words, exc_info=error, **which)
