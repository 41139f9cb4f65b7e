"""How the replica keeps a code: the record as it was published, behind a head that says where in
it the parts of an answer stand.

So a plain redirect needs no decoding at its scan: the parts are slices. What the record doesn't
hold word for word is put behind it. This form is private to the host; bytes that begin with
neither form are a bare record, as the API gives it or an earlier release stored it.
"""

import struct

import msgspec

from qz_common.records import CodeRecord
from qz_redirect.prepared import (
    is_fixed,
    link_number,
    owner_members,
    rest_members,
    target_members,
    with_query,
)

FORMAT = b"2"
"""A replica with another one is built anew."""
RECORD, PLAIN = 1, 2
HEAD = struct.Struct("<BQQ9H")
_VERSION = struct.Struct("<xQ")
_NO_PARTS = (0,) * 9
_MOST_BYTES = 0xFFFF
_FORMS = (bytes([RECORD]), bytes([PLAIN]))
_DESTINATION = b',"destination":"'


class _Versioned(msgspec.Struct):
    version: int = 0


_read_version = msgspec.json.Decoder(_Versioned).decode


class Plain(msgspec.Struct, frozen=True, gc=False):
    """What of the answer and the event of a plain redirect never changes."""

    link_number: int
    workspace: str
    event_head: bytes
    event_target: bytes
    location: bytes

    def utm_with(self, _query: bytes) -> dict[str, str]:
        """Those of the link are in `event_head`."""
        return {}


def row_of(key: bytes, record: CodeRecord, value: bytes) -> bytes:
    """`value` as the replica keeps it under `key`, which is `host/slug`."""
    parts = _parts(key, record)
    if parts is not None:
        whole, places = value, [HEAD.size + len(value)]
        for part in parts:
            start = value.find(part) if part is not parts[-1] else -1
            if start < 0:
                start = len(whole)
                whole += part
            places += (HEAD.size + start, HEAD.size + start + len(part))
        if HEAD.size + len(whole) <= _MOST_BYTES:
            head = HEAD.pack(PLAIN, record.version, link_number(record.link), *places)
            return head + whole
    return HEAD.pack(RECORD, record.version, 0, *_NO_PARTS) + value


def plain_of(row: bytes) -> Plain | None:
    """None for what has to be decoded and decided about."""
    if row[0] != PLAIN:
        return None
    _, _, number, _, w, w_end, o, o_end, t, t_end, r, r_end = HEAD.unpack_from(row)
    return Plain(
        number,
        row[w:w_end].decode(),
        row[o:o_end] + row[r:r_end],
        _DESTINATION + row[t:t_end],
        row[t : row.index(b'"', t)],
    )


def version_of(row: bytes) -> int:
    if _is_bare(row):
        return _read_version(row).version
    version: int = _VERSION.unpack_from(row)[0]
    return version


def record_of(row: bytes) -> bytes:
    """The record as it was published."""
    if _is_bare(row):
        return row
    return row[HEAD.size : HEAD.unpack_from(row)[3] or None]


def _is_bare(row: bytes) -> bool:
    return row[:1] not in _FORMS


def _parts(key: bytes, record: CodeRecord) -> tuple[bytes, ...] | None:
    """Workspace, members of the event, the destination up to its quote with what follows, and the
    members that no record has word for word."""
    if not is_fixed(record):
        return None
    try:
        location = with_query(record, record.location, b"")
        rest = rest_members(key, record, record.utm)
    except ValueError:  # no key or no address of ours: a scan of it is refused
        return None
    led_to = target_members(location, record.destination_id)
    if not led_to.startswith(_DESTINATION + location.encode("ascii") + b'"'):
        return None
    target = led_to[len(_DESTINATION) :]
    return record.workspace.encode(), owner_members(record), target, rest
