"""/v1/members."""

from qz_api.accounts.members import service, store
from qz_api.accounts.members.schemas import MemberPatch, MemberView, member_view
from qz_api.accounts.roles import check_administers
from qz_api.callers.permissions import Permission
from qz_api.http.call import Call
from qz_api.http.operation import Operation
from qz_api.http.paging import Page, PageQuery, page_of
from qz_api.http.respond import Answer, deleted, shown
from qz_common.errors import Conflict, NotFound


async def list_members(call: Call) -> Answer:
    check_administers(call.principal)
    query, workspace = call.query(PageQuery), call.principal.workspace
    cursors = call.cursors()
    rows = await store.list_members(
        call.conn, workspace, cursors.read_place(query.cursor), query.limit + 1
    )
    total = await store.count_members(call.conn, workspace) if query.include else None
    return shown(page_of(rows, query, cursors, member_view, total, place=("created_at", "user_id")))


async def update_member(call: Call) -> Answer:
    role = call.body(MemberPatch).role
    row = await service.change_role(call.conn, call.principal, call.id("usr"), role, call.now)
    return shown(member_view(row))


async def remove_member(call: Call) -> Answer:
    await service.remove(call.conn, call.principal, call.id("usr"), call.now)
    return deleted()


OPERATIONS = (
    Operation(
        method="GET",
        path="/v1/members",
        id="listMembers",
        summary="Who belongs to this workspace, newest first",
        tag="members",
        handler=list_members,
        scope=Permission.WORKSPACE_ADMIN,
        query=PageQuery,
        answer=Page[MemberView],
    ),
    Operation(
        method="PATCH",
        path="/v1/members/{id}",
        id="updateMember",
        summary="Give a member another role",
        tag="members",
        handler=update_member,
        scope=Permission.WORKSPACE_ADMIN,
        body=MemberPatch,
        answer=MemberView,
        problems=(NotFound, Conflict),
        example={"role": "editor"},
    ),
    Operation(
        method="DELETE",
        path="/v1/members/{id}",
        id="removeMember",
        summary="Remove a member, or leave",
        tag="members",
        handler=remove_member,
        status=204,
        problems=(NotFound, Conflict),
        description="Removing somebody else needs `workspace:admin`.",
    ),
)
