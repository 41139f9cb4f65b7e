"""Answers of handlers, and how they and problems become bytes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson
from pydantic import BaseModel

from qz_api.http.etags import etag
from qz_api.http.scope import Scope, Send
from qz_common.errors import PROBLEM_TYPE, Problem

JSON_TYPE = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def shown(
    model: BaseModel,
    *,
    status: int = 200,
    version: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    headers = {"Content-Type": JSON_TYPE, **(headers or {})}
    if version is not None:
        headers["ETag"] = etag(version)
    return Answer(status, model.model_dump_json().encode(), headers)


def created(model: BaseModel, location: str, *, version: int | None = None) -> Answer:
    answer = shown(model, status=201, version=version)
    return Answer(201, answer.body, {**answer.headers, "Location": location})


def deleted() -> Answer:
    return Answer(204)


def raw(body: bytes, media_type: str, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(200, body, {"Content-Type": media_type, **(headers or {})})


def not_modified(headers: Mapping[str, str]) -> Answer:
    """What was to be said of a body goes with the body."""
    unsaid = ("Content-Type", "Content-Disposition")
    return Answer(304, headers={k: v for k, v in headers.items() if k not in unsaid})


def problem_answer(problem: Problem, instance: str, request_id: str) -> Answer:
    body = orjson.dumps(problem.as_json(instance, request_id))
    return Answer(problem.status, body, {"Content-Type": PROBLEM_TYPE, **problem.headers})


async def send_answer(scope: Scope, send: Send, answer: Answer) -> None:
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in answer.headers.items()
    ]
    if answer.status != 204:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    body = b"" if scope["method"] == "HEAD" else answer.body
    await send({"type": "http.response.body", "body": body})
