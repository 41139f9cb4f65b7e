"""A handler that asks for what its operation doesn't take is told which, at once."""

import pytest

from qz_api.deps import Deps
from qz_api.destinations.schemas import DestinationCreate
from qz_api.http.call import Call
from qz_api.http.operation import Operation
from qz_api.http.paging import PageQuery
from qz_api.http.respond import Answer


async def _answer(_: Call) -> Answer:
    return Answer(204)


@pytest.fixture
def call(deps: Deps) -> Call:
    operation = Operation(
        method="GET", path="/v1/things", id="listThings", summary="", tag="", handler=_answer
    )
    return Call(operation=operation, deps=deps, scope={}, now=deps.clock.now(), request_id="r")


def test_an_operation_without_a_body_or_query_has_none_to_give(call: Call) -> None:
    with pytest.raises(RuntimeError, match="listThings takes no DestinationCreate"):
        call.body(DestinationCreate)
    with pytest.raises(RuntimeError, match="listThings takes no PageQuery"):
        call.query(PageQuery)


def test_a_body_of_another_model_is_not_handed_on(call: Call) -> None:
    call.maybe_body = call.maybe_query = PageQuery()
    with pytest.raises(RuntimeError, match="listThings takes no DestinationCreate"):
        call.body(DestinationCreate)
    assert call.query(PageQuery) is call.maybe_query
