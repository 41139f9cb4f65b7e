"""The page of a code whose content is shown rather than followed: one per link, made with it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from qz_api.callers.principal import Principal
from qz_api.links.context import url_policy
from qz_api.outbox import store as outbox
from qz_api.pages import store
from qz_api.pages.compile import COMPILER, Compiled, compile_offer
from qz_api.pages.publish import publish, take_away
from qz_api.transaction import Transaction
from qz_common.errors import FieldError, Invalid
from qz_common.ids import new_uuid
from qz_common.urls import OPEN_POLICY, UrlCode, UrlRefused, admit
from qz_render import Content, RenderError, parse_content
from qz_render.content.event import Event
from qz_render.content.mecard import MeCard
from qz_render.content.vcard import VCard

REFUSED_BY_WORKSPACE = frozenset({UrlCode.BLOCKED, UrlCode.NOT_ALLOWED, UrlCode.UNSAFE})


async def page_for_content(
    conn: Transaction, principal: Principal, link_id: UUID, content: Mapping[str, Any]
) -> UUID:
    """The id of the page that offers this content, compiled and on its way to the edges.

    `content` is JSON as in a body, of a kind in `OFFERS`; Invalid points into /content. Runs
    at every change of the content; the link may be inserted before or after it.
    """
    parsed, compiled = compiled_content(content)
    await _refuse_blocked(conn, principal, parsed)
    row = await store.put_content(
        conn,
        id=new_uuid(),
        workspace=principal.workspace,
        mode=principal.mode,
        link=link_id,
        document=content,
        compiler=COMPILER,
        created_by=principal.id,
    )
    await publish(conn, row, compiled)
    id: UUID = row["id"]
    return id


async def drop_page_of(conn: Transaction, workspace: UUID, link_id: UUID) -> None:
    """For a link that stops being shown, or is forgotten for good."""
    row = await store.delete_content(conn, workspace, link_id)
    if row is not None:
        await take_away(conn, row, await outbox.next_version(conn))


def compiled_content(content: Mapping[str, Any]) -> tuple[Content, Compiled]:
    try:
        parsed = parse_content(content)
        return parsed, compile_offer(parsed, content)
    except RenderError as error:
        errors = [FieldError(each.pointer, each.code, each.message) for each in error.problems]
        raise Invalid(str(error), errors=errors) from None
    except UrlRefused as refusal:
        wrong = FieldError("/content", refusal.code, refusal.message)
        raise Invalid(refusal.message, refusal.code, errors=[wrong]) from None


async def _refuse_blocked(conn: Transaction, principal: Principal, content: Content) -> None:
    """An address that is merely no link is shown as text; one that the workspace refuses isn't."""
    urls = _addresses(content)
    policy = await url_policy(conn, principal, frozenset()) if urls else OPEN_POLICY
    for field, url in urls:
        try:
            admit(url, policy)
        except UrlRefused as refusal:
            if refusal.code in REFUSED_BY_WORKSPACE:
                wrong = FieldError(f"/content/{field}", refusal.code, refusal.message)
                raise Invalid(refusal.message, refusal.code, errors=[wrong]) from None


def _addresses(content: Content) -> list[tuple[str, str]]:
    if isinstance(content, VCard | MeCard):
        return [("urls", url) for url in content.person.urls]
    return [("url", content.url)] if isinstance(content, Event) and content.url else []
