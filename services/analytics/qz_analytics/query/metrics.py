"""What can be counted: a name, and how it is counted from raw rows.

`scans` adds up over buckets and groups. `visitors` and `ips` are counted with the salt of a UTC
day, so over a range they are the sum of daily uniques; they don't add up over hours or groups,
because one visitor may be in several.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Metric:
    raw: str
    rolled: str = ""
    """From rows of a rollup with `n` scans and `state`; empty when only raw rows can tell."""
    empty: object = 0


SCAN = "kind = 'scan'"
UNIQUE = "uniqCombined64If(14)"
TIME_OR_NULL = "if(countIf({scan}) = 0, NULL, toUnixTimestamp64Milli({end}If(ts, {scan})))"
METRICS: dict[str, Metric] = {
    "scans": Metric(f"countIf({SCAN})", "sum(n)"),
    "visitors": Metric(
        f"{UNIQUE}(visitor, visitor != 0 AND {SCAN})", "uniqCombined64Merge(14)(state)"
    ),
    "ips": Metric(f"{UNIQUE}(ip_hash, ip_hash != 0 AND {SCAN})"),
    "links_scanned": Metric(f"uniqExactIf(link, {SCAN})"),
    "first_scan_at": Metric(TIME_OR_NULL.format(scan=SCAN, end="min"), empty=None),
    "last_scan_at": Metric(TIME_OR_NULL.format(scan=SCAN, end="max"), empty=None),
    "scans_per_visitor": Metric(
        f"if({UNIQUE}(visitor, visitor != 0 AND {SCAN}) = 0, NULL, "
        f"round(countIf(visitor != 0 AND {SCAN}) "
        f"/ {UNIQUE}(visitor, visitor != 0 AND {SCAN}), 4))",
        empty=None,
    ),
    "presses": Metric("countIf(kind = 'press')"),
}
MOMENTS = frozenset({"first_scan_at", "last_scan_at"})
"""Metrics whose value is an instant in milliseconds, shown as text."""
