"""Pictures as they come in and as styles use them.

A foreign picture is fetched through the egress gate, decoded in a drawing process and kept as
bytes that we wrote ourselves; from then on only the copy is drawn.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from qz_api.audit import service as audit
from qz_api.auth.principal import Principal
from qz_api.db import Connection, Row
from qz_api.deps import Deps
from qz_api.images.looks import ROLES, Dress, KeptPicture, StyleJson, dress, picture_id, unpinned
from qz_api.images.pictures import store
from qz_api.images.refusals import as_invalid
from qz_api.images.wire import Decode
from qz_common.egress import LOGOS, EgressError, parse_networks
from qz_common.errors import Conflict, FieldError, Invalid, NotFound
from qz_common.ids import new_uuid, show_id
from qz_render import RenderError

MOST_BYTES = 2 << 20
MOST_BYTES_OF_ONE = 256 << 20
"""Of one workspace."""
TRY_AGAIN = timedelta(minutes=10)
"""A host that failed is left alone for so long."""


async def dressed(
    deps: Deps, workspace: UUID, mode: str, style: StyleJson, pointer: str = "/style"
) -> Dress:
    """A style with its pictures, fetching what nobody has fetched for this workspace yet.

    Opens transactions of its own: not for use inside of one.
    """
    kept = await _pinned(deps, workspace, mode, style, pointer)
    for role, name, url in unpinned(style):
        kept[role] = await _of_source(deps, workspace, mode, url, f"{pointer}/{name}")
    return _dress(style, kept, pointer)


async def dressed_once(deps: Deps, workspace: UUID, mode: str, style: StyleJson) -> Dress:
    """The same for an image of which nothing is kept: not its pictures either."""
    kept = await _pinned(deps, workspace, mode, style, "/style")
    for role, name, url in unpinned(style):
        kept[role] = await fetched(deps, workspace, url, f"/style/{name}")
    return _dress(style, kept, "/style")


def _dress(style: StyleJson, kept: Mapping[str, KeptPicture], pointer: str) -> Dress:
    try:
        return dress(style, kept, pointer)
    except RenderError as error:
        raise as_invalid(error) from None


async def fetched(deps: Deps, owner: UUID, url: str, pointer: str) -> KeptPicture:
    policy = replace(LOGOS, allow_networks=parse_networks(deps.settings.egress_allow_networks))
    try:
        download = await deps.egress.fetch(url, policy)
    except EgressError as error:
        raise _not_fetched(pointer, error.code, error.message) from None
    if not download.ok:
        raise _not_fetched(pointer, "bad_response", f"the host answered {download.status}")
    return await decoded(deps, owner, download.body, pointer)


async def decoded(deps: Deps, owner: UUID, data: bytes, pointer: str) -> KeptPicture:
    """A stranger's bytes as a picture of ours; Invalid says what is wrong with them."""
    made = await deps.images.renderer.run(owner, Decode(data, pointer, MOST_BYTES))
    facts = made.facts
    return KeptPicture(made.data, facts["width"], facts["height"], facts["digest"])


async def keep(
    conn: Connection,
    workspace: UUID,
    mode: str,
    picture: KeptPicture,
    *,
    source_url: str,
    created_by: str,
    now: datetime,
) -> Row:
    if await store.usage(conn, workspace) + len(picture.data) > MOST_BYTES_OF_ONE:
        raise Conflict("the pictures of this workspace take up all their room", "pictures_full")
    return await store.insert(
        conn,
        {
            "id": new_uuid(),
            "workspace_id": workspace,
            "mode": mode,
            "digest": picture.digest,
            "width": picture.width,
            "height": picture.height,
            "data": picture.data,
            "source_url": source_url,
            "created_by": created_by,
            "created_at": now,
        },
    )


async def get_picture(conn: Connection, principal: Principal, id: UUID) -> Row:
    row = await store.get(conn, principal.workspace, principal.mode, id)
    if row is None:
        raise NotFound("there is no such picture here")
    return row


async def delete_picture(conn: Connection, principal: Principal, id: UUID) -> None:
    row = await get_picture(conn, principal, id)
    if await store.is_used(conn, principal.workspace, principal.mode, show_id("pic", id)):
        raise Conflict("a style or a code shows this picture", "picture_in_use")
    await store.delete(conn, principal.workspace, principal.mode, id)
    await audit.record(conn, principal, "picture.deleted", show_id("pic", id), told(row), None)


def told(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("width", "height", "bytes", "source_url")}


async def pin(
    conn: Connection, workspace: UUID, mode: str, styles: Mapping[str, StyleJson]
) -> dict[str, dict[str, Any]]:
    """Styles by pointer, each foreign picture pinned to the copy that `bring` has made.

    Invalid names the ids that are not this workspace's, and the pictures nobody has brought.
    """
    urls = {url for style in styles.values() for _, _, url in unpinned(style)}
    known = {row["url"]: row for row in await _sources(conn, workspace, mode, urls)}
    named = {id for style in styles.values() for id in _ids(style).values()}
    found = await store.get_ids(conn, workspace, mode, named) if named else set()
    errors: list[FieldError] = []
    pinned: dict[str, dict[str, Any]] = {}
    for pointer, style in styles.items():
        for role, id in _ids(style).items():
            if id not in found:
                errors.append(_unknown(f"{pointer}/{ROLES[role][1]}"))
        copies: dict[str, Any] = {}
        for role, name, url in unpinned(style):
            row = known.get(url)
            if row is None or row["picture_id"] is None:
                why = row["failure"] if row else "it was not fetched"
                errors.append(FieldError(f"{pointer}/{name}", "picture_not_fetched", why))
            else:
                copies[ROLES[role][1]] = show_id("pic", row["picture_id"])
        pinned[pointer] = {**style, **copies}
    if errors:
        raise Invalid("pictures of this style can't be had", errors=errors)
    return pinned


async def bring(deps: Deps, principal: Principal, styles: Mapping[str, StyleJson]) -> None:
    """Fetches the foreign pictures of styles that are about to be written, by pointer.

    Opens transactions of its own; what can't be had is Invalid, all at once.
    """
    wanted = {
        url: f"{pointer}/{name}"
        for pointer, style in styles.items()
        for _, name, url in unpinned(style)
    }
    if len(wanted) > MOST_SOURCES:
        raise Invalid(f"at most {MOST_SOURCES} different pictures can be fetched in one call")
    tried = await asyncio.gather(
        *(
            _of_source(deps, principal.workspace, principal.mode, url, pointer, principal.id)
            for url, pointer in wanted.items()
        ),
        return_exceptions=True,
    )
    refused = [each for each in tried if isinstance(each, Invalid)]
    if refused:
        errors = [error for each in refused for error in each.errors]
        raise Invalid(refused[0].detail, refused[0].code, errors=errors)
    for each in tried:
        if isinstance(each, BaseException):
            raise each


MOST_SOURCES = 8


def _ids(style: StyleJson) -> dict[str, UUID]:
    named = {role: picture_id(style, name) for role, (_, name) in ROLES.items()}
    return {role: id for role, id in named.items() if id}


async def _pinned(
    deps: Deps, workspace: UUID, mode: str, style: StyleJson, pointer: str
) -> dict[str, KeptPicture]:
    wanted = _ids(style)
    shelf = deps.images.shelf
    missing = {id for id in wanted.values() if shelf.get((workspace, mode, id)) is None}
    found: dict[UUID, KeptPicture] = {}
    if missing:
        async with deps.db.transaction(workspace) as conn:
            for row in await store.get_data(conn, workspace, mode, missing):
                picture = KeptPicture(row["data"], row["width"], row["height"], row["digest"])
                found[row["id"]] = picture
                shelf.put((workspace, mode, row["id"]), picture)
    kept = {role: shelf.get((workspace, mode, id)) or found.get(id) for role, id in wanted.items()}
    absent = [_unknown(f"{pointer}/{ROLES[role][1]}") for role in kept if kept[role] is None]
    if absent:
        raise Invalid(absent[0].message, "unknown_picture", errors=absent)
    return {role: picture for role, picture in kept.items() if picture}


async def _of_source(
    deps: Deps, workspace: UUID, mode: str, url: str, pointer: str, created_by: str = "system"
) -> KeptPicture:
    """The copy of a foreign picture, made now if there is none and none was tried for just now."""
    async with deps.db.transaction(workspace) as conn:
        known = await _sources(conn, workspace, mode, {url})
    now = deps.clock.now()
    if known and known[0]["picture_id"]:
        copy = {ROLES["logo"][1]: show_id("pic", known[0]["picture_id"])}
        (picture,) = (await _pinned(deps, workspace, mode, copy, pointer)).values()
        return picture
    if known and now - known[0]["tried_at"] < TRY_AGAIN:
        raise _not_fetched(pointer, "picture_not_fetched", known[0]["failure"])
    return await _first_copy(deps, workspace, mode, url, pointer, created_by, now)


async def _first_copy(
    deps: Deps,
    workspace: UUID,
    mode: str,
    url: str,
    pointer: str,
    created_by: str,
    now: datetime,
) -> KeptPicture:
    try:
        picture = await fetched(deps, workspace, url, pointer)
    except Invalid as refused:
        async with deps.db.transaction(workspace) as conn:
            await store.note_source(conn, workspace, mode, url, None, refused.detail, now)
        raise
    async with deps.db.transaction(workspace) as conn:
        row = await keep(
            conn, workspace, mode, picture, source_url=url, created_by=created_by, now=now
        )
        await store.note_source(conn, workspace, mode, url, row["id"], "", now)
    return picture


async def _sources(conn: Connection, workspace: UUID, mode: str, urls: set[str]) -> list[Row]:
    return await store.sources(conn, workspace, mode, urls) if urls else []


def _not_fetched(pointer: str, code: str, why: str) -> Invalid:
    detail = f"the picture could not be fetched: {why}"
    return Invalid(detail, "picture_not_fetched", errors=[FieldError(pointer, code, why)])


def _unknown(pointer: str) -> FieldError:
    return FieldError(pointer, "unknown_picture", "there is no such picture here")
