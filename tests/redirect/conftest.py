"""What every test of gates and pages starts from."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from tests.fixtures.standing_edge import StandingEdge, standing_edge, visitor


@pytest.fixture
def standing() -> Iterator[StandingEdge]:
    with standing_edge() as edge:
        yield edge


@pytest.fixture
async def phone(standing: StandingEdge) -> AsyncIterator[httpx.AsyncClient]:
    async with visitor(standing) as client:
        yield client
