"""UTM parameters that no longer fit behind where a link leads are refused when they are written: an
edge would leave some of them out without a word."""

from collections.abc import Iterable, Iterator, Mapping
from uuid import UUID

from qz_api.links.draft import Report, refuse
from qz_common.errors import FieldError
from qz_common.ids import show_id
from qz_common.records import CodeRecord
from qz_common.urls import MAX_SERVED, leaves_out

WORDS = f"more than {MAX_SERVED:,} bytes with all UTM parameters, its own and its campaign's"


def check_fit(records: Iterable[CodeRecord], reports: Mapping[UUID, Report]) -> None:
    """Of links whose drafts these reports are about, and no others."""
    about = {show_id("lnk", id): report for id, report in reports.items()}
    errors: list[FieldError] = []
    for record in records:
        report = about.get(record.link)
        if report and is_too_long(record):
            report.add("utm", "too_long", f"leads to {WORDS}")
            errors += report.errors[-1:]
    refuse(errors)


def check_users_fit(records: Iterable[CodeRecord], report: Report) -> None:
    """Of links that a change of something else reaches, by their ids."""
    for record in records:
        if is_too_long(record):
            report.add("", "too_long", f"{record.link} would lead to {WORDS}")
    refuse(report.errors)


def is_too_long(record: CodeRecord) -> bool:
    return any(leaves_out(place, record.utm.items()) for place in _places(record))


def _places(record: CodeRecord) -> Iterator[str]:
    """All that parameters are put on."""
    yield record.location
    for rule in record.rules:
        yield from (rule.destination_url, *(arm.destination_url for arm in rule.split))
    if record.app is not None:
        yield from (record.app.ios, record.app.android, record.app.huawei)
