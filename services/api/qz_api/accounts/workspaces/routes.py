"""/v1/workspace: the one of this call. /v1/workspaces: those of a signed-in user."""

from qz_api.accounts.workspaces import service, store
from qz_api.accounts.workspaces.schemas import (
    FullWorkspaceView,
    OwnWorkspaceView,
    WorkspaceCreate,
    WorkspacePatch,
    full_view,
    own_view,
)
from qz_api.callers.permissions import Permission
from qz_api.http.call import Call
from qz_api.http.operation import Operation
from qz_api.http.paging import Page, PageQuery, page_of
from qz_api.http.respond import Answer, created, shown
from qz_common.errors import Conflict, PreconditionFailed


async def get_workspace(call: Call) -> Answer:
    row = await store.get(call.conn, call.principal.workspace)
    return shown(full_view(row), version=row["version"])


async def update_workspace(call: Call) -> Answer:
    given = call.body(WorkspacePatch).model_dump(exclude_unset=True)
    row = await service.update(call.conn, call.principal, given, call.now, call.check_version)
    return shown(full_view(row), version=row["version"])


async def list_workspaces(call: Call) -> Answer:
    query = call.query(PageQuery)
    user = call.session.user
    cursors = call.cursors()
    after = cursors.read_place(query.cursor)
    rows = await store.list_of_user(call.conn, user, after, query.limit + 1)
    total = await store.count_of_user(call.conn, user) if query.include else None
    return shown(page_of(rows, query, cursors, own_view, total, place=("joined_at", "id")))


async def create_workspace(call: Call) -> Answer:
    settings, session = call.deps.accounts.settings, call.session
    await service.check_may_found(call.conn, settings, session.user)
    row = await service.found(
        call.conn,
        settings,
        user=session.user,
        user_name=session.name,
        name=call.body(WorkspaceCreate).name,
        request_id=call.request_id,
        now=call.now,
    )
    made = await service.own(call.conn, session.user, row["id"])
    return created(own_view(made), "/v1/workspace")


OPERATIONS = (
    Operation(
        method="GET",
        path="/v1/workspace",
        id="getWorkspace",
        summary="The workspace of this call",
        tag="workspace",
        handler=get_workspace,
        answer=FullWorkspaceView,
    ),
    Operation(
        method="PATCH",
        path="/v1/workspace",
        id="updateWorkspace",
        summary="Change name, time zone, or where destinations may lie",
        tag="workspace",
        handler=update_workspace,
        scope=Permission.WORKSPACE_ADMIN,
        body=WorkspacePatch,
        answer=FullWorkspaceView,
        problems=(PreconditionFailed,),
        example={"timezone": "Europe/Lisbon", "blocked_domains": ["example.net"]},
    ),
    Operation(
        method="GET",
        path="/v1/workspaces",
        id="listWorkspaces",
        summary="Workspaces of the signed-in user, joined last first",
        tag="workspace",
        handler=list_workspaces,
        guard="user",
        query=PageQuery,
        answer=Page[OwnWorkspaceView],
    ),
    Operation(
        method="POST",
        path="/v1/workspaces",
        id="createWorkspace",
        summary="Make a workspace and own it",
        tag="workspace",
        handler=create_workspace,
        guard="user",
        idempotent=False,
        body=WorkspaceCreate,
        answer=OwnWorkspaceView,
        status=201,
        problems=(Conflict,),
        example={"name": "Second shop"},
    ),
)
