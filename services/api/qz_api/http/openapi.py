"""The OpenAPI 3.1 document, made from the operations that also make the routes."""

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from importlib.metadata import version
from typing import Any, cast

from pydantic import BaseModel
from pydantic.json_schema import (
    GenerateJsonSchema,
    JsonSchemaMode,
    JsonSchemaValue,
    models_json_schema,
)
from pydantic_core.core_schema import WithDefaultSchema

from qz_api.http.operation import SESSION_COOKIE, Operation
from qz_common.errors import (
    PROBLEM_TYPE,
    Conflict,
    Forbidden,
    Invalid,
    Malformed,
    PreconditionFailed,
    Problem,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
    UnsupportedMedia,
)

SCHEMA_REF = "#/components/schemas/{model}"
Doc = dict[str, Any]
Models = dict[tuple[type[BaseModel], JsonSchemaMode], Doc]

PROBLEM_SCHEMA: Doc = {
    "type": "object",
    "description": "RFC 9457; `code` is for programs, `detail` for people.",
    "required": ["type", "title", "status", "detail", "instance", "code", "request_id"],
    "properties": {
        **{name: {"type": "string"} for name in ("type", "title", "detail", "instance")},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "message"],
                "properties": {name: {"type": "string"} for name in ("pointer", "code", "message")},
            },
        },
    },
}
KEY_PATTERN = "^[!-~]([ -~]*[!-~])?$"
IDEMPOTENCY_KEY: Doc = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same key with the same body has one effect, for 24 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": KEY_PATTERN},
}
IF_MATCH: Doc = {
    "name": "If-Match",
    "in": "header",
    "description": "The `ETag` that the change is meant for; another version answers 412.",
    "schema": {"type": "string", "pattern": r'^(\*|(W/)?"[!#-~]*"(, *(W/)?"[!#-~]*")*)$'},
}
CREDENTIALS: list[Doc] = [{"apiKey": []}, {"session": []}]
SESSION_TEXT = (
    "Made by `POST /v1/session`; named `__Host-qz_session` over https. Writes send its "
    "`csrf_token` as `X-CSRF-Token`. `Quietzone-Workspace` names the workspace, `Quietzone-Mode` "
    "live or test."
)
HEADERS: Doc = {
    name: {"schema": {"type": "string"}, "description": text}
    for name, text in (
        ("RateLimit-Policy", "The limits of this workspace, where its plan has any."),
        ("RateLimit", "What is left of them."),
        ("X-Request-Id", "Names this request in problems and logs."),
    )
}
UNMETERED = ("X-Request-Id",)
"""What comes with an answer that no workspace is charged for."""


class Schemas(GenerateJsonSchema):
    """Null is no default: what may be left out is not null for that, and many can't be null."""

    def default_schema(self, schema: WithDefaultSchema) -> JsonSchemaValue:
        found = super().default_schema(schema)
        return found if found.get("default", "") is not None else _without(found, "default")


def document(operations: Sequence[Operation]) -> Doc:
    public = [operation for operation in operations if operation.guard != "internal"]
    models, schemas = _schemas(public)
    paths: Doc = {}
    for operation in public:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(
            operation, models
        )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Quietzone management API",
            "version": version("quietzone-api"),
            "description": "Dynamic QR codes: print once, change where they lead, count each scan.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": CREDENTIALS,
        "tags": [{"name": tag} for tag in dict.fromkeys(each.tag for each in public)],
        "paths": dict(sorted(paths.items())),
        "components": {
            "securitySchemes": {
                "apiKey": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "`qz_live_…` or `qz_test_…`",
                },
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": SESSION_COOKIE,
                    "description": SESSION_TEXT,
                },
            },
            "headers": HEADERS,
            "schemas": {**schemas, "Problem": PROBLEM_SCHEMA},
        },
    }


def _schemas(operations: Iterable[Operation]) -> tuple[Models, Doc]:
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = []
    for operation in operations:
        if operation.body:
            wanted.append((operation.body, "validation"))
        if operation.answer:
            wanted.append((operation.answer, "serialization"))
    models, top = models_json_schema(
        list(dict.fromkeys(wanted)), ref_template=SCHEMA_REF, schema_generator=Schemas
    )
    return cast(Models, models), top.get("$defs", {})


def _operation(operation: Operation, models: Models) -> Doc:
    found: Doc = {
        "operationId": operation.id,
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": [*_path_parameters(operation), *_query_parameters(operation)],
        "responses": _responses(operation, models),
    }
    if operation.description:
        found["description"] = operation.description
    if operation.takes_key:
        found["parameters"].append(IDEMPOTENCY_KEY)
    if PreconditionFailed in operation.problems:
        found["parameters"].append(IF_MATCH)
    if operation.scope:
        found["x-scope"] = operation.scope.value
    if operation.guard == "public":
        found["security"] = [*CREDENTIALS, {}] if operation.takes_credentials else []
    elif operation.guard == "user":
        found["security"] = [{"session": []}]
    if operation.body:
        found["requestBody"] = _request_body(operation, models[(operation.body, "validation")])
    return found


def _request_body(operation: Operation, schema: Doc) -> Doc:
    media: Doc = {"schema": schema}
    if operation.example is not None:
        media["example"] = dict(operation.example)
    return {"required": operation.body_required, "content": {"application/json": media}}


def _path_parameters(operation: Operation) -> list[Doc]:
    names = [part[1:-1] for part in operation.path.split("/") if part.startswith("{")]
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in names
    ]


def _query_parameters(operation: Operation) -> list[Doc]:
    if operation.query is None:
        return []
    schema = operation.query.model_json_schema(ref_template=SCHEMA_REF, schema_generator=Schemas)
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, **_parameter(one)}
        for name, one in schema["properties"].items()
    ]


def _parameter(schema: Doc) -> Doc:
    told = {"description": schema["description"]} if "description" in schema else {}
    return {**told, "schema": _optional(_without(schema, "description"))}


def _optional(schema: Doc) -> Doc:
    """A parameter that is absent is not null."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind.get("type") != "null"]
    if len(kinds) != 1:
        return schema
    return {**_without(schema, "anyOf"), **kinds[0]}


def _without(schema: Doc, *names: str) -> Doc:
    return {name: value for name, value in schema.items() if name not in names}


def _responses(operation: Operation, models: Models) -> Doc:
    found: Doc = {str(operation.status): _success(operation, models)}
    for status, codes in _problems(operation).items():
        found[str(status)] = {
            "description": f"{HTTPStatus(status).phrase}: {', '.join(codes)}",
            "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            "headers": _always(operation, status),
        }
    return dict(sorted(found.items()))


def _success(operation: Operation, models: Models) -> Doc:
    found: Doc = {
        "description": HTTPStatus(operation.status).phrase,
        "headers": {**_always(operation, operation.status), **_named_headers(operation)},
    }
    if operation.status == 204:
        return found
    schema = models[(operation.answer, "serialization")] if operation.answer else {}
    found["content"] = {kind: {"schema": schema} for kind in operation.media_types}
    return found


def _always(operation: Operation, status: int) -> Doc:
    """Limits are those of a workspace, and known once it is known."""
    has_limits = operation.guard == "principal" or operation.takes_credentials
    names = HEADERS if has_limits and status != Unauthenticated.status else UNMETERED
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _named_headers(operation: Operation) -> Doc:
    return {
        name: {"schema": {"type": "string"}, "description": text}
        for name, text in operation.headers.items()
    }


def _problems(operation: Operation) -> dict[int, list[str]]:
    kinds: list[type[Problem]] = [Malformed, Unavailable, *operation.problems]
    if operation.guard in ("principal", "user"):
        kinds += [Unauthenticated, Forbidden, TooMany]
    if operation.body:
        kinds += [TooLarge, UnsupportedMedia, Invalid]
    if operation.query:
        kinds.append(Invalid)
    if operation.takes_key:
        kinds += [Conflict, Invalid]
    found: dict[int, list[str]] = {}
    for kind in dict.fromkeys(kinds):
        found.setdefault(kind.status, []).append(kind.default_code)
    return found
