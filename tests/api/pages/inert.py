"""Reads compiled HTML as a browser would and says whatever in it could run or reach out."""

import re
from html.parser import HTMLParser

from qz_common.records import PAGE_BASE

TAGS = frozenset(
    {
        "html", "head", "meta", "base", "title", "style", "body", "main", "header", "section",
        "div", "p", "h1", "h2", "a", "b", "small", "strong", "em", "br", "span", "ul", "ol",
        "li", "dl", "dt", "dd", "hr", "figure", "figcaption", "img", "table", "tr", "th", "td",
        "svg", "rect", "path", "circle", "text",
    }
)  # fmt: skip
ATTRIBUTES = frozenset(
    {
        "lang", "dir", "charset", "href", "name", "content", "class", "viewbox", "fill",
        "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin", "aria-hidden", "x", "y",
        "cx", "cy", "r", "rx", "d", "width", "height", "text-anchor", "dominant-baseline", "src",
        "alt", "scope",
    }
)  # fmt: skip
LINK = re.compile(r"a/[a-z0-9_-]+|f/[a-z0-9_.-]+")
PICTURE = re.compile(r"data:image/webp;base64,[A-Za-z0-9+/=]+")


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.complaints: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open.append(tag)
        if tag not in TAGS:
            self.complaints.append(f"<{tag}>")
        for name, value in attrs:
            self._check(tag, name, value or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "style":
            self.complaints += re.findall(r"url\(|@import|expression|</", data)
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.complaints.append(f"<!--{data}-->")

    def _check(self, tag: str, name: str, value: str) -> None:
        if name not in ATTRIBUTES:
            self.complaints.append(f"{tag} {name}={value}")
        elif name == "href" and tag == "base":
            if value != PAGE_BASE:
                self.complaints.append(f"base {value}")
        elif name == "href":
            self.links.append(value)
            if not LINK.fullmatch(value):
                self.complaints.append(f"leads to {value}")
        elif name == "src" and not PICTURE.fullmatch(value):
            self.complaints.append(f"loads {value}")


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert html.count("<style") == 1
    # what comes first among addresses is the base of all of them
    assert html.index("<base ") < min(
        (html.find(mark) for mark in ('href="a/', "src=", 'href="f/') if mark in html),
        default=len(html),
    )
    return reader
