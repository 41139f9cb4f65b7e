"""Content lines as vCard and iCalendar share them: escaped values, CRLF, no folding.

Folding is left out because phone scanners stumble over it; a newline in a value becomes \\n, so
that no value can start a line of its own.
"""

from collections.abc import Iterable


def escaped(value: str) -> str:
    value = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(value.splitlines())


def joined(lines: Iterable[str]) -> str:
    return "\r\n".join(lines) + "\r\n"
