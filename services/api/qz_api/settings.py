"""Settings of the management API, read once from the environment."""

from dataclasses import dataclass, replace

from qz_api.accounts.settings import AccountSettings
from qz_api.calls.settings import CallSettings
from qz_api.db_settings import PostgresSettings
from qz_api.domains.settings import DomainSettings
from qz_api.images.settings import RenderSettings
from qz_common.egress import LOGOS, EgressPolicy, parse_networks
from qz_common.kafka import KafkaSettings
from qz_common.settings import REQUIRED, SettingsError, group, setting


@dataclass(frozen=True, kw_only=True)
class AdminSettings:
    """What `migrate`, `seed` and `republish` need."""

    admin_dsn: str = setting(
        "POSTGRES_ADMIN_DSN", REQUIRED, "Postgres as the owner of the schema.", secret=True
    )


@dataclass(frozen=True, kw_only=True)
class SeedSettings(AdminSettings):
    accounts: AccountSettings = group(AccountSettings)
    key_pepper: str = setting(
        "KEY_PEPPER",
        REQUIRED,
        "Secret that keys are hashed with; 32 characters or more.",
        secret=True,
    )


@dataclass(frozen=True, kw_only=True)
class WorkerSettings:
    postgres: PostgresSettings = group(PostgresSettings)
    kafka: KafkaSettings = group(KafkaSettings)
    domains: DomainSettings = group(DomainSettings)
    ops_host: str = setting("WORKER_OPS_HOST", "127.0.0.1", "Address of the worker's ops port.")
    ops_port: int = setting("WORKER_OPS_PORT", 8713, "Port for operators: health and metrics.")


@dataclass(frozen=True, kw_only=True)
class ApiSettings:
    postgres: PostgresSettings = group(PostgresSettings)
    render: RenderSettings = group(RenderSettings)
    accounts: AccountSettings = group(AccountSettings)
    domains: DomainSettings = group(DomainSettings)
    calls: CallSettings = group(CallSettings)
    host: str = setting("API_HOST", "127.0.0.1", "Address the management API listens on.")
    port: int = setting("API_PORT", 8700, "Port of the management API.")
    ops_host: str = setting("API_OPS_HOST", "127.0.0.1", "Address of the API's ops port.")
    ops_port: int = setting("API_OPS_PORT", 8712, "Port for operators: health and metrics.")
    api_url: str = setting("API_URL", "http://127.0.0.1:8700", "Public address of this API.")
    hosts: tuple[str, ...] = setting(
        "API_HOSTS",
        (),
        "Further host names that the API answers under, beside that of `API_URL` and loopback;"
        " `*` is any, for a proxy that puts in a name of its own.",
    )
    edge_url: str = setting("EDGE_URL", "http://127.0.0.1:8701", "What short links start with.")
    short_hosts: tuple[str, ...] = setting(
        "SHORT_HOSTS", (), "Further host names that the edge answers for."
    )
    analytics_url: str = setting("ANALYTICS_URL", "http://127.0.0.1:8702", "Analytics service.")
    egress_allow_networks: str = setting(
        "EGRESS_ALLOW_NETWORKS", "", "Networks that outgoing requests may reach beside public ones."
    )
    internal_token: str = setting(
        "INTERNAL_TOKEN", REQUIRED, "Shared secret between services.", secret=True
    )
    key_pepper: str = setting(
        "KEY_PEPPER",
        REQUIRED,
        "Secret that keys are hashed with; 32 characters or more.",
        secret=True,
    )
    max_connections: int = setting("API_MAX_CONNECTIONS", 1000, "Connections served at once.")
    drain_seconds: int = setting("API_DRAIN_SECONDS", 10, "Time for open requests at shutdown.")

    def __post_init__(self) -> None:
        try:
            parse_networks(self.egress_allow_networks)
        except ValueError as error:
            raise SettingsError(f"EGRESS_ALLOW_NETWORKS: {error}") from error

    @property
    def picture_hosts(self) -> EgressPolicy:
        """Which hosts pictures are fetched from, and how."""
        return replace(LOGOS, allow_networks=parse_networks(self.egress_allow_networks))
