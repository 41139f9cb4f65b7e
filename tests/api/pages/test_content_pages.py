"""The page of a code whose content is shown: made, changed and taken away with its link."""

from typing import Any
from uuid import UUID

import pytest

from qz_api.callers.permissions import PRESETS
from qz_api.callers.plans import effective
from qz_api.callers.principal import Principal
from qz_api.pages import content as content_pages
from qz_api.pages import lookup, service, store
from qz_common.errors import Invalid, NotFound
from qz_common.ids import new_uuid, show_id
from qz_common.records import PageRecord, decode, page_key
from tests.api.conftest import MakeTenant, Tenant
from tests.api.pages.samples import CONTENTS


@pytest.fixture
def principal(tenant: Tenant) -> Principal:
    return Principal(
        kind="key",
        id="key_x",
        name="test",
        workspace=tenant.id,
        mode="live",
        scopes=PRESETS["admin"],
        plan=effective("self_hosted", {}),
    )


async def shown(tenant: Tenant, principal: Principal, content: dict[str, Any], link: UUID) -> UUID:
    """The page first, then its link: any order will do."""
    async with tenant.deps.db.transaction(tenant.id) as conn:
        id = await content_pages.page_for_content(conn, principal, link, content)
        await conn.execute(
            """INSERT INTO links (id, workspace_id, mode, slug, destination_url, page_id,
                   created_by) VALUES ($1, $2, 'live', $3, '', $4, 'test')
               ON CONFLICT (id) DO NOTHING""",
            link,
            tenant.id,
            f"s{link.hex[:20]}",
            id,
        )
    return id


async def published(tenant: Tenant, id: UUID) -> PageRecord:
    key = page_key(show_id("pg", id))
    record = decode((await tenant.row("SELECT value FROM routes WHERE key = $1", key))["value"])
    assert isinstance(record, PageRecord)
    return record


@pytest.mark.parametrize("kind", CONTENTS)
async def test_every_kind_gets_a_page(kind: str, tenant: Tenant, principal: Principal) -> None:
    id = await shown(tenant, principal, CONTENTS[kind], new_uuid())
    record = await published(tenant, id)
    assert (record.status, record.workspace) == ("active", tenant.text)
    assert list(record.html) == ["en", "pt", "es", "de", "fr"]


async def test_a_link_has_one_page_that_changes_with_its_content(
    tenant: Tenant, principal: Principal
) -> None:
    link = new_uuid()
    first = await shown(tenant, principal, CONTENTS["wifi"], link)
    before = await published(tenant, first)
    assert await shown(tenant, principal, CONTENTS["vcard"], link) == first
    after = await published(tenant, first)
    assert after.version > before.version
    assert [file.name for file in after.files] == ["ana-silva.vcf"]


async def test_a_changed_date_is_the_same_entry_in_a_calendar(
    tenant: Tenant, principal: Principal
) -> None:
    link, event = new_uuid(), CONTENTS["event"] | {"description": "Bring a chair. " * 20}
    id = await shown(tenant, principal, event, link)
    (before,) = (await published(tenant, id)).files
    await shown(tenant, principal, event | {"start": "2026-04-01T10:00:00+02:00", "end": ""}, link)
    (after,) = (await published(tenant, id)).files
    assert f"\r\nUID:{show_id('pg', id)}-0\r\n" in before.body
    assert f"\r\nUID:{show_id('pg', id)}-0\r\n" in after.body
    assert "\r\nSEQUENCE:0\r\n" in before.body
    assert "\r\nSEQUENCE:1\r\n" in after.body
    assert "\r\nDTSTART:20260401T080000Z\r\n" in after.body
    assert max(len(line.encode()) for line in after.body.split("\r\n")) <= 75


async def test_a_dropped_page_is_taken_from_the_edges(tenant: Tenant, principal: Principal) -> None:
    link = new_uuid()
    id = await shown(tenant, principal, CONTENTS["text"], link)
    async with tenant.deps.db.transaction(tenant.id) as conn:
        await content_pages.drop_page_of(conn, tenant.id, link)
        await content_pages.drop_page_of(conn, tenant.id, link)
    gone = await published(tenant, id)
    assert (gone.status, gone.html) == ("deleted", {})
    assert (await tenant.row("SELECT page_id FROM links WHERE id = $1", link))["page_id"] is None


async def test_a_bad_field_is_pointed_at(tenant: Tenant, principal: Principal) -> None:
    async with tenant.deps.db.transaction(tenant.id) as conn:
        with pytest.raises(Invalid) as raised:
            await content_pages.page_for_content(conn, principal, new_uuid(), {"kind": "wifi"})
        assert raised.value.errors[0].pointer == "/content/ssid"
        with pytest.raises(Invalid) as raised:
            await content_pages.page_for_content(
                conn, principal, new_uuid(), {"kind": "phone", "number": "12"}
            )
        assert raised.value.code == "invalid_phone_number"


async def test_a_contact_can_not_lead_to_a_domain_that_the_workspace_blocks(
    tenant: Tenant, principal: Principal
) -> None:
    await tenant.rows("UPDATE workspaces SET blocked_domains = '{example.com}'")
    for kind, pointer in (("vcard", "/content/urls"), ("event", "/content/url")):
        async with tenant.deps.db.transaction(tenant.id) as conn:
            with pytest.raises(Invalid) as raised:
                await content_pages.page_for_content(conn, principal, new_uuid(), CONTENTS[kind])
        assert raised.value.code == "domain_blocked"
        assert raised.value.errors[0].pointer == pointer


async def test_a_page_of_content_is_no_landing_page(
    tenant: Tenant, principal: Principal, make_tenant: MakeTenant
) -> None:
    id = await shown(tenant, principal, CONTENTS["text"], new_uuid())
    async with tenant.deps.db.transaction(tenant.id) as conn:
        with pytest.raises(NotFound):
            await service.require_page(conn, principal, id)
        assert await lookup.existing(conn, tenant.id, "live", [id]) == set()
    stranger = await make_tenant()
    async with stranger.deps.db.transaction(stranger.id) as conn:
        assert await store.delete_content(conn, tenant.id, id) is None
