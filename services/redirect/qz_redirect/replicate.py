"""The role `replicate`, one per host: routing comes in, journals go out."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import structlog

from qz_common.health import Health
from qz_common.internal import internal_client
from qz_common.ops import ops_server
from qz_redirect.journal.fleet import Fleet, only_sender
from qz_redirect.journal.marks import ASK_TIMEOUT_SECONDS, Marks
from qz_redirect.journal.outlet import Outlet
from qz_redirect.journal.sender import Confirmation
from qz_redirect.metrics import replicate_metrics
from qz_redirect.replica.check import Checker
from qz_redirect.replica.follow import Follower
from qz_redirect.replica.store import Generations
from qz_redirect.replica.truth import TIMEOUT_SECONDS, Truth
from qz_redirect.settings import ReplicateSettings
from qz_redirect.tasks import background, spare_the_collector

log = structlog.get_logger()


@dataclass(frozen=True)
class Parts:
    outlet: Outlet
    follower: Follower
    fleet: Fleet
    checker: Checker


async def replicate(settings: ReplicateSettings, stop: asyncio.Event) -> None:
    """While another process of this host replicates, this one waits, and says so."""
    health, at_work = Health(), asyncio.Event()
    async with confirmation(settings) as confirmed:
        parts = _parts(settings, confirmed)
        registry = replicate_metrics(parts.follower, parts.fleet, parts.checker.checked)
        health.checks["replica"] = lambda: _replica_check(parts.follower)
        health.checks["host"] = lambda: _host_check(at_work)
        async with ops_server(health, registry, settings.ops_host, settings.ops_port):
            health.started = True
            async with only_sender(settings.data.journals, stop) as alone:
                if alone:
                    at_work.set()
                    await _replicate(settings, parts, health, stop)


def _parts(settings: ReplicateSettings, confirmed: Confirmation) -> Parts:
    outlet = Outlet(settings.kafka, settings.gather_seconds)
    follower = Follower(settings.kafka, Generations(settings.data.replica))
    fleet = Fleet(settings.data.journals, outlet, confirmed)
    return Parts(outlet, follower, fleet, Checker(follower.writer_in_step))


async def _replicate(
    settings: ReplicateSettings, parts: Parts, health: Health, stop: asyncio.Event
) -> None:
    async with contextlib.AsyncExitStack() as closing:
        closing.push_async_callback(parts.outlet.close)
        closing.callback(parts.follower.close)
        closing.callback(parts.fleet.save)
        api = internal_client(settings.api_url, settings.internal_token, TIMEOUT_SECONDS)
        truth = Truth(await closing.enter_async_context(api))
        async with (
            background(parts.follower.run()),
            background(parts.fleet.run()),
            background(parts.checker.run(truth, settings.check_seconds)),
        ):
            spare_the_collector()
            log.info("replicating", topic_prefix=settings.kafka.topic_prefix)
            await stop.wait()
            health.draining = True
            await parts.fleet.flush()


@contextlib.asynccontextmanager
async def confirmation(settings: ReplicateSettings) -> AsyncIterator[Confirmation]:
    """With `stored`, marks are asked for once before anything is sent, so that less is repeated."""
    if settings.keep == "acked":
        yield Confirmation()
        return
    url, token = settings.analytics_url, settings.internal_token
    async with internal_client(url, token, ASK_TIMEOUT_SECONDS) as analytics:
        marks = Marks(analytics)
        await marks.ask()
        async with background(marks.run()):
            yield Confirmation(marks.stored)


async def _replica_check(follower: Follower) -> str | None:
    return None if follower.progress.usable else "no replica yet"


async def _host_check(at_work: asyncio.Event) -> str | None:
    return None if at_work.is_set() else "another process of this host replicates"
