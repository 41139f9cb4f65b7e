"""Work beside a role: its failure is the role's."""

import asyncio

import pytest

from qz_redirect.tasks import background


async def forever() -> None:
    await asyncio.Event().wait()


async def broken() -> None:
    await asyncio.sleep(0)
    raise OSError("the disk is gone") from EOFError("nothing more")


async def test_what_fails_ends_the_body_with_its_own_error() -> None:
    with pytest.raises(OSError, match="the disk is gone") as raised:
        async with background(forever()), background(broken()), background(forever()):
            await asyncio.wait_for(asyncio.Event().wait(), 10)
    assert isinstance(raised.value.__cause__, EOFError)


async def test_it_ends_with_the_body_whose_error_stays_what_it_is() -> None:
    ended = asyncio.Event()

    async def beside() -> None:
        try:
            await forever()
        finally:
            ended.set()

    async def role() -> None:
        async with background(beside()):
            await asyncio.sleep(0)
            raise ExceptionGroup("of the body", [ValueError()])

    with pytest.raises(ExceptionGroup, match="of the body"):
        await role()
    assert ended.is_set()


async def test_a_role_that_is_cancelled_is_cancelled() -> None:
    async def role() -> None:
        async with background(forever()):
            await forever()

    running = asyncio.create_task(role())
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
