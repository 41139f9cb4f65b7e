"""What the API and its drawing processes say to each other.

A frame is four bytes of length and msgpack that is read into these types, in both directions: a
process that hostile bytes have taken over can answer wrongly, and nothing worse.
"""

from typing import Any, TypeAlias

import msgspec

LENGTH_BYTES = 4
Json: TypeAlias = dict[str, Any]
SizeJson: TypeAlias = int | Json


class Look(msgspec.Struct, frozen=True):
    """A style in the library's JSON, with the bytes of the pictures that it names."""

    style: Json = {}
    logo: bytes = b""
    background: bytes = b""


class Item(msgspec.Struct, frozen=True):
    """One code of a batch; `look` counts in the batch's list of looks."""

    name: str
    payload: bytes
    look: int


class Draw(msgspec.Struct, frozen=True, tag="draw"):
    payload: bytes
    look: Look
    format: str
    size: SizeJson
    press: Json


class Check(msgspec.Struct, frozen=True, tag="check"):
    payload: bytes
    look: Look
    size: SizeJson
    distance_mm: float | None


class Pages(msgspec.Struct, frozen=True, tag="pages"):
    items: list[Item]
    looks: list[Look]
    size: SizeJson
    press: Json


class Sheet(msgspec.Struct, frozen=True, tag="sheet"):
    items: list[Item]
    looks: list[Look]
    template: str
    captions: bool
    skip: int
    press: Json


class Archive(msgspec.Struct, frozen=True, tag="archive"):
    items: list[Item]
    looks: list[Look]
    format: str
    size: SizeJson
    press: Json
    most_bytes: int


class Decode(msgspec.Struct, frozen=True, tag="decode"):
    """A stranger's picture, to be made into one of ours."""

    data: bytes
    pointer: str
    most_bytes: int


class Shrink(msgspec.Struct, frozen=True, tag="shrink"):
    """A picture of ours, to be carried inside of a page."""

    data: bytes


Task: TypeAlias = Draw | Check | Pages | Sheet | Archive | Decode | Shrink


class Job(msgspec.Struct, frozen=True):
    """`seconds` of processor time, then the process ends itself."""

    task: Task
    seconds: float


class Fault(msgspec.Struct, frozen=True):
    code: str
    message: str
    pointer: str


class Made(msgspec.Struct, frozen=True, tag="made"):
    """Bytes, and what is worth telling of them."""

    data: bytes
    facts: Json = {}


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """`code` is the library's word for the whole refusal."""

    code: str
    faults: list[Fault]


class Exhausted(msgspec.Struct, frozen=True, tag="exhausted"):
    """The memory of the process did not suffice."""


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """A fault of ours."""

    error: str


Reply: TypeAlias = Made | Refused | Exhausted | Failed

_jobs = msgspec.msgpack.Decoder(Job)
_replies = msgspec.msgpack.Decoder(Reply)


def frame(message: Job | Reply) -> bytes:
    body = msgspec.msgpack.encode(message)
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


def read_job(body: bytes) -> Job:
    return _jobs.decode(body)


def read_reply(body: bytes) -> Reply:
    """Raises msgspec.MsgspecError for what is no reply."""
    reply: Reply = _replies.decode(body)
    return reply
