"""Settings of the pool of connections to Postgres."""

from dataclasses import dataclass

from qz_common.settings import REQUIRED, SettingsError, setting


@dataclass(frozen=True, kw_only=True)
class PostgresSettings:
    dsn: str = setting("POSTGRES_DSN", REQUIRED, "Postgres as `quietzone_app`.", secret=True)
    pool_size: int = setting("POSTGRES_POOL_SIZE", 10, "Most connections of one process.")
    acquire_seconds: float = setting(
        "POSTGRES_ACQUIRE_SECONDS", 1.5, "Longest wait for a free connection, then 503."
    )
    statement_seconds: float = setting(
        "POSTGRES_STATEMENT_SECONDS", 8.0, "Longest that one statement may take."
    )

    def __post_init__(self) -> None:
        _require_above_zero(
            POSTGRES_POOL_SIZE=self.pool_size,
            POSTGRES_ACQUIRE_SECONDS=self.acquire_seconds,
            POSTGRES_STATEMENT_SECONDS=self.statement_seconds,
        )


def _require_above_zero(**numbers: float) -> None:
    for name, number in numbers.items():
        if number <= 0:
            raise SettingsError(f"{name}: {number} is not above 0")
