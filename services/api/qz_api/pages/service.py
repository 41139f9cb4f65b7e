"""What may become of a landing page, and what links and codes ask about pages.

The page is compiled and its record is on the outbox in the transaction that writes it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from qz_api.absence import present
from qz_api.audit import service as audit
from qz_api.audit.actions import Action
from qz_api.callers.principal import Principal
from qz_api.connection import Connection, Row
from qz_api.differing import says_news
from qz_api.http.parse import validate
from qz_api.links.draft import Report
from qz_api.links.service import refuse_locked
from qz_api.pages import store
from qz_api.pages.compile import COMPILER, Compiled, compile_landing
from qz_api.pages.gate import admit_all
from qz_api.pages.pictures import missing, pictures_of
from qz_api.pages.publish import publish, take_away
from qz_api.pages.schemas import Document, LandingPageCreate, LandingPagePatch
from qz_api.transaction import Transaction
from qz_common.errors import Conflict, FieldError, Invalid
from qz_common.ids import new_uuid, random_slug, show_id
from qz_common.urls import UrlPolicy

BLOCK_ID_LENGTH = 6
SHOWN_USERS = 20
OWN_COLUMNS = {"slug", "published"}


async def create(
    conn: Transaction,
    principal: Principal,
    draft: LandingPageCreate,
    policy: UrlPolicy,
    now: datetime,
) -> Row:
    document = draft.model_dump(mode="json", exclude=OWN_COLUMNS)
    document, compiled = await _compiled(conn, principal, document, policy)
    id = new_uuid()
    await _claim_slug(conn, principal, draft.slug, id)
    row = await store.insert_landing(
        conn,
        id=id,
        workspace=principal.workspace,
        mode=principal.mode,
        slug=draft.slug,
        document=document,
        published=draft.published,
        compiler=COMPILER,
        created_by=principal.id,
        now=now,
    )
    if row is None:
        raise _slug_taken(draft.slug)
    await publish(conn, row, compiled)
    await _tell(conn, principal, "landing_page.created", None, row)
    return row


async def update(
    conn: Transaction,
    principal: Principal,
    before: Row,
    patch: LandingPagePatch,
    policy: UrlPolicy,
    now: datetime,
) -> Row:
    """`before` is locked."""
    changes = patch.model_dump(mode="json", exclude_unset=True)
    slug = changes.pop("slug", before["slug"])
    published = changes.pop("published", None)
    published = before["published"] if published is None else published
    document, compiled = await _compiled(conn, principal, {**before["document"], **changes}, policy)
    shown = {"document": document, "published": published}
    if not says_news(before, {**shown, "slug": slug}):
        return before
    if says_news(before, shown):
        await refuse_locked(conn, principal, "page", before["id"], Report())
    await _claim_slug(conn, principal, slug, before["id"])
    row = await store.update_landing(
        conn,
        workspace=principal.workspace,
        id=before["id"],
        slug=slug,
        **shown,
        compiler=COMPILER,
        now=now,
    )
    await publish(conn, row, compiled)
    await _tell(conn, principal, "landing_page.updated", before, row)
    return row


async def delete(conn: Transaction, principal: Principal, page: Row, now: datetime) -> None:
    """`page` is locked; refused while a link shows it: a printed code would lead nowhere."""
    users = await store.links_showing(conn, principal.workspace, page["id"], SHOWN_USERS)
    if users:
        links = [show_id("lnk", row["id"]) for row in users]
        errors = [FieldError("", "page_in_use", f"{link} shows it") for link in links]
        why = f"links show this page: {', '.join(links)}"
        raise Conflict(why, "page_in_use", errors=errors)
    row = await store.mark_deleted(conn, principal.workspace, page["id"], now)
    await take_away(conn, row, row["route_version"])
    await _tell(conn, principal, "landing_page.deleted", page, None)


async def require_page(conn: Connection, principal: Principal, id: UUID) -> Row:
    return present(
        await store.get_landing(conn, principal.workspace, principal.mode, id), "landing page"
    )


async def lock(conn: Connection, principal: Principal, id: UUID) -> Row:
    return present(
        await store.lock_landing(conn, principal.workspace, principal.mode, id), "landing page"
    )


async def compiled_landing(conn: Connection, page: Row) -> Compiled:
    """A stored page as this release compiles it."""
    document = Document.model_validate(page["document"])
    pictures = await pictures_of(conn, page["workspace_id"], page["mode"], document)
    return compile_landing(document, pictures)


async def _compiled(
    conn: Connection, principal: Principal, raw: Mapping[str, Any], policy: UrlPolicy
) -> tuple[dict[str, Any], Compiled]:
    """The document as it is stored: every block named, every address canonical."""
    document = validate(Document, {**raw})
    for block in document.blocks:
        block.id = block.id or random_slug(BLOCK_ID_LENGTH)
    pictures = await pictures_of(conn, principal.workspace, principal.mode, document)
    errors = [*admit_all(document, policy), *missing(document, pictures)]
    if errors:
        raise Invalid(f"the page is refused: {errors[0].message}", errors=errors)
    return document.model_dump(mode="json"), compile_landing(document, pictures)


async def _tell(
    conn: Transaction, principal: Principal, action: Action, before: Row | None, after: Row | None
) -> None:
    id = show_id("pg", (before or after or {})["id"])
    await audit.record(conn, principal, action, id, _told(before), _told(after))


def _told(row: Row | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {**row["document"], "slug": row["slug"], "published": row["published"]}


async def _claim_slug(conn: Connection, principal: Principal, slug: str | None, id: UUID) -> None:
    """Whoever wants a slug waits for others who want it: a new page and an old one alike."""
    mine = principal.workspace, principal.mode
    if slug and not await store.claim_slug(conn, *mine, slug, id):
        raise _slug_taken(slug)


def _slug_taken(slug: str | None) -> Conflict:
    error = FieldError("/slug", "slug_taken", "is taken")
    return Conflict(f"another landing page is called {slug}", "slug_taken", errors=[error])
