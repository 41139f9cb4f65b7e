"""Every topic: its name, key, partitions and how long it keeps what it is given."""

from dataclasses import dataclass
from datetime import timedelta

DAY = timedelta(days=1)
SCANS_RETENTION = 7 * DAY
DEAD_RETENTION = 30 * DAY
TOMBSTONE_RETENTION = 30 * DAY


@dataclass(frozen=True, slots=True)
class Topic:
    name: str
    key: str
    value: str
    partitions: int
    retention: timedelta | None = None

    def config(self) -> dict[str, str]:
        if self.retention is None:
            kept = str(int(TOMBSTONE_RETENTION.total_seconds() * 1000))
            return {"cleanup.policy": "compact", "delete.retention.ms": kept}
        return {
            "cleanup.policy": "delete",
            "retention.ms": str(int(self.retention.total_seconds() * 1000)),
        }


SCANS = Topic("scans", "journal id", "scan event", partitions=6, retention=SCANS_RETENTION)
ROUTING = Topic("routing", "kind:name", "routing record", partitions=3)
TALLIES = Topic("tallies", "link id", "absolute totals of a link", partitions=3)
REQUESTS = Topic(
    "requests", "workspace id", "management API call", partitions=3, retention=SCANS_RETENTION
)
DEAD_SCANS = Topic(
    "scans.dead",
    "journal id",
    "bytes that could not be stored, and why",
    partitions=1,
    retention=DEAD_RETENTION,
)
TOPICS = (SCANS, ROUTING, TALLIES, REQUESTS, DEAD_SCANS)


def prefixed(prefix: str, topic: Topic) -> str:
    return f"{prefix}{topic.name}"
