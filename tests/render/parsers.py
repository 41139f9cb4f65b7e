"""Readers for payload formats, written from their specifications and not from our writers."""

import re
from urllib.parse import parse_qsl, unquote, urlsplit


def fields_of(text: str) -> dict[str, list[str]]:
    """WIFI:… and MECARD:… after the prefix: NAME:value; with backslash escapes."""
    found: dict[str, list[str]] = {}
    for part in _split(text, ";"):
        if part:
            name, value = part.split(":", 1)
            found.setdefault(name, []).append(re.sub(r"\\(.)", r"\1", value))
    return found


def content_lines(text: str) -> list[tuple[str, str]]:
    """vCard and iCalendar: (name with parameters, raw value) of each CRLF line."""
    assert text.endswith("\r\n")
    lines = text.removesuffix("\r\n").split("\r\n")
    assert all("\n" not in line and "\r" not in line for line in lines)
    return [(name, value) for name, value in (line.split(":", 1) for line in lines)]


def parts(value: str) -> list[str]:
    """A structured value: split at bare semicolons, unescaped."""
    return [unescaped(part) for part in _split(value, ";")]


def unescaped(value: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


def mailto(text: str) -> tuple[list[str], dict[str, str]]:
    split = urlsplit(text)
    assert split.scheme == "mailto"
    pairs = (pair.partition("=") for pair in split.query.split("&") if pair)
    headers = {unquote(name): unquote(value) for name, _, value in pairs}
    return [unquote(address) for address in split.path.split(",")], headers


def query(text: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(text).query, strict_parsing=True))


def _split(text: str, separator: str) -> list[str]:
    """Split at separators that no backslash escapes."""
    out, current, escaped = [], "", False
    for char in text:
        if char == separator and not escaped:
            out.append(current)
            current = ""
        else:
            current += char
        escaped = char == "\\" and not escaped
    return [*out, current]
