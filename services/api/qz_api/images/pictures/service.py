"""Pictures as they come in and as styles use them.

A foreign picture is fetched through the egress gate, decoded in a drawing process and kept as
bytes that we wrote ourselves; from then on only the copy is drawn.
"""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from qz_api.absence import absent, present
from qz_api.audit import service as audit
from qz_api.audit.actor import Actor, Ourselves
from qz_api.callers.principal import Principal
from qz_api.connection import Connection, Row
from qz_api.deps import Deps
from qz_api.images.looks import ROLES, Dress, KeptPicture, StyleJson, dress, picture_ids, unpinned
from qz_api.images.pictures import store
from qz_api.images.pictures.pinning import copies_of
from qz_api.images.refusals import as_invalid
from qz_api.images.wire import Decode
from qz_api.transaction import Transaction
from qz_common.egress import EgressError
from qz_common.errors import Conflict, FieldError, Invalid
from qz_common.ids import new_uuid, show_id
from qz_render import RenderError

MOST_BYTES = 2 << 20
MOST_BYTES_OF_ONE = 256 << 20
"""Of one workspace."""
MOST_SOURCES = 8
"""Hosts asked in one call."""
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
        kept[role] = await _of_source(deps, Ourselves(workspace, mode), url, f"{pointer}/{name}")
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
    try:
        download = await deps.egress.fetch(url, deps.images.hosts)
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


async def create(deps: Deps, principal: Principal, url: str, data: bytes, now: datetime) -> Row:
    """Fetched from `url`, or what stands in `data`. Opens transactions of its own."""
    owner = principal.workspace
    if url:
        picture = await fetched(deps, owner, url, "/url")
    else:
        picture = await decoded(deps, owner, data, "/data")
    async with deps.db.transaction(owner) as conn:
        return await _keep(conn, principal, picture, url, now)


async def _keep(
    conn: Transaction, maker: Actor, picture: KeptPicture, source_url: str, now: datetime
) -> Row:
    if await store.usage(conn, maker.workspace) + len(picture.data) > MOST_BYTES_OF_ONE:
        raise Conflict("the pictures of this workspace take up all their room", "pictures_full")
    row = await store.insert(
        conn,
        {
            "id": new_uuid(),
            "workspace_id": maker.workspace,
            "mode": maker.mode,
            "digest": picture.digest,
            "width": picture.width,
            "height": picture.height,
            "data": picture.data,
            "source_url": source_url,
            "created_by": maker.id,
            "created_at": now,
        },
    )
    await audit.record(conn, maker, "picture.created", show_id("pic", row["id"]), None, _told(row))
    return row


async def get(conn: Connection, principal: Principal, id: UUID) -> Row:
    return present(await store.get(conn, principal.workspace, principal.mode, id), "picture")


async def delete(conn: Transaction, principal: Principal, id: UUID) -> None:
    row = await store.lock(conn, principal.workspace, principal.mode, id)
    if row is None:
        raise absent("picture")
    if await store.is_used(conn, principal.workspace, principal.mode, show_id("pic", id)):
        raise Conflict("a style, a code or a landing page shows this picture", "picture_in_use")
    await store.delete(conn, principal.workspace, principal.mode, id)
    await audit.record(conn, principal, "picture.deleted", show_id("pic", id), _told(row), None)


def _told(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in ("width", "height", "bytes", "source_url")}


async def pin(
    conn: Connection, workspace: UUID, mode: str, style: StyleJson, pointer: str
) -> dict[str, Any]:
    """The style with each foreign picture pinned to the copy that `bring` has made; Invalid names
    what is not there."""
    copies = await copies_of(conn, workspace, mode, [style])
    pinned, errors = copies.pin(style, pointer)
    if errors:
        code = "picture_not_fetched" if any(map(_is_foreign, errors)) else errors[0].code
        raise Invalid(f"a picture can't be had: {errors[0].message}", code, errors=errors)
    return pinned


async def bring(deps: Deps, principal: Principal, styles: Iterable[StyleJson]) -> None:
    """Fetches the foreign pictures of styles that are about to be written.

    Opens transactions of its own. What can't be had is noted, and told by who writes the style.
    """
    urls = {url for style in styles for _, _, url in unpinned(style)}
    if len(urls) > MOST_SOURCES:
        why = f"at most {MOST_SOURCES} different pictures can be fetched in one call"
        raise Invalid(why, "too_many_pictures")
    tried = await asyncio.gather(
        *(_brought(deps, principal, url) for url in sorted(urls)), return_exceptions=True
    )
    for each in tried:
        if isinstance(each, BaseException):
            raise each


async def _brought(deps: Deps, principal: Principal, url: str) -> None:
    with suppress(Invalid):
        await _of_source(deps, principal, url, "")


async def _pinned(
    deps: Deps, workspace: UUID, mode: str, style: StyleJson, pointer: str
) -> dict[str, KeptPicture]:
    wanted = picture_ids(style)
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


async def _of_source(deps: Deps, maker: Actor, url: str, pointer: str) -> KeptPicture:
    """The copy of a foreign picture, made now if there is none and none was tried for just now."""
    workspace, mode = maker.workspace, maker.mode
    async with deps.db.transaction(workspace) as conn:
        known = await store.sources(conn, workspace, mode, [url])
    now = deps.clock.now()
    if known and known[0]["picture_id"]:
        copy = {ROLES["logo"][1]: show_id("pic", known[0]["picture_id"])}
        (picture,) = (await _pinned(deps, workspace, mode, copy, pointer)).values()
        return picture
    if known and now - known[0]["tried_at"] < TRY_AGAIN:
        raise _not_fetched(pointer, known[0]["code"], known[0]["failure"])
    return await _first_copy(deps, maker, url, pointer, now)


async def _first_copy(
    deps: Deps, maker: Actor, url: str, pointer: str, now: datetime
) -> KeptPicture:
    workspace, mode = maker.workspace, maker.mode
    try:
        picture = await fetched(deps, workspace, url, pointer)
    except Invalid as refused:
        async with deps.db.transaction(workspace) as conn:
            await store.note_failure(conn, workspace, mode, url, refused.errors[0], now)
        raise
    async with deps.db.transaction(workspace) as conn:
        row = await _keep(conn, maker, picture, url, now)
        await store.note_copy(conn, workspace, mode, url, row["id"], now)
    return picture


def _not_fetched(pointer: str, code: str, why: str) -> Invalid:
    detail = f"the picture could not be fetched: {why}"
    return Invalid(detail, "picture_not_fetched", errors=[FieldError(pointer, code, why)])


def _is_foreign(error: FieldError) -> bool:
    return error.pointer.endswith("_url")


def _unknown(pointer: str) -> FieldError:
    return FieldError(pointer, "unknown_picture", "there is no such picture here")
