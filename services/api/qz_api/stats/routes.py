"""Scans as numbers: authorised here, answered by analytics."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from qz_api.callers.permissions import Permission
from qz_api.callers.principal import Principal
from qz_api.connection import Connection
from qz_api.http.call import Call
from qz_api.http.operation import Operation
from qz_api.http.respond import Answer
from qz_api.stats.schemas import (
    AnalyticsQuestion,
    AnswerView,
    ScansQuery,
    ScansView,
    SummaryQuery,
    SummaryView,
)
from qz_api.stats.scopes import Scope, of_campaign, of_code, of_link
from qz_common.errors import Conflict, Invalid, NotFound, TooMany, Unavailable

TAG = "analytics"
ScopeOf = Callable[[Connection, Principal, UUID], Awaitable[Scope]]
OBJECTS: tuple[tuple[str, str, str, ScopeOf], ...] = (
    ("qr-codes", "qr", "QrCode", of_code),
    ("links", "lnk", "Link", of_link),
    ("campaigns", "cmp", "Campaign", of_campaign),
)
"""Path, prefix of ids, name in operation ids, whose scans."""


async def post_query(call: Call) -> Answer:
    # what is left out, analytics fills in: to it an empty list is a wrong one
    question = call.body(AnalyticsQuestion).model_dump(exclude_defaults=True)
    return await call.deps.analytics.ask("/internal/query", call.principal, question)


def summary_of(prefix: str, scope_of: ScopeOf) -> Callable[[Call], Awaitable[Answer]]:
    async def handler(call: Call) -> Answer:
        query = call.query(SummaryQuery)
        question = {
            **query.said,
            **query.ends,
            "interval": query.interval,
            "limit": query.limit,
            "scope": await _scope(call, prefix, scope_of),
        }
        return await _ask(call, "/internal/summary", question)

    return handler


def scans_of(prefix: str, scope_of: ScopeOf) -> Callable[[Call], Awaitable[Answer]]:
    async def handler(call: Call) -> Answer:
        query = call.query(ScansQuery)
        scope = await _scope(call, prefix, scope_of)
        question = {
            **query.said,
            "filters": [["is", dimension, ids] for dimension, ids in scope.items()],
            "range": query.ends or "all",
            "limit": query.limit,
            "cursor": query.cursor,
        }
        return await _ask(call, "/internal/scans", question)

    return handler


async def _ask(call: Call, path: str, question: Mapping[str, Any]) -> Answer:
    """For a question that stands in an address: so does what is wrong with it."""
    try:
        return await call.deps.analytics.ask(path, call.principal, question)
    except Invalid as problem:
        if not problem.errors:
            raise
        errors = [replace(each, pointer=_parameter(each.pointer)) for each in problem.errors]
        detail = f"{errors[0].pointer}: {errors[0].message}"
        raise Invalid(detail, errors=errors) from None


def _parameter(pointer: str) -> str:
    """Of the address; `range` has two, and what is wrong with both is told of the first."""
    return f"?{pointer.removeprefix('/range').strip('/') or 'from'}"


async def _scope(call: Call, prefix: str, scope_of: ScopeOf) -> Scope:
    async with call.deps.db.transaction(call.principal.workspace) as conn:
        return await scope_of(conn, call.principal, call.id(prefix))


def _of(path: str, prefix: str, name: str, scope_of: ScopeOf) -> tuple[Operation, ...]:
    return (
        Operation(
            method="GET",
            path=f"/v1/{path}/{{id}}/analytics",
            id=f"get{name}Analytics",
            summary="Totals, a series and the top of every dimension",
            tag=TAG,
            handler=summary_of(prefix, scope_of),
            scope=Permission.ANALYTICS_READ,
            query=SummaryQuery,
            answer=SummaryView,
            problems=(NotFound, Conflict, TooMany, Unavailable),
            uses="nothing",
        ),
        Operation(
            method="GET",
            path=f"/v1/{path}/{{id}}/scans",
            id=f"list{name}Scans",
            summary="Single scans, newest first",
            tag=TAG,
            handler=scans_of(prefix, scope_of),
            scope=Permission.ANALYTICS_READ,
            query=ScansQuery,
            answer=ScansView,
            problems=(NotFound, Conflict, TooMany, Unavailable),
            uses="nothing",
        ),
    )


OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/analytics/query",
        id="queryAnalytics",
        summary="Any breakdown or time series of this workspace",
        tag=TAG,
        handler=post_query,
        scope=Permission.ANALYTICS_READ,
        body=AnalyticsQuestion,
        answer=AnswerView,
        problems=(TooMany, Unavailable),
        example={"metrics": ["scans", "visitors"], "dimensions": ["time:day"], "range": "7d"},
        uses="nothing",
    ),
    *(operation for of in OBJECTS for operation in _of(*of)),
)
