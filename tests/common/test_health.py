"""Readiness is told soon, whatever it is that doesn't answer."""

import asyncio

import pytest

from qz_common import health as health_module
from qz_common.health import Health


async def fine() -> str | None:
    return None


async def away() -> str | None:
    return "no replica yet"


async def silent() -> str | None:
    await asyncio.Event().wait()
    return None


async def test_what_does_not_answer_is_a_reason_like_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(health_module, "CHECK_SECONDS", 0.05)
    health = Health({"store": silent, "replica": away, "ingest": fine}, started=True)
    reasons = await asyncio.wait_for(health.readiness(), 10)
    assert reasons == {"store": "no answer in time", "replica": "no replica yet"}


async def test_checks_are_asked_together() -> None:
    begun = asyncio.Barrier(2)

    async def with_the_other() -> str | None:
        await begun.wait()
        return None

    health = Health({"one": with_the_other, "other": with_the_other}, started=True)
    assert await asyncio.wait_for(health.readiness(), 10) == {}


async def test_before_and_after_its_work_nothing_is_asked() -> None:
    health = Health({"store": silent})
    assert await health.readiness() == {"role": "starting"}
    health.started = health.draining = True
    assert await health.readiness() == {"role": "draining"}
