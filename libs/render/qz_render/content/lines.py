"""Content lines as vCard and iCalendar share them: escaped values and CRLF.

In a symbol they are not folded, because phone scanners stumble over it; a newline in a value
becomes \\n, so that no value can start a line of its own.
"""

from collections.abc import Iterable, Iterator

LINE_BYTES = 75


def escaped(value: str) -> str:
    value = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(value.splitlines())


def joined(lines: Iterable[str]) -> str:
    return "\r\n".join(lines) + "\r\n"


def folded(text: str) -> str:
    """For a file: no line has more than 75 bytes, and no letter is cut (RFC 5545 3.1)."""
    return "\r\n".join("\r\n ".join(_pieces(line)) for line in text.split("\r\n"))


def _pieces(line: str) -> Iterator[str]:
    piece, size = "", 0
    for letter in line:
        more = len(letter.encode())
        if size + more > LINE_BYTES:
            yield piece
            piece, size = "", 1
        piece, size = piece + letter, size + more
    yield piece
