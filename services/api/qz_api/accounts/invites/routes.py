"""/v1/invites."""

from qz_api.accounts.attempts.service import TOKEN_USER
from qz_api.accounts.email import require_email
from qz_api.accounts.invites import service, store
from qz_api.accounts.invites.schemas import (
    InviteAccept,
    InviteCreate,
    InviteView,
    NewInviteView,
    invite_fields,
    invite_view,
)
from qz_api.accounts.invites.service import Inviting
from qz_api.accounts.roles import check_administers
from qz_api.accounts.workspaces.schemas import OwnWorkspaceView, own_view
from qz_api.callers.permissions import Permission
from qz_api.http.call import Call
from qz_api.http.operation import Operation
from qz_api.http.paging import Page, PageQuery, page_of
from qz_api.http.respond import Answer, created, deleted, shown
from qz_common.errors import Conflict, Gone, NotFound


async def create_invite(call: Call) -> Answer:
    body = call.body(InviteCreate)
    inviting = Inviting(secrets=call.deps.secrets, api_url=call.deps.settings.api_url)
    row, url = await service.invite(
        call.conn, inviting, call.principal, require_email(body.email), body.role, call.now
    )
    view = NewInviteView.model_validate({**invite_fields(row), "url": url})
    return created(view, f"/v1/invites/{view.id}")


async def list_invites(call: Call) -> Answer:
    check_administers(call.principal)
    query, workspace = call.query(PageQuery), call.principal.workspace
    cursors = call.cursors()
    after = cursors.read_place(query.cursor)
    rows = await store.list_open(call.conn, workspace, call.now, after, query.limit + 1)
    total = await store.count_open(call.conn, workspace, call.now) if query.include else None
    return shown(page_of(rows, query, cursors, invite_view, total))


async def revoke_invite(call: Call) -> Answer:
    await service.revoke(call.conn, call.principal, call.id("inv"), call.now)
    return deleted()


async def accept_invite(call: Call) -> Answer:
    session, deps = call.session, call.deps
    await deps.accounts.attempts.take({f"invites of:{session.user}": TOKEN_USER})
    async with deps.db.account(session.user) as conn:
        row = await service.join(
            conn,
            deps.secrets,
            call.body(InviteAccept).token,
            user=session.user,
            request_id=call.request_id,
            now=call.now,
        )
    return shown(own_view(row))


OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/invites",
        id="createInvite",
        summary="Invite somebody by e-mail; the link is shown once",
        tag="members",
        handler=create_invite,
        scope=Permission.WORKSPACE_ADMIN,
        body=InviteCreate,
        answer=NewInviteView,
        status=201,
        problems=(Conflict,),
        example={"email": "sam@example.com", "role": "editor"},
        secret=True,
    ),
    Operation(
        method="GET",
        path="/v1/invites",
        id="listInvites",
        summary="Open invites, newest first",
        tag="members",
        handler=list_invites,
        scope=Permission.WORKSPACE_ADMIN,
        query=PageQuery,
        answer=Page[InviteView],
    ),
    Operation(
        method="DELETE",
        path="/v1/invites/{id}",
        id="revokeInvite",
        summary="Take an invite back",
        tag="members",
        handler=revoke_invite,
        scope=Permission.WORKSPACE_ADMIN,
        status=204,
        problems=(NotFound,),
    ),
    Operation(
        method="POST",
        path="/v1/invites/accept",
        id="acceptInvite",
        summary="Join a workspace as the signed-in user",
        tag="members",
        handler=accept_invite,
        guard="user",
        uses="nothing",
        body=InviteAccept,
        answer=OwnWorkspaceView,
        problems=(NotFound, Conflict, Gone),
        example={"token": "what stands after #invite= in the link"},
    ),
)
