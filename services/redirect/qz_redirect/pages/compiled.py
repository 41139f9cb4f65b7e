"""Compiled pages: safe HTML made at write time, served with no right to fetch or run anything.

The API compiled and escaped it; here it only learns the address it was asked under. Styles are
admitted by their hashes, so a style attribute or a script in it would not run even if one got in.
"""

import re
from html import escape

from qz_common.records import PAGE_BASE, PageAction, PageFile, PageRecord
from qz_redirect.pages.languages import choose
from qz_redirect.pages.render import style_hash
from qz_redirect.responses import HTML, Answer, answer

_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL | re.IGNORECASE)


def serve_page(page: PageRecord, path: str, accept_language: bytes) -> Answer:
    """`path` is the slug as it was asked for, with its slash in front."""
    default = "" if "" in page.html else next(iter(page.html))
    language = choose(accept_language, page.html, default)
    html = page.html[language]
    body = html.replace(PAGE_BASE, escape(f"{path}/"))
    return answer(
        200,
        HTML,
        body.encode(),
        (b"content-security-policy", _policy(html)),
        (b"vary", b"accept-language"),
    )


def find_file(page: PageRecord, name: str) -> PageFile | None:
    return next((found for found in page.files if found.name == name), None)


def find_action(page: PageRecord, action: str) -> PageAction | None:
    return next((found for found in page.actions if found.id == action), None)


def _policy(html: str) -> bytes:
    hashes = [style_hash(style) for style in dict.fromkeys(_STYLE.findall(html))]
    return b"; ".join(
        (
            b"default-src 'none'",
            b"style-src " + (b" ".join(hashes) or b"'none'"),
            b"img-src 'self' data:",
            b"base-uri 'self'",
            b"form-action 'none'",
            b"frame-ancestors 'none'",
        )
    )
