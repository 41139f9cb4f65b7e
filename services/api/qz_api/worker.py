"""The role `worker`: the outbox relay, running totals, and jobs that come round by the clock."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from qz_api.accounts.attempts.service import sweep as forget_attempts
from qz_api.accounts.sessions.service import sweep as end_sessions
from qz_api.db import Database
from qz_api.domains.dns import Dns
from qz_api.domains.recheck import Rechecker
from qz_api.duties import over_and_over
from qz_api.idempotency.sweep import sweep
from qz_api.links.forgetting import forget_deleted
from qz_api.metrics import WorkerMetrics, worker_metrics
from qz_api.outbox.relay import Relay, measure
from qz_api.outbox.tombstones import bury
from qz_api.pages.recompile import recompile
from qz_api.ready import until_schema_fits
from qz_api.salts.service import keep_salts
from qz_api.settings import WorkerSettings
from qz_api.stats.tallies import TallyFollower
from qz_api.versions.service import apply_due
from qz_common.clock import Clock, SystemClock
from qz_common.health import Health
from qz_common.ops import ops_server

LAG_SECONDS = 2.0


@dataclass(frozen=True)
class Job:
    """Runs at start, then each `every` seconds; safe to run in several workers at once."""

    name: str
    every: float
    run: Callable[[Database, Clock], Awaitable[None]]


JOBS = (
    Job("salts", 300.0, lambda db, clock: keep_salts(db, clock.now())),
    Job("idempotency keys", 60.0, lambda db, _: sweep(db)),
    Job("tombstones", 3600.0, lambda db, _: bury(db)),
    Job("planned changes", 1.0, apply_due),
    Job("deleted links", 3600.0, lambda db, clock: forget_deleted(db, clock.now())),
    Job("pages of an older compiler", 3600.0, lambda db, _: recompile(db)),
    Job("sessions", 600.0, lambda db, clock: end_sessions(db, clock.now())),
    Job("attempts", 600.0, lambda db, _: forget_attempts(db)),
)


async def work(settings: WorkerSettings, stop: asyncio.Event, clock: Clock | None = None) -> None:
    clock = clock or SystemClock()
    metrics = worker_metrics()
    db = Database(settings.postgres)
    await db.open()
    health = Health(checks={"postgres": db.ping})
    ops = ops_server(health, metrics.registry, settings.ops_host, settings.ops_port)
    try:
        async with ops:
            await until_schema_fits(db, health, stop)
            await _all(settings, db, metrics, clock, health, stop)
    finally:
        await db.close()


async def _all(
    settings: WorkerSettings,
    db: Database,
    metrics: WorkerMetrics,
    clock: Clock,
    health: Health,
    stop: asyncio.Event,
) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(_drain(health, stop))
        group.create_task(Relay(settings, metrics).run(stop))
        group.create_task(TallyFollower(settings.kafka, db, metrics, clock).run(stop))
        lag = Job("lag", LAG_SECONDS, lambda db, clock: measure(db, clock, metrics))
        dns = Dns(settings.domains.resolvers, settings.domains.dns_seconds)
        look = Rechecker(dns, takes_down=settings.domains.take_down)
        for job in (*JOBS, lag, Job("domains", 60.0, look.run)):
            group.create_task(_repeat(job, db, metrics, clock, stop))


async def _drain(health: Health, stop: asyncio.Event) -> None:
    """Told from the first moment of the end: what is under way may take a while."""
    await stop.wait()
    health.draining = True


async def _repeat(
    job: Job, db: Database, metrics: WorkerMetrics, clock: Clock, stop: asyncio.Event
) -> None:
    errors = metrics.job_errors.labels(job.name)
    await over_and_over(job.name, lambda: job.run(db, clock), stop, errors, every=job.every)
