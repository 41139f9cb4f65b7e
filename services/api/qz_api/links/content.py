"""Content of a code as the drawing library reads it, with its complaints put into a report."""

from collections.abc import Mapping
from typing import Any

from qz_api.links.draft import Report
from qz_render import Content, RenderError, parse_content

FOLLOWED = frozenset({"url", "app", "whatsapp", "gs1"})
"""Kinds that are web addresses: a scan is sent there. All others are shown on a page."""


def parsed_content(raw: Mapping[str, Any] | None, report: Report) -> Content | None:
    if raw is None:
        report.add("content", "required", "say what the code is about")
        return None
    try:
        return parse_content(raw, pointer="")
    except RenderError as error:
        complain(report, "content", error)
        return None


def complain(report: Report, field: str, error: RenderError) -> None:
    """Pointers of the library start below the field."""
    for problem in error.problems:
        report.add(f"{field}{problem.pointer}", problem.code, problem.message)
