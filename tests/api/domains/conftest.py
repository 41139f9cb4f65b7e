"""The API asks a DNS server of the test's own."""

from collections.abc import AsyncIterator

import pytest

from tests.api.domains.name_server import NameServer, running


@pytest.fixture
async def names() -> AsyncIterator[NameServer]:
    async with running() as server:
        yield server


@pytest.fixture
def api_environment(api_environment: dict[str, str], names: NameServer) -> dict[str, str]:
    return {**api_environment, "DNS_RESOLVERS": names.address, "DNS_SECONDS": "2"}
