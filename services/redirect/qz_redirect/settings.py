"""What can be set: of the edge that answers, and of the role beside it that talks to Kafka."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from qz_common.kafka import KafkaSettings
from qz_common.settings import SettingsError, group, setting
from qz_redirect.beat import RECEIVE_SECONDS
from qz_redirect.client import FORWARD_HEADERS, ForwardHeader, Proxies
from qz_redirect.journal.outlet import GATHER_SECONDS

API_HELP = "Address of the management API."
DATA_HELP = "Folder of the replica and the journals; local disk only."
TOKEN_HELP = "Secret between services; empty refuses every internal call."
STATUSES = (302, 307)
KEEP_WORDS = ("acked", "stored")


@dataclass(frozen=True, kw_only=True)
class DataSettings:
    folder: Path = setting("REDIRECT_DATA_DIR", Path(".quietzone/redirect"), DATA_HELP)

    @property
    def replica(self) -> Path:
        return self.folder / "replica"

    @property
    def journals(self) -> Path:
        return self.folder / "journals"


@dataclass(frozen=True, kw_only=True)
class ServeSettings:
    data: DataSettings = group(DataSettings)
    host: str = setting("REDIRECT_HOST", "127.0.0.1", "Address the edge listens on.")
    port: int = setting("REDIRECT_PORT", 8701, "Port of the edge.")
    ops_port: int = setting("REDIRECT_OPS_PORT", 8710, "Port for health and metrics of the edge.")
    ops_host: str = setting("OPS_HOST", "127.0.0.1", "Address of every role's port for operators.")
    reuse_port: bool = setting(
        "REDIRECT_REUSE_PORT", False, "Let several edge processes of a host share the port."
    )
    edge_url: str = setting(
        "EDGE_URL", "http://127.0.0.1:8701", "Public address of the edge, as symbols print it."
    )
    short_hosts: tuple[str, ...] = setting(
        "SHORT_HOSTS", ("localhost", "127.0.0.1"), "Hosts of the default short domain."
    )
    trusted_proxies: tuple[str, ...] = setting(
        "TRUSTED_PROXIES", (), "Exact address ranges of proxies whose forward header is believed."
    )
    forward_header: str = setting(
        "FORWARD_HEADER", "x-forwarded-for", "The one header of those proxies that is believed."
    )
    geo_database: str = setting(
        "GEO_DATABASE", "", "A .mmdb file or a folder of them; empty knows no places."
    )
    api_url: str = setting("API_URL", "http://127.0.0.1:8700", API_HELP)
    internal_token: str = setting("INTERNAL_TOKEN", "", TOKEN_HELP, secret=True)
    segment_bytes: int = setting(
        "JOURNAL_SEGMENT_BYTES", 32 * 1024 * 1024, "Size at which a journal begins a new file."
    )
    sync_seconds: float = setting(
        "JOURNAL_SYNC_SECONDS", 1.0, "Longest that an answered scan is not yet on the disk itself."
    )
    drain_seconds: float = setting(
        "REDIRECT_DRAIN_SECONDS", 0.0, "How long to go on answering after SIGTERM, while not ready."
    )
    grace_seconds: float = setting(
        "REDIRECT_GRACE_SECONDS", 10.0, "Longest to wait for requests in flight after that."
    )
    keep_alive_seconds: float = setting(
        "REDIRECT_KEEP_ALIVE_SECONDS", 75.0, "How long an idle connection is kept."
    )
    receive_seconds: float = setting(
        "REDIRECT_RECEIVE_SECONDS", RECEIVE_SECONDS, "Longest that a request may take to arrive."
    )
    honour_privacy: bool = setting(
        "HONOUR_DNT", True, "Count visitors that send DNT or GPC without a visitor id."
    )

    redirect_status: int = setting(
        "REDIRECT_STATUS", 302, "Status of a redirect: 302, or 307, which also keeps the method."
    )

    def __post_init__(self) -> None:
        if self.redirect_status not in STATUSES:
            raise SettingsError("REDIRECT_STATUS: 302 or 307")
        if self.forward_header not in FORWARD_HEADERS:
            raise SettingsError(f"FORWARD_HEADER: one of {', '.join(FORWARD_HEADERS)}")
        try:
            Proxies(self.trusted_proxies, self.forward)
        except ValueError as error:
            raise SettingsError(f"TRUSTED_PROXIES: {error}") from error
        _require_above_zero(
            JOURNAL_SEGMENT_BYTES=self.segment_bytes,
            JOURNAL_SYNC_SECONDS=self.sync_seconds,
            REDIRECT_KEEP_ALIVE_SECONDS=self.keep_alive_seconds,
            REDIRECT_RECEIVE_SECONDS=self.receive_seconds,
        )

    @property
    def forward(self) -> ForwardHeader:
        return "forwarded" if self.forward_header == "forwarded" else "x-forwarded-for"

    @property
    def own_hosts(self) -> frozenset[str]:
        edge_host = urlsplit(self.edge_url).hostname or ""
        return frozenset(host.lower() for host in (*self.short_hosts, edge_host) if host)


@dataclass(frozen=True, kw_only=True)
class ReplicateSettings:
    data: DataSettings = group(DataSettings)
    kafka: KafkaSettings = group(KafkaSettings)
    ops_port: int = setting("REPLICATE_OPS_PORT", 8711, "Port for health and metrics.")
    ops_host: str = setting("OPS_HOST", "127.0.0.1", "Address of every role's port for operators.")
    keep: str = setting(
        "JOURNAL_KEEP",
        "acked",
        "Keep a journal until Kafka has it (acked) or until analytics has it (stored).",
    )
    analytics_url: str = setting(
        "ANALYTICS_URL", "http://127.0.0.1:8702", "Address of the analytics service."
    )
    gather_seconds: float = setting(
        "SCANS_GATHER_SECONDS",
        GATHER_SECONDS,
        "How long scans wait for others, to be sent to Kafka as one batch.",
    )
    internal_token: str = setting("INTERNAL_TOKEN", "", TOKEN_HELP, secret=True)
    api_url: str = setting("API_URL", "http://127.0.0.1:8700", API_HELP)
    check_seconds: float = setting(
        "REPLICA_CHECK_SECONDS", 600.0, "Time between two comparisons of the replica with Postgres."
    )

    def __post_init__(self) -> None:
        _require_above_zero(
            SCANS_GATHER_SECONDS=self.gather_seconds, REPLICA_CHECK_SECONDS=self.check_seconds
        )
        if self.keep not in KEEP_WORDS:
            raise SettingsError(f"JOURNAL_KEEP: one of {', '.join(KEEP_WORDS)}")


def _require_above_zero(**numbers: float) -> None:
    for name, number in numbers.items():
        if number <= 0:
            raise SettingsError(f"{name}: {number} is not above 0")
