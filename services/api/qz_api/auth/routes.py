"""/v1/me and /v1/api-keys."""

from datetime import timedelta

from qz_api.auth import service, store
from qz_api.auth.schemas import (
    KeyCreate,
    KeyQuery,
    KeyRoll,
    KeyView,
    MeterView,
    MeView,
    NewKeyView,
    UsageView,
    WorkspaceView,
    key_fields,
    key_view,
)
from qz_api.auth.service import KeyDraft
from qz_api.callers.permissions import Permission
from qz_api.http.call import Call
from qz_api.http.operation import Operation
from qz_api.http.paging import Page, page_of
from qz_api.http.respond import Answer, created, shown
from qz_api.limits.quota import usage
from qz_common.errors import Conflict, NotFound


async def me(call: Call) -> Answer:
    principal = call.principal
    used = await usage(call.conn, principal.workspace, call.now)
    plan = principal.plan
    meters = UsageView(
        month=call.now.strftime("%Y-%m"),
        requests=MeterView(used=used.requests, limit=plan.requests_per_month),
        qr_generated=MeterView(used=used.created, limit=plan.codes_per_month),
    )
    workspace = WorkspaceView(
        id=principal.workspace_id, plan=plan.name, requests_per_minute=plan.requests_per_minute
    )
    view = MeView(
        id=principal.id,
        kind=principal.kind,
        name=principal.name,
        mode=principal.mode,
        scopes=sorted(principal.scopes),
        role=principal.role or None,
        workspace=workspace,
        usage=meters,
    )
    return shown(view)


async def list_keys(call: Call) -> Answer:
    query = call.query(KeyQuery)
    maker = query.created_by
    cursors = call.cursors(maker)
    after = cursors.read_place(query.cursor)
    workspace = call.principal.workspace
    modes = service.manageable(call.principal)
    rows = await store.list_keys(call.conn, workspace, modes, maker, after, query.limit + 1)
    total = await store.count_keys(call.conn, workspace, modes, maker) if query.include else None
    return shown(page_of(rows, query, cursors, key_view, total))


async def create_key(call: Call) -> Answer:
    body = call.body(KeyCreate)
    wanted = body.wanted()
    draft = KeyDraft(
        mode=body.mode or call.principal.mode,
        name=body.name,
        scopes=call.principal.scopes if wanted is None else wanted,
        expires_at=body.expires_at,
    )
    row, text = await service.create(call.conn, call.deps.secrets, call.principal, draft, call.now)
    view = NewKeyView.model_validate({**key_fields(row), "key": text})
    return created(view, f"/v1/api-keys/{view.id}")


async def get_key(call: Call) -> Answer:
    return shown(key_view(await service.get(call.conn, call.principal, call.id("key"))))


async def roll_key(call: Call) -> Answer:
    overlap = timedelta(seconds=call.body(KeyRoll).overlap_seconds)
    row, text = await service.roll(
        call.conn, call.deps.secrets, call.principal, call.id("key"), overlap, call.now
    )
    view = NewKeyView.model_validate({**key_fields(row), "key": text})
    return created(view, f"/v1/api-keys/{view.id}")


async def revoke_key(call: Call) -> Answer:
    row = await service.revoke(call.conn, call.principal, call.id("key"), call.now)
    return shown(key_view(row))


OPERATIONS = (
    Operation(
        method="GET",
        path="/v1/me",
        id="getMe",
        summary="Who is calling, its plan and this month's usage",
        tag="me",
        handler=me,
        answer=MeView,
    ),
    Operation(
        method="GET",
        path="/v1/api-keys",
        id="listApiKeys",
        summary="Keys of this workspace, newest first",
        tag="api keys",
        handler=list_keys,
        scope=Permission.KEYS_ADMIN,
        query=KeyQuery,
        answer=Page[KeyView],
    ),
    Operation(
        method="POST",
        path="/v1/api-keys",
        id="createApiKey",
        summary="Make a key; it is shown once",
        tag="api keys",
        handler=create_key,
        scope=Permission.KEYS_ADMIN,
        body=KeyCreate,
        answer=NewKeyView,
        status=201,
        example={"name": "Shop", "preset": "read_write", "mode": "test"},
        secret=True,
    ),
    Operation(
        method="GET",
        path="/v1/api-keys/{id}",
        id="getApiKey",
        summary="One key, without its secret",
        tag="api keys",
        handler=get_key,
        scope=Permission.KEYS_ADMIN,
        answer=KeyView,
        problems=(NotFound,),
    ),
    Operation(
        method="POST",
        path="/v1/api-keys/{id}/roll",
        id="rollApiKey",
        summary="Replace a key; the old one works on for a while",
        tag="api keys",
        handler=roll_key,
        scope=Permission.KEYS_ADMIN,
        body=KeyRoll,
        body_required=False,
        answer=NewKeyView,
        status=201,
        problems=(NotFound, Conflict),
        example={"overlap_seconds": 3600},
        secret=True,
    ),
    Operation(
        method="DELETE",
        path="/v1/api-keys/{id}",
        id="revokeApiKey",
        summary="Revoke a key at once, everywhere",
        tag="api keys",
        handler=revoke_key,
        scope=Permission.KEYS_ADMIN,
        answer=KeyView,
        problems=(NotFound,),
    ),
)
