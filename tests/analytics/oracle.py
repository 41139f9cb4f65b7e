"""What an answer must be, worked out scan by scan in plain Python from the clock on the wall."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from qz_analytics.query.question import Filter, Leaf, Question
from qz_common.events import ScanEvent
from tests.analytics.scans import IPHONE

GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
FIRST = datetime(2026, 10, 23, tzinfo=UTC)
DAYS = 11
"""Summer time ends in Europe on 25 October, in America on 1 November."""
ZONES = (
    "UTC", "Europe/Berlin", "Europe/London", "Europe/Lisbon", "America/New_York",
    "America/Los_Angeles", "America/Havana", "America/Sao_Paulo", "America/St_Johns",
    "America/Denver", "America/Halifax", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tokyo",
    "Asia/Tehran", "Asia/Beirut", "Asia/Shanghai", "Asia/Dubai", "Asia/Yangon",
    "Australia/Sydney", "Australia/Adelaide", "Australia/Eucla", "Pacific/Auckland",
    "Pacific/Chatham", "Pacific/Kiritimati", "Pacific/Marquesas", "Africa/Cairo",
    "Africa/Lagos", "Atlantic/Azores", "Pacific/Pago_Pago",
)  # fmt: skip
DIMENSIONS: dict[str, Callable[[ScanEvent], str]] = {
    "link": lambda event: event.link,
    "code": lambda event: event.code,
    "country": lambda event: event.country,
    "campaign": lambda event: event.campaign,
    "variant": lambda event: event.variant,
    "utm_source": lambda event: event.utm.get("utm_source", ""),
    "city": lambda event: event.city,
    "verdict": lambda event: verdict(event),
}
UTC_ZONE = ZoneInfo("UTC")
Group = tuple[str, ...]


def random_events(rng: random.Random, count: int, workspace: str = "ws_1") -> list[ScanEvent]:
    return [
        ScanEvent(
            journal=rng.choice((5, 6, 7)),
            seq=seq,
            ts_ms=_moment_ms(rng),
            workspace=workspace,
            link=f"lnk_{rng.randrange(4)}",
            code=f"qr_{rng.randrange(6)}",
            country=rng.choice(("DE", "BR", "US", "")),
            city=f"City {min(rng.randrange(30), rng.randrange(30))}",
            campaign=rng.choice(("", "cmp_1", "cmp_2")),
            variant=rng.choice(("a", "b")),
            utm={"utm_source": "mail"} if rng.random() < 0.2 else {},
            visitor=rng.randrange(1, 60),
            ip_hash=rng.randrange(1, 40),
            ua=GOOGLEBOT if rng.random() < 0.1 else IPHONE,
            kind="press" if rng.random() < 0.05 else "scan",
            source="symbol",
        )
        for seq in range(1, count + 1)
    ]


def _moment_ms(rng: random.Random) -> int:
    """Often right at a full hour, where buckets begin and end."""
    moment = FIRST + timedelta(seconds=rng.randrange(DAYS * 86_400))
    if rng.random() < 0.3:
        moment = moment.replace(minute=rng.choice((0, 15, 30, 45)), second=0)
    return int(moment.timestamp()) * 1000 + rng.choice((0, 0, 1, 999))


def verdict(event: ScanEvent) -> str:
    return "bot" if event.ua == GOOGLEBOT else "human"


def matching(events: Iterable[ScanEvent], question: Question) -> list[ScanEvent]:
    return [
        event
        for event in events
        if event.kind == "scan"
        and event.workspace == question.workspace
        and question.span.start_ms <= event.ts_ms < question.span.end_ms
        and (not question.verdicts or verdict(event) in question.verdicts)
        and holds(question.filter, event)
    ]


def holds(part: Filter, event: ScanEvent) -> bool:
    if isinstance(part, Leaf):
        value = DIMENSIONS[part.dimension](event)
        if part.operator == "is":
            return value in part.values
        return any(needle.lower() in value.lower() for needle in part.values)
    inner = [holds(child, event) for child in part.parts]
    return _JOIN[part.operator](inner)


_JOIN: dict[str, Callable[[Sequence[bool]], bool]] = {
    "and": all,
    "or": any,
    "not": lambda inner: not inner[0],
}


def grouped(
    events: Iterable[ScanEvent], names: Sequence[str], bucket: str = "", zone: ZoneInfo = UTC_ZONE
) -> dict[Group, list[ScanEvent]]:
    groups: dict[Group, list[ScanEvent]] = defaultdict(list)
    for event in events:
        group = tuple(DIMENSIONS[name](event) for name in names)
        time = (wall_label(event.ts_ms, bucket, zone),) if bucket else ()
        groups[group + time].append(event)
    return groups


def counts(events: Sequence[ScanEvent]) -> dict[str, Any]:
    return {"scans": len(events), "visitors": len({event.visitor for event in events})}


def ends(events: Sequence[ScanEvent], zone: ZoneInfo) -> dict[str, Any]:
    """What a total has besides its counts."""
    times = sorted(event.ts_ms for event in events)
    shown = [datetime.fromtimestamp(ms / 1000, zone).isoformat() for ms in times]
    return {
        "ips": len({event.ip_hash for event in events}),
        "first_scan_at": shown[0] if shown else None,
        "last_scan_at": shown[-1] if shown else None,
    }


def wall_label(ts_ms: int, bucket: str, zone: ZoneInfo) -> str:
    """How the calendar on the wall names the bucket: by date, or by hour and offset."""
    wall = datetime.fromtimestamp(ts_ms / 1000, zone)
    if bucket == "hour":
        return f"{wall:%Y-%m-%d %H} {wall.utcoffset()}"
    day = wall.date()
    if bucket == "week":
        day -= timedelta(days=day.weekday())
    if bucket == "month":
        day = day.replace(day=1)
    return day.isoformat()


def label_of(shown: str, bucket: str, zone: ZoneInfo) -> str:
    """The same name, read from the label of an answer."""
    return wall_label(int(datetime.fromisoformat(shown).timestamp() * 1000), bucket, zone)
