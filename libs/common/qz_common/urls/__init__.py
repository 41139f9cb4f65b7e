"""The URL gate: one place decides what a URL is, and its output is what is stored and served.

`admit` is for web destinations; `tel`, `mailto` and their like build the other kinds from typed
fields; `add_query` adds parameters to an admitted location; `refer_host` reads a referrer.
"""

from qz_common.urls.gate import AdmittedUrl, admit
from qz_common.urls.hosts import Host, canonical_domain, parse_host
from qz_common.urls.kinds import geo, mailto, map_place, map_point, sms, tel, whatsapp
from qz_common.urls.parse import MAX_LENGTH, ParsedUrl, parse
from qz_common.urls.policy import KNOWN_SHORTENERS, OPEN_POLICY, UrlPolicy
from qz_common.urls.query import MAX_SERVED, add_query, header_bytes, leaves_out, query_pairs
from qz_common.urls.referrer import refer_host
from qz_common.urls.refusal import UrlCode, UrlRefused

__all__ = [
    "KNOWN_SHORTENERS",
    "MAX_LENGTH",
    "MAX_SERVED",
    "OPEN_POLICY",
    "AdmittedUrl",
    "Host",
    "ParsedUrl",
    "UrlCode",
    "UrlPolicy",
    "UrlRefused",
    "add_query",
    "admit",
    "canonical_domain",
    "geo",
    "header_bytes",
    "leaves_out",
    "mailto",
    "map_place",
    "map_point",
    "parse",
    "parse_host",
    "query_pairs",
    "refer_host",
    "sms",
    "tel",
    "whatsapp",
]
