"""A compiled page for its author to look at: with a policy as strict as the edge's."""

import base64
import hashlib
import re

from qz_api.pages.compile import Compiled
from qz_common.records import PAGE_BASE

POLICY_HEADER = "Content-Security-Policy"
BASE = f'<base href="{PAGE_BASE}">\n'
STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


def preview_html(compiled: Compiled, language: str | None) -> str:
    """In the language asked for, or the page's first; its buttons lead nowhere from here."""
    html = compiled.html.get(language or "") or next(iter(compiled.html.values()))
    return html.replace(BASE, "")


def preview_headers(html: str) -> dict[str, str]:
    hashes = " ".join(f"'sha256-{_digest(style)}'" for style in STYLE.findall(html))
    policy = (
        f"default-src 'none'; style-src {hashes}; img-src data:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'self'; sandbox"
    )
    return {POLICY_HEADER: policy, "X-Frame-Options": "SAMEORIGIN"}


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
