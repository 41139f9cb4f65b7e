"""/v1/session: this browser's. /v1/sessions: all of the user's."""

from datetime import timedelta

from qz_api.absence import absent
from qz_api.accounts.sessions import service, store
from qz_api.accounts.sessions.schemas import (
    OpenSessionView,
    SessionPatch,
    SessionView,
    SessionWorkspaceView,
    SignedOutView,
    SignIn,
    UserView,
)
from qz_api.accounts.sessions.service import Opened
from qz_api.accounts.sessions.session import Session
from qz_api.connection import Row
from qz_api.deps import Deps
from qz_api.http.call import Call
from qz_api.http.operation import Operation
from qz_api.http.paging import Page, PageQuery, page_of
from qz_api.http.respond import Answer, deleted, shown
from qz_common.errors import Forbidden, NotFound, TooMany, Unauthenticated
from qz_common.ids import read_id, show_id


async def sign_in(call: Call) -> Answer:
    accounts, body = call.deps.accounts, call.body(SignIn)
    accounts.gate.cookie.check_origin(call.scope)
    opened = await service.sign_in(
        accounts, call.deps.db, call.scope, body.email, body.password, call.request_id
    )
    return await signed_in(call.deps, opened)


async def get_session(call: Call) -> Answer:
    return shown(session_view(call.session))


async def update_session(call: Call) -> Answer:
    session = call.session
    workspace = read_id("ws", call.body(SessionPatch).workspace)
    if workspace is None:
        raise absent("workspace")
    chosen = await service.choose(call.conn, session.user, session.id, workspace)
    return shown(session_view(session, chosen))


async def sign_out(call: Call) -> Answer:
    await service.end(call.conn, call.session.user, call.session.id)
    return Answer(204, headers=call.deps.accounts.gate.cookie.clear())


async def list_sessions(call: Call) -> Answer:
    query, session = call.query(PageQuery), call.session
    cursors = call.cursors()
    idle = call.deps.accounts.gate.idle
    after = cursors.read_place(query.cursor)
    rows = await store.list_sessions(
        call.conn, session.user, call.now, idle, after, query.limit + 1
    )
    return shown(page_of(rows, query, cursors, lambda row: _open_view(row, session)))


async def end_session(call: Call) -> Answer:
    if not await service.end(call.conn, call.session.user, call.id("ses")):
        raise NotFound("there is no such session")
    return deleted()


async def sign_out_everywhere(call: Call) -> Answer:
    ended = await service.end_all(call.conn, call.session.user)
    answer = shown(SignedOutView(ended=ended))
    return Answer(200, answer.body, {**answer.headers, **call.deps.accounts.gate.cookie.clear()})


async def signed_in(deps: Deps, opened: Opened, *, status: int = 200) -> Answer:
    """The session as `GET /v1/session` shows it, and its cookie."""
    gate = deps.accounts.gate
    session = await gate.of_token(opened.token)
    seconds = (opened.expires_at - deps.clock.now()) // timedelta(seconds=1)
    answer = shown(session_view(session))
    return Answer(status, answer.body, {**answer.headers, **gate.cookie.set(opened.token, seconds)})


def session_view(session: Session, chosen: Row | None = None) -> SessionView:
    return SessionView(
        user=UserView(id=session.user_id, email=session.email, name=session.name),
        workspace=_chosen_view(chosen) if chosen else _workspace_view(session),
        csrf_token=session.csrf_token,
        expires_at=session.expires_at,
    )


def _workspace_view(session: Session) -> SessionWorkspaceView | None:
    if session.workspace is None or session.role is None:
        return None
    return SessionWorkspaceView(
        id=show_id("ws", session.workspace), name=session.workspace_name or "", role=session.role
    )


def _chosen_view(row: Row) -> SessionWorkspaceView:
    return SessionWorkspaceView(id=show_id("ws", row["id"]), name=row["name"], role=row["role"])


def _open_view(row: Row, session: Session) -> OpenSessionView:
    names = ("user_agent", "created_at", "seen_at", "expires_at")
    return OpenSessionView(
        id=show_id("ses", row["id"]),
        current=row["id"] == session.id,
        **{name: row[name] for name in names},
    )


COOKIE = {"Set-Cookie": "The session: HttpOnly, SameSite=Lax, over https Secure and `__Host-`."}
OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/session",
        id="signIn",
        summary="Sign in with e-mail and password",
        tag="session",
        handler=sign_in,
        guard="public",
        uses="nothing",
        body=SignIn,
        answer=SessionView,
        problems=(Unauthenticated, Forbidden, TooMany),
        headers=COOKIE,
        example={"email": "sam@example.com", "password": "four words that nobody guesses"},
    ),
    Operation(
        method="GET",
        path="/v1/session",
        id="getSession",
        summary="Who is signed in, and the CSRF token of this session",
        tag="session",
        handler=get_session,
        guard="user",
        answer=SessionView,
    ),
    Operation(
        method="PATCH",
        path="/v1/session",
        id="updateSession",
        summary="Choose the workspace of calls that name none",
        tag="session",
        handler=update_session,
        guard="user",
        idempotent=False,
        body=SessionPatch,
        answer=SessionView,
        problems=(NotFound,),
        example={"workspace": "ws_01900000000000000000000000"},
    ),
    Operation(
        method="DELETE",
        path="/v1/session",
        id="signOut",
        summary="Sign out",
        tag="session",
        handler=sign_out,
        guard="user",
        idempotent=False,
        status=204,
        headers=COOKIE,
    ),
    Operation(
        method="GET",
        path="/v1/sessions",
        id="listSessions",
        summary="Where the user is signed in, newest first",
        tag="session",
        handler=list_sessions,
        guard="user",
        query=PageQuery,
        answer=Page[OpenSessionView],
    ),
    Operation(
        method="DELETE",
        path="/v1/sessions",
        id="signOutEverywhere",
        summary="Sign out everywhere",
        tag="session",
        handler=sign_out_everywhere,
        guard="user",
        idempotent=False,
        answer=SignedOutView,
        headers=COOKIE,
    ),
    Operation(
        method="DELETE",
        path="/v1/sessions/{id}",
        id="endSession",
        summary="Sign out elsewhere",
        tag="session",
        handler=end_session,
        guard="user",
        idempotent=False,
        status=204,
        problems=(NotFound,),
    ),
)
