"""The slow check runs beside the loop, on few threads and with a short queue."""

import asyncio

import pytest

from qz_common.passwords import hash_password
from qz_redirect.password.checker import Busy, Checker


async def test_right_and_wrong_passwords_are_told_apart() -> None:
    encoded = hash_password("right")
    with Checker() as checker:
        assert await checker.check("right", encoded)
        assert not await checker.check("wrong", encoded)


async def test_a_full_queue_is_busy_and_has_room_again_later() -> None:
    encoded = hash_password("right")
    with Checker(threads=1, max_waiting=1) as checker:
        answers = await asyncio.gather(
            *(checker.check("right", encoded) for _ in range(4)), return_exceptions=True
        )
        assert [isinstance(answer, Busy) for answer in answers] == [False, False, True, True]
        assert await checker.check("right", encoded)


async def test_the_loop_goes_on_while_a_check_runs() -> None:
    encoded = hash_password("right")
    with Checker() as checker:
        check = asyncio.create_task(checker.check("right", encoded))
        turns = 0
        while not check.done():
            turns += 1
            await asyncio.sleep(0)
        assert turns > 10


async def test_a_visitor_who_leaves_takes_no_place_with_them() -> None:
    encoded = hash_password("right")
    with Checker(threads=1, max_waiting=1) as checker:
        gone = asyncio.create_task(checker.check("right", encoded))
        await asyncio.sleep(0)
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        assert await checker.check("right", encoded)
        both = (checker.check("right", encoded), checker.check("right", encoded))
        assert all(await asyncio.gather(*both))
