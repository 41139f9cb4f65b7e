"""/v1/domains."""

from qz_api import listing
from qz_api.callers.permissions import Permission
from qz_api.domains import service, store
from qz_api.domains.hosts import record_name
from qz_api.domains.schemas import (
    DomainCreate,
    DomainPatch,
    DomainQuery,
    DomainView,
    domain_view,
)
from qz_api.http.call import Call
from qz_api.http.operation import Operation
from qz_api.http.paging import Page
from qz_api.http.respond import Answer, created, deleted, shown
from qz_api.links.context import policy_of
from qz_api.links.policy import deployment_hosts
from qz_common.errors import Conflict, NotFound, PreconditionFailed, Unavailable

TAG = "domains"


async def create_domain(call: Call) -> Answer:
    body = call.body(DomainCreate)
    ours = deployment_hosts(call.deps.settings)
    policy = await policy_of(call)
    row = await service.create(
        call.conn, call.principal, body.host, body.root_url, ours, policy, call.now
    )
    view = domain_view(row)
    return created(view, f"/v1/domains/{view.id}", version=row["version"])


async def get_domain(call: Call) -> Answer:
    row = await service.get(call.conn, call.principal, call.id("dom"))
    return shown(domain_view(row), version=row["version"])


async def list_domains(call: Call) -> Answer:
    query = call.query(DomainQuery)
    found = listing.plain(call.principal, store.TABLE, query, status=query.status, host=query.host)
    return await listing.answer(call, store.TABLE, found, query, domain_view)


async def update_domain(call: Call) -> Answer:
    patch = call.body(DomainPatch)
    before = await service.lock(
        call.conn, call.principal, call.id("dom"), for_default=bool(patch.default)
    )
    call.check_version(before["version"])
    row = await service.update(
        call.conn, call.principal, before, patch, await policy_of(call), call.now
    )
    return shown(domain_view(row), version=row["version"])


async def delete_domain(call: Call) -> Answer:
    row = await service.lock(call.conn, call.principal, call.id("dom"))
    call.check_version(row["version"])
    await service.delete(call.conn, call.principal, row)
    return deleted()


async def verify_domain(call: Call) -> Answer:
    id, workspace = call.id("dom"), call.principal.workspace
    async with call.deps.db.transaction(workspace) as conn:
        host = (await service.get(conn, call.principal, id))["host"]
    texts = await call.deps.dns.texts(record_name(host))
    async with call.deps.db.transaction(workspace) as conn:
        settled = await service.settle(conn, call.principal, id, texts, call.now)
    if isinstance(settled, Conflict):
        raise settled
    return shown(domain_view(settled), version=settled["version"])


OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/domains",
        id="createDomain",
        summary="Claim a short domain of your own",
        tag=TAG,
        handler=create_domain,
        scope=Permission.WORKSPACE_ADMIN,
        body=DomainCreate,
        answer=DomainView,
        status=201,
        problems=(Conflict,),
        example={"host": "go.example.com", "root_url": "https://www.example.com"},
        description="The answer has the DNS record that shows it is yours; set it, then verify.",
    ),
    Operation(
        method="GET",
        path="/v1/domains",
        id="listDomains",
        summary="Own short domains, newest first",
        tag=TAG,
        handler=list_domains,
        scope=Permission.LINKS_READ,
        query=DomainQuery,
        answer=Page[DomainView],
    ),
    Operation(
        method="GET",
        path="/v1/domains/{id}",
        id="getDomain",
        summary="One own short domain",
        tag=TAG,
        handler=get_domain,
        scope=Permission.LINKS_READ,
        answer=DomainView,
        problems=(NotFound,),
    ),
    Operation(
        method="PATCH",
        path="/v1/domains/{id}",
        id="updateDomain",
        summary="Change where the bare host leads, or make it the default for new links",
        tag=TAG,
        handler=update_domain,
        scope=Permission.WORKSPACE_ADMIN,
        body=DomainPatch,
        answer=DomainView,
        problems=(NotFound, Conflict, PreconditionFailed),
        example={"root_url": "https://www.example.com/welcome"},
    ),
    Operation(
        method="DELETE",
        path="/v1/domains/{id}",
        id="deleteDomain",
        summary="Give a domain up, once no link stands on it",
        tag=TAG,
        handler=delete_domain,
        scope=Permission.WORKSPACE_ADMIN,
        status=204,
        problems=(NotFound, Conflict, PreconditionFailed),
    ),
    Operation(
        method="POST",
        path="/v1/domains/{id}/verify",
        id="verifyDomain",
        summary="Look for the DNS record now; once found, edges answer for the host",
        tag=TAG,
        handler=verify_domain,
        scope=Permission.WORKSPACE_ADMIN,
        answer=DomainView,
        problems=(NotFound, Conflict, Unavailable),
        uses="nothing",
        description="May be repeated at will: looking twice changes nothing.",
    ),
)
