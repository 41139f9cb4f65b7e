"""/v1/audit-log."""

from qz_api.audit import store
from qz_api.audit.schemas import AuditQuery, AuditView, audit_view
from qz_api.audit.store import Sought
from qz_api.callers.permissions import Permission
from qz_api.http.call import Call
from qz_api.http.operation import Operation
from qz_api.http.paging import Page, page_of
from qz_api.http.respond import Answer, shown


async def list_audit_log(call: Call) -> Answer:
    query, principal = call.query(AuditQuery), call.principal
    sought = Sought(query.action, query.object, query.actor, query.since, query.until)
    cursors = call.cursors(sought)
    rows = await store.list_entries(
        call.conn,
        principal.workspace,
        principal.mode,
        sought,
        cursors.read_place(query.cursor),
        query.limit + 1,
    )
    total = None
    if query.include:
        total = await store.count_entries(call.conn, principal.workspace, principal.mode, sought)
    return shown(page_of(rows, query, cursors, audit_view, total, place=("at", "id")))


OPERATIONS = (
    Operation(
        method="GET",
        path="/v1/audit-log",
        id="listAuditLog",
        summary="Who changed what, newest first",
        tag="workspace",
        handler=list_audit_log,
        scope=Permission.WORKSPACE_ADMIN,
        query=AuditQuery,
        answer=Page[AuditView],
        description="A test key sees what happened in test mode.",
    ),
)
