"""The daily look: warned at once, given up after a week and only where a setting says so."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from qz_api.domains.dns import Dns
from qz_api.domains.recheck import Rechecker
from qz_api.outbox import store as outbox
from qz_common.clock import FrozenClock
from qz_common.records import CodeRecord, DomainRecord, code_key, decode, domain_key
from tests.api.conftest import MakeTenant, Tenant
from tests.api.domains.name_server import NameServer
from tests.api.domains.test_domains import HOST, claim, show, verify

DAY = timedelta(days=1)


@pytest.fixture
async def domain(api: httpx.AsyncClient, names: NameServer) -> dict[str, Any]:
    claimed = await claim(api)
    show(names, claimed)
    verified: dict[str, Any] = (await verify(api, claimed)).json()
    return verified


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(datetime.now(UTC))


def rechecker(names: NameServer, *, takes_down: bool = False) -> Rechecker:
    return Rechecker(Dns([names.address], 0.4), takes_down=takes_down)


async def state(api: httpx.AsyncClient, domain: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await api.get(f"/v1/domains/{domain['id']}")).json()
    return found


async def test_a_domain_is_looked_at_once_a_day(
    tenant: Tenant, domain: dict[str, Any], names: NameServer, clock: FrozenClock
) -> None:
    names.asked.clear()
    for _ in range(3):
        await rechecker(names).run(tenant.deps.db, clock)
    assert names.asked == []
    clock.advance(DAY)
    for _ in range(3):
        await rechecker(names).run(tenant.deps.db, clock)
    assert names.asked == ["udp"]


async def test_a_record_that_is_gone_is_warned_about_and_the_host_still_served(
    api: httpx.AsyncClient,
    tenant: Tenant,
    domain: dict[str, Any],
    names: NameServer,
    clock: FrozenClock,
) -> None:
    names.texts.clear()
    for _ in range(9):
        clock.advance(DAY)
        await rechecker(names).run(tenant.deps.db, clock)
    seen = await state(api, domain)
    assert (seen["status"], seen["failure"]) == ("verified", "record_missing")
    since = datetime.fromisoformat(seen["failing_since"])
    assert timedelta(days=7.9) < clock.now() - since < timedelta(days=8.1)
    assert (await record(tenant)).status == "active"


async def test_after_a_week_the_host_is_given_up_where_a_setting_says_so(
    api: httpx.AsyncClient,
    tenant: Tenant,
    domain: dict[str, Any],
    names: NameServer,
    clock: FrozenClock,
) -> None:
    names.texts.clear()
    for _ in range(7):
        clock.advance(DAY)
        await rechecker(names, takes_down=True).run(tenant.deps.db, clock)
    assert (await state(api, domain))["status"] == "verified"
    clock.advance(DAY)
    await rechecker(names, takes_down=True).run(tenant.deps.db, clock)
    assert (await state(api, domain))["status"] == "lapsed"
    assert (await record(tenant)).status == "deleted"
    show(names, domain)
    assert (await verify(api, domain)).json()["status"] == "verified"
    assert (await record(tenant)).status == "active"


async def test_a_record_that_is_back_ends_the_warning(
    api: httpx.AsyncClient,
    tenant: Tenant,
    domain: dict[str, Any],
    names: NameServer,
    clock: FrozenClock,
) -> None:
    names.texts.clear()
    clock.advance(DAY)
    await rechecker(names).run(tenant.deps.db, clock)
    show(names, domain)
    clock.advance(DAY)
    await rechecker(names).run(tenant.deps.db, clock)
    seen = await state(api, domain)
    assert (seen["failure"], seen["failing_since"]) == (None, None)


async def test_dns_that_is_away_proves_nothing(
    api: httpx.AsyncClient,
    tenant: Tenant,
    domain: dict[str, Any],
    names: NameServer,
    clock: FrozenClock,
) -> None:
    names.answer = lambda server, query: []
    clock.advance(DAY)
    await rechecker(names, takes_down=True).run(tenant.deps.db, clock)
    assert (await state(api, domain))["failing_since"] is None


async def test_what_a_former_owner_left_below_a_host_does_not_come_to_life(
    tenant: Tenant,
    make_tenant: MakeTenant,
    domain: dict[str, Any],
    names: NameServer,
    clock: FrozenClock,
) -> None:
    old, new = await make_tenant(), tenant
    key = code_key(HOST, "left-over")
    for owner, slug in ((old, "left-over"), (new, "mine")):
        async with owner.deps.db.transaction(owner.id) as conn:
            left = CodeRecord(
                version=1, workspace=owner.text, link="lnk_x", location="https://example.org/"
            )
            await outbox.append(conn, owner.id, code_key(HOST, slug), left)
    await rechecker(names).run(tenant.deps.db, clock)
    row = await old.row("SELECT value FROM routes WHERE key = $1", key)
    gone = decode(row["value"])
    assert isinstance(gone, CodeRecord)
    assert (gone.status, gone.location) == ("deleted", "")
    assert gone.version > 1
    kept = await new.row("SELECT value FROM routes WHERE key = $1", code_key(HOST, "mine"))
    assert b'"deleted"' not in kept["value"]

    # published once more by its author, it is gone again after the next daily look
    async with old.deps.db.transaction(old.id) as conn:
        again = CodeRecord(version=gone.version + 1, workspace=old.text, link="lnk_x")
        await outbox.append(conn, old.id, key, again)
    clock.advance(DAY)
    for _ in range(2):
        await rechecker(names).run(tenant.deps.db, clock)
    row = await old.row("SELECT value FROM routes WHERE key = $1", key)
    assert b'"deleted"' in row["value"]


async def record(tenant: Tenant) -> DomainRecord:
    row = await tenant.row("SELECT value FROM routes WHERE key = $1", domain_key(HOST))
    found = decode(row["value"])
    assert isinstance(found, DomainRecord)
    return found
