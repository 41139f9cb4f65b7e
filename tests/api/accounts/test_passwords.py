"""argon2id off the loop: bounded, slow for nobody else, as slow for nobody at all."""

import asyncio
import threading

import pytest

from qz_api.accounts.passwords import MAX_WAITING, Passwords
from qz_api.accounts.settings import AccountSettings
from qz_common.errors import Unavailable
from qz_common.settings import SettingsError

QUICK = AccountSettings(password_memory_kib=512, password_passes=1, password_threads=1)


async def test_a_hash_is_argon2id_of_the_strength_asked_for() -> None:
    with Passwords(QUICK) as passwords:
        encoded = await passwords.hash("x")
        assert encoded.startswith("$argon2id$v=19$m=512,t=1,p=1$")
        assert await passwords.matches("x", encoded)
        assert not await passwords.matches("y", encoded)
        assert await passwords.hash("x") != encoded


@pytest.mark.parametrize("encoded", ["", "x", "$argon2id$", "$scrypt$ln=14,r=8,p=5$a$b"])
async def test_what_is_no_hash_matches_nothing(encoded: str) -> None:
    with Passwords(QUICK) as passwords:
        assert not await passwords.matches("", encoded)


async def test_nobody_has_a_password() -> None:
    with Passwords(QUICK) as passwords:
        assert not await passwords.matches("", None)


async def test_a_flood_is_told_to_come_back() -> None:
    held = threading.Event()
    with Passwords(QUICK) as passwords:
        blocker = asyncio.get_running_loop().create_task(passwords._off_the_loop(held.wait, 10.0))
        waiting = [asyncio.create_task(passwords.hash("x")) for _ in range(MAX_WAITING + 5)]
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_EXCEPTION, timeout=5)
        refused = [each for each in done if isinstance(each.exception(), Unavailable)]
        held.set()
        assert refused
        await blocker
        answers = await asyncio.gather(*waiting, return_exceptions=True)
        assert sum(isinstance(each, Unavailable) for each in answers) == 5


@pytest.mark.parametrize("text", ["*", "0.0.0.0/0", "::/0", "10.0.0.1/8", "proxy", ""])
def test_a_proxy_is_an_exact_range(text: str) -> None:
    with pytest.raises(SettingsError, match="TRUSTED_PROXIES"):
        AccountSettings(trusted_proxies=("10.0.0.0/8", text))
