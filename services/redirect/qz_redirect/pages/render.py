"""Our own pages as ready answers: every one that never changes is rendered once, at start.

Texts are data (texts/*.json), templates escape whatever is put into them, and the one style
sheet stands inside the page, admitted by its hash. A page asks for nothing else: no script, no
picture, no font, no other address.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

import jinja2
from markupsafe import Markup

from qz_common.urls import UrlRefused, parse_host
from qz_common.urls.flags import flags_of
from qz_redirect.gate import Show
from qz_redirect.pages.languages import LANGUAGES, choose
from qz_redirect.responses import HTML, Answer, answer

Texts = Mapping[str, Mapping[str, str]]

DEFAULT_LANGUAGE = "en"
SIGNS = {
    "start": "start",
    "deleted": "stop",
    "blocked": "stop",
    "archived": "end",
    "exhausted": "end",
    "expired": "end",
    "paused": "pause",
    "early": "clock",
    "tries": "clock",
    "busy": "clock",
    "password": "lock",
    "wrong": "lock",
    "preview": "onward",
    "request": "stop",
    "method": "stop",
    "large": "stop",
}
"""What stands in the mark of a page; a question for the rest."""
PUNYCODE = "xn--"
DECEPTIVE = frozenset({"mixed_script", "confusable"})
FORM_TARGETS = b"'self' https: http:"
"""Browsers hold `form-action` against the redirect after a form too, so it must let the link's
destination through; the form itself has no action but this address."""


@dataclass(frozen=True, slots=True)
class Lead:
    """A location as a person should read it before going there."""

    location: str
    host: str
    """As it is dialled: punycode, so that no letter can pass for another."""
    unicode: str = ""
    """The same in its own script, or empty when there is no difference."""
    deceptive: bool = False
    """It mixes scripts, or reads as plain Latin and is not."""


class Pages:
    """Opened once at start; raises when a text or template is missing."""

    def __init__(self) -> None:
        environment = _environment()
        self._texts = {language: read_texts(language) for language in LANGUAGES}
        self._style = Markup(_resource("style.css"))
        self._policy = _policy(self._style)
        self._preview = environment.get_template("preview.html")
        self._shown = {
            (kind, language): self._render(_template(environment, kind), kind, language)
            for language, texts in self._texts.items()
            for kind in texts
            if kind != "preview"
        }

    def show(self, show: Show, accept_language: bytes) -> Answer:
        language = choose(accept_language, LANGUAGES, DEFAULT_LANGUAGE)
        return self._answer(show.status, self._shown[show.kind, language], language)

    def preview(self, location: str, accept_language: bytes) -> Answer:
        """`location` must be one that `responses.is_followable` admits."""
        language = choose(accept_language, LANGUAGES, DEFAULT_LANGUAGE)
        body = self._render(self._preview, "preview", language, lead=read_lead(location))
        return self._answer(200, body, language)

    def _answer(self, status: int, body: bytes, language: str) -> Answer:
        return answer(
            status,
            HTML,
            body,
            (b"content-security-policy", self._policy),
            (b"content-language", language.encode()),
            (b"vary", b"accept-language"),
        )

    def _render(self, template: jinja2.Template, kind: str, language: str, **more: Any) -> bytes:
        texts = self._texts[language]
        text = {**texts["password"], **texts["wrong"]} if kind == "wrong" else texts[kind]
        sign = SIGNS.get(kind, "")
        return template.render(
            language=language, text=text, sign=sign, style=self._style, **more
        ).encode()


def read_texts(language: str) -> Texts:
    texts: Texts = json.loads(_resource("texts", f"{language}.json"))
    return texts


def read_lead(location: str) -> Lead:
    dialled = urlsplit(location).hostname or location.partition(":")[2].partition("?")[0]
    if PUNYCODE not in dialled:
        return Lead(location, dialled)
    try:
        host = parse_host(dialled)
    except UrlRefused:
        return Lead(location, dialled)
    return Lead(location, dialled, host.unicode, bool(flags_of(host, frozenset()) & DECEPTIVE))


def style_hash(style: str) -> bytes:
    digest = hashlib.sha256(style.encode()).digest()
    return b"'sha256-" + base64.b64encode(digest) + b"'"


def _policy(style: str) -> bytes:
    return b"; ".join(
        (
            b"default-src 'none'",
            b"style-src " + style_hash(style),
            b"img-src 'self'",
            b"form-action " + FORM_TARGETS,
            b"base-uri 'none'",
            b"frame-ancestors 'none'",
        )
    )


def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("qz_redirect.pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _template(environment: jinja2.Environment, kind: str) -> jinja2.Template:
    form = kind in ("password", "wrong")
    return environment.get_template("password.html" if form else "message.html")


def _resource(*path: str) -> str:
    return files("qz_redirect.pages").joinpath(*path).read_text("utf-8").strip()
