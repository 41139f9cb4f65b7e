"""The scan event: the only shape on the topic `scans`, and what a journal keeps; and the shapes of
the topics `tallies` and `requests`.

Identity of a scan is `(journal, seq)`; a repeat is recognised by it, a gap proves a loss. Fields
are only ever appended, each with a default: bytes of every earlier release still decode
(tests/contract holds them). No field has an IP address.
"""

import msgspec

SCAN_VERSION = 1
UA_LIMIT = 400
TEXT_LIMIT = 200


class Hints(msgspec.Struct, frozen=True, omit_defaults=True):
    """Facts that a verdict needs and only the edge can see."""

    purpose: str = ""
    """`Sec-Purpose`, `Purpose` or `X-Moz`: a browser fetching ahead of its reader."""
    repeat: bool = False
    """The same visitor asked for the same link within ten seconds."""
    bot_network: bool = False
    uploaded: bool = False
    """The client says that it read the symbol from a picture (`qz_m=file_upload`)."""
    no_tracking: bool = False
    """DNT or GPC: counted without a visitor id."""


class ScanEvent(msgspec.Struct, frozen=True, kw_only=True):
    v: int = SCAN_VERSION
    journal: int
    seq: int
    ts_ms: int
    kind: str = "scan"
    """`scan`, or `press` for a button of a page (then `action` says which)."""
    mode: str = "live"
    workspace: str = ""
    link: str = ""
    code: str = ""
    slug: str = ""
    host: str = ""
    route_version: int = 0
    rule: str = ""
    variant: str = ""
    destination: str = ""
    destination_id: str = ""
    campaign: str = ""
    tags: tuple[str, ...] = ()
    method: str = "GET"
    status: int = 302
    country: str = ""
    region: str = ""
    city: str = ""
    visitor: int = 0
    """64 bits, 0 for none; made with the salt of the day, so it means nothing tomorrow."""
    ip_hash: int = 0
    ua: str = ""
    referrer: str = ""
    language: str = ""
    source: str = ""
    """`symbol` when the slug came in capitals, as symbols print it, else `link`."""
    utm: dict[str, str] = {}
    hints: Hints = Hints()
    action: str = ""


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """Absolute totals of one link on the topic `tallies`; a repeat is harmless."""

    v: int = 1
    link: str
    workspace: str
    mode: str = "live"
    total: int
    human: int
    symbol: int = 0
    last_scan_at_ms: int = 0
    first_scan_at_ms: int = 0
    as_of_ms: int


class RequestRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One call of the management API on the topic `requests`.

    Identity is `(process, seq)`; a jump in `seq` is a call whose record was dropped.
    """

    v: int = 1
    process: int
    seq: int
    ts_ms: int
    id: str
    workspace: str
    mode: str = "live"
    principal: str = ""
    """`key_…` or `usr_…`."""
    method: str
    route: str
    """`/v1/links/{id}`: never what stood in the place of the id."""
    status: int
    ms: float
    code: str = ""
    """Of the problem, or empty."""
    units: int = 0
    """Calls that it was charged as; 0 for one that was refused by a limit."""


_encoder = msgspec.json.Encoder()
_scan_decoder = msgspec.json.Decoder(ScanEvent)
_tally_decoder = msgspec.json.Decoder(Tally)
_request_decoder = msgspec.json.Decoder(RequestRecord)

encode = _encoder.encode


def decode_scan(value: bytes) -> ScanEvent:
    """Raises msgspec.DecodeError (a ValueError) for anything that is no scan event."""
    return _scan_decoder.decode(value)


def decode_tally(value: bytes) -> Tally:
    return _tally_decoder.decode(value)


def decode_request(value: bytes) -> RequestRecord:
    return _request_decoder.decode(value)
