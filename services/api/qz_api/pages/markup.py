"""What an author may do to a text: paragraphs, line breaks, **bold** and *italic*.

Links are no part of it: a link on a page is a button, which is gated and counted. Everything is
escaped first, so the tags that come out are these four and nothing else.
"""

import re

from markupsafe import Markup, escape

BLANK_LINES = re.compile(r"\n(?:[ \t]*\n)+")
LINE_BREAK = re.compile(r"\r\n|\r")
BOLD = re.compile(r"\*\*([^*\s](?:[^*]*[^*\s])?)\*\*")
ITALIC = re.compile(r"\*([^*\s](?:[^*]*[^*\s])?)\*")


def paragraphs(text: str) -> list[Markup]:
    plain = LINE_BREAK.sub("\n", text).strip("\n")
    return [inline(part) for part in BLANK_LINES.split(plain) if part.strip()]


def inline(text: str) -> Markup:
    html = str(escape(text))
    html = BOLD.sub(r"<strong>\1</strong>", html)
    html = ITALIC.sub(r"<em>\1</em>", html)
    return Markup(html.replace("\n", "<br>"))
