"""What scans can be grouped and filtered by: a name, and the column or expression behind it."""

from dataclasses import dataclass

from qz_common.utm import UTM_NAMES


@dataclass(frozen=True, slots=True)
class Dimension:
    sql: str
    many: str = ""
    """The array behind it, when a scan may have several values; then groups overlap."""


def _columns(*names: str) -> dict[str, Dimension]:
    return {name: Dimension(name) for name in names}


DIMENSIONS: dict[str, Dimension] = {
    **_columns("link", "code", "campaign"),
    "tag": Dimension("arrayJoin(if(empty(tags), [''], tags))", many="tags"),
    "destination": Dimension("if(destination_id = '', destination, destination_id)"),
    "route_version": Dimension("toString(route_version)"),
    **_columns("rule", "variant", "country", "region", "city", "continent"),
    **_columns("device", "os", "browser", "brand", "language"),
    "referrer": Dimension("referrer_host"),
    "source": Dimension("source_class"),
    **_columns(*UTM_NAMES),
    **_columns("scan_method", "scanner_app", "verdict", "mode", "action"),
}
CLOCK_PARTS = ("hour_of_day", "weekday")
"""`hour_of_day` 0 to 23 and `weekday` 1 (Monday) to 7, by the clock of the asked zone."""
