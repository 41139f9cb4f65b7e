"""/v1/users: becoming one. /v1/user: the one signed in."""

from qz_api.accounts.sessions.routes import COOKIE, signed_in
from qz_api.accounts.sessions.schemas import SessionView, UserView
from qz_api.accounts.users import service
from qz_api.accounts.users.schemas import PasswordChange, SignUp, UserPatch
from qz_api.http.call import Call
from qz_api.http.operation import Operation
from qz_api.http.respond import Answer, shown
from qz_common.errors import Conflict, Forbidden, Gone, NotFound, TooMany, Unauthenticated
from qz_common.ids import show_id


async def sign_up(call: Call) -> Answer:
    deps = call.deps
    deps.accounts.gate.cookie.check_origin(call.scope)
    opened = await service.sign_up(
        deps.accounts, deps.db, deps.secrets, call.scope, call.body(SignUp), call.request_id
    )
    return await signed_in(deps, opened, status=201)


async def update_user(call: Call) -> Answer:
    name = call.body(UserPatch).name
    row = await service.rename(call.conn, call.session, name, call.request_id, call.now)
    return shown(UserView(id=show_id("usr", row["id"]), email=row["email"], name=row["name"]))


async def change_password(call: Call) -> Answer:
    deps = call.deps
    opened = await service.change_password(
        deps.accounts, deps.db, call.session, call.body(PasswordChange), call.request_id
    )
    return await signed_in(deps, opened)


OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/users",
        id="signUp",
        summary="Become a user: with an invite, or where sign-up is open",
        tag="session",
        handler=sign_up,
        guard="public",
        uses="nothing",
        body=SignUp,
        answer=SessionView,
        status=201,
        problems=(Unauthenticated, Forbidden, NotFound, Conflict, Gone, TooMany),
        headers=COOKIE,
        example={
            "email": "sam@example.com",
            "password": "four words that nobody guesses",
            "name": "Sam",
            "workspace_name": "Sam's shop",
        },
    ),
    Operation(
        method="PATCH",
        path="/v1/user",
        id="updateUser",
        summary="Change your name",
        tag="session",
        handler=update_user,
        guard="user",
        idempotent=False,
        body=UserPatch,
        answer=UserView,
        example={"name": "Sam"},
    ),
    Operation(
        method="POST",
        path="/v1/user/password",
        id="changePassword",
        summary="Change your password; every other session ends",
        tag="session",
        handler=change_password,
        guard="user",
        uses="nothing",
        body=PasswordChange,
        answer=SessionView,
        problems=(Conflict,),
        headers=COOKIE,
        example={
            "current_password": "four words that nobody guesses",
            "password": "four others that nobody guesses",
        },
    ),
)
