"""Settings of accounts."""

from dataclasses import dataclass

from qz_common.address import exact_range
from qz_common.settings import SettingsError, setting


@dataclass(frozen=True, kw_only=True)
class AccountSettings:
    open_signup: bool = setting(
        "OPEN_SIGNUP", False, "Whether anybody may become a user, or only who was invited."
    )
    signup_plan: str = setting(
        "SIGNUP_PLAN", "self_hosted", "Plan of the workspaces that users make."
    )
    session_idle_minutes: int = setting(
        "SESSION_IDLE_MINUTES", 720, "A session that rests for longer has ended."
    )
    session_hours: int = setting("SESSION_HOURS", 336, "Longest that a session lasts.")
    password_memory_kib: int = setting(
        "PASSWORD_MEMORY_KIB", 19_456, "Memory of one argon2id hash; old hashes follow at sign-in."
    )
    password_passes: int = setting("PASSWORD_PASSES", 2, "Passes of argon2id over its memory.")
    password_threads: int = setting("PASSWORD_THREADS", 2, "Passwords hashed at once.")
    trusted_proxies: tuple[str, ...] = setting(
        "TRUSTED_PROXIES", (), "Exact address ranges of proxies whose forward header is believed."
    )

    def __post_init__(self) -> None:
        try:
            for text in self.trusted_proxies:
                exact_range(text)
        except ValueError as error:
            raise SettingsError(f"TRUSTED_PROXIES: {error}") from error
