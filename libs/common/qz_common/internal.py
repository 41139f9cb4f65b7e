"""One service asks another: with the token they share, and past every proxy.

A proxy that the environment names for the way out would read the token.
"""

import httpx

MOST_CONNECTIONS = 100
Timeout = httpx.Timeout | float


def internal_client(
    url: str,
    token: str,
    timeout: Timeout,
    *,
    most: int = MOST_CONNECTIONS,
    transport: httpx.AsyncBaseTransport | None = None,
) -> httpx.AsyncClient:
    """`most` connections at once. Certificates that the environment names are still trusted: that
    is the transport's affair."""
    limits = httpx.Limits(max_connections=most)
    return httpx.AsyncClient(
        base_url=url,
        headers={"authorization": f"Bearer {token}"},
        timeout=timeout,
        transport=transport or httpx.AsyncHTTPTransport(limits=limits),
        trust_env=False,
    )
