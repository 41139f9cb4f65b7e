"""What accounts work with, opened once per process."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from qz_api.accounts.attempts.service import Attempts
from qz_api.accounts.passwords import Passwords
from qz_api.accounts.sessions.cookie import Cookie
from qz_api.accounts.sessions.gate import SessionGate
from qz_api.accounts.sessions.token import Tokens
from qz_api.accounts.settings import AccountSettings
from qz_api.db import Database
from qz_api.sealing import Secrets
from qz_common.clock import Clock


@dataclass(frozen=True, kw_only=True)
class Accounts:
    settings: AccountSettings
    clock: Clock
    passwords: Passwords
    attempts: Attempts
    gate: SessionGate

    @property
    def session_life(self) -> timedelta:
        return timedelta(hours=self.settings.session_hours)


@contextmanager
def open_accounts(
    settings: AccountSettings,
    *,
    api_url: str,
    db: Database,
    clock: Clock,
    secrets: Secrets,
) -> Iterator[Accounts]:
    attempts = Attempts(db, secrets)
    gate = SessionGate(
        db=db,
        clock=clock,
        tokens=Tokens(secrets),
        cookie=Cookie(api_url),
        attempts=attempts,
        idle=timedelta(minutes=settings.session_idle_minutes),
    )
    with Passwords(settings) as passwords:
        yield Accounts(
            settings=settings, clock=clock, passwords=passwords, attempts=attempts, gate=gate
        )
