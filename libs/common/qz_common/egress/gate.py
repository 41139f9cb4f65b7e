"""The one way out: every outgoing HTTP request of every service goes through `Egress`.

Each attempt starts from nothing: parse, resolve once, judge all addresses, connect to one of them,
read a bounded reply before the deadline. What was refused has cost the other side no byte.
"""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import httpx

from qz_common.egress.body import excerpt
from qz_common.egress.errors import EgressCode, EgressFailed, EgressRefused
from qz_common.egress.exchange import Incoming, Outgoing, exchange
from qz_common.egress.policy import LOGOS, WEBHOOKS, EgressPolicy
from qz_common.egress.resolver import Resolver, SystemResolver
from qz_common.egress.target import Target, find_target
from qz_common.urls.parse import ParsedUrl

T = TypeVar("T")
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
HEADER_VALUE = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?|")
# the gate writes these itself; a second opinion on them would be request smuggling
OWN_HEADERS = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


@dataclass(frozen=True, slots=True)
class Reply:
    """All that may be shown of an answer: never headers, never more than 1 kB of text."""

    status: int
    ms: int
    excerpt: str

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Download:
    """`url` is where the last hop led; the body is for a decoder, not for showing."""

    status: int
    ms: int
    url: str
    body: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


class Egress:
    def __init__(self, resolver: Resolver, tls: ssl.SSLContext) -> None:
        self._resolver = resolver
        self._tls = tls

    async def post(
        self, url: str, content: bytes, headers: Mapping[str, str], policy: EgressPolicy = WEBHOOKS
    ) -> Reply:
        """One POST; a redirect is an answer like any other and is never followed."""
        _refuse_headers(headers)
        started = _now()
        outgoing = Outgoing("POST", headers, content)
        _, incoming = await _in_time(self._once(url, outgoing, policy), policy)
        text = "" if incoming.encoding not in ("", "identity") else excerpt(incoming.body)
        return Reply(incoming.status, _ms_since(started), text)

    async def fetch(self, url: str, policy: EgressPolicy = LOGOS) -> Download:
        """GET; up to `max_redirects` hops, each judged like a first one."""
        started = _now()
        target, incoming = await _in_time(self._follow(url, policy), policy)
        return Download(incoming.status, _ms_since(started), target.url.location, incoming.body)

    async def _follow(self, url: str, policy: EgressPolicy) -> tuple[Target, Incoming]:
        for _ in range(policy.max_redirects + 1):
            target, incoming = await self._once(url, Outgoing("GET", {}), policy)
            if incoming.location is None or policy.max_redirects == 0:
                return target, incoming
            url = _next_url(target.url, incoming.location)
        raise EgressFailed(EgressCode.REDIRECTS, f"over {policy.max_redirects} redirects")

    async def _once(
        self, url: str, outgoing: Outgoing, policy: EgressPolicy
    ) -> tuple[Target, Incoming]:
        target = await find_target(url, policy, self._resolver)
        return target, await exchange(target, outgoing, policy, self._tls)


@asynccontextmanager
async def open_egress() -> AsyncIterator[Egress]:
    """The gate with the system's resolver and trusted certificates, for a service's lifespan."""
    resolver = SystemResolver()
    try:
        yield Egress(resolver, httpx.create_ssl_context())
    finally:
        resolver.close()


async def _in_time(work: Awaitable[T], policy: EgressPolicy) -> T:
    try:
        async with asyncio.timeout(policy.deadline_seconds):
            return await work
    except TimeoutError as error:
        raise EgressFailed(EgressCode.TIMEOUT, "the reply did not come in time") from error


def _refuse_headers(headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        legal = HEADER_NAME.fullmatch(name) and HEADER_VALUE.fullmatch(value)
        if not legal or name.lower() in OWN_HEADERS:
            raise EgressRefused(EgressCode.INVALID_HEADER, "a header's name or value is not valid")


def _next_url(current: ParsedUrl, location: str) -> str:
    """Absolute, `//host/path` or `/path`; a path without a root has too many readings."""
    if location.startswith("//"):
        return f"{current.scheme}:{location}"
    if location.startswith("/"):
        return f"{current.origin}{location}"
    if current.scheme == "https" and location[:7].lower() == "http://":
        raise EgressRefused(EgressCode.INSECURE_REDIRECT, "a redirect led from https to http")
    return location


def _now() -> float:
    return asyncio.get_running_loop().time()


def _ms_since(started: float) -> int:
    return round((_now() - started) * 1000)
