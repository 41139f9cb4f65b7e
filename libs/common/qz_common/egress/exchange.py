"""One request to one pinned target: TLS and Host speak of the name, the socket goes to the IP.

A connection is made for the exchange and closed with it; none is kept, so none can be reused for
another name at the same address. No proxy, cookie or netrc of the environment takes part.
"""

import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address

import httpx

from qz_common.egress.body import read_body
from qz_common.egress.errors import EgressCode, EgressFailed
from qz_common.egress.policy import EgressPolicy
from qz_common.egress.target import Target
from qz_common.urls.addresses import Address

REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Outgoing:
    method: str
    headers: Mapping[str, str]
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Incoming:
    """`location` is set for a redirect, whose body is never read."""

    status: int
    body: bytes
    encoding: str
    location: str | None


async def exchange(
    target: Target, outgoing: Outgoing, policy: EgressPolicy, tls: ssl.SSLContext
) -> Incoming:
    """The addresses in turn until one accepts; what happens after that is not repeated."""
    failure = EgressFailed(EgressCode.CONNECT, "no connection could be made")
    for address in target.addresses:
        try:
            return await _attempt(_request(target, address, outgoing, policy), policy, tls)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            failure = _connect_failure(error)
    raise failure


def _request(
    target: Target, address: Address, outgoing: Outgoing, policy: EgressPolicy
) -> httpx.Request:
    url, literal = target.url, f"[{address}]" if isinstance(address, IPv6Address) else str(address)
    own = {
        "Host": url.authority,
        "User-Agent": policy.user_agent,
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    rest = policy.deadline_seconds
    return httpx.Request(
        outgoing.method,
        f"{url.scheme}://{literal}:{target.port}/",
        headers={**own, **outgoing.headers},
        content=outgoing.content,
        extensions={
            "target": url.target.encode("ascii"),
            "sni_hostname": url.host.ascii.strip("[]"),
            "timeout": {"connect": policy.connect_seconds, "read": rest, "write": rest},
        },
    )


async def _attempt(request: httpx.Request, policy: EgressPolicy, tls: ssl.SSLContext) -> Incoming:
    async with httpx.AsyncHTTPTransport(verify=tls, trust_env=False, retries=0) as transport:
        try:
            response = await transport.handle_async_request(request)
            try:
                return await _incoming(response, policy)
            finally:
                await response.aclose()
        except (httpx.ConnectError, httpx.ConnectTimeout):
            raise
        except httpx.TimeoutException as error:
            raise EgressFailed(EgressCode.TIMEOUT, "the reply did not come in time") from error
        except httpx.ProtocolError as error:
            raise EgressFailed(EgressCode.BAD_RESPONSE, "the reply is not valid HTTP") from error
        except httpx.TransportError as error:
            raise EgressFailed(EgressCode.LOST, "the connection broke off") from error


async def _incoming(response: httpx.Response, policy: EgressPolicy) -> Incoming:
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if response.status_code in REDIRECTS:
        return Incoming(response.status_code, b"", encoding, _location(response))
    body = await read_body(response.aiter_raw(), encoding, policy)
    return Incoming(response.status_code, body, encoding, None)


def _location(response: httpx.Response) -> str:
    """Empty, which leads nowhere, unless there is exactly one."""
    values = response.headers.get_list("location")
    return values[0] if len(values) == 1 else ""


def _connect_failure(error: BaseException) -> EgressFailed:
    if any(isinstance(cause, ssl.SSLError) for cause in _causes(error)):
        return EgressFailed(EgressCode.TLS, "the host's certificate or TLS is not valid")
    return EgressFailed(EgressCode.CONNECT, "no connection could be made")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
