"""What drafts are read against, asked of Postgres once for all drafts of a command."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from qz_api.callers.principal import Principal
from qz_api.connection import Row
from qz_api.http.call import Call
from qz_api.images.pictures.pinning import Copies, copies_of
from qz_api.links import neighbours, store
from qz_api.links.policy import deployment_hosts
from qz_api.transaction import Transaction
from qz_common.ids import read_id
from qz_common.urls import MAX_LENGTH, UrlPolicy, UrlRefused, parse


@dataclass(frozen=True, kw_only=True)
class Context:
    principal: Principal
    policy: UrlPolicy
    locations: Mapping[UUID, str] = field(default_factory=dict)
    campaigns: Mapping[UUID, Mapping[str, str]] = field(default_factory=dict)
    landing_pages: frozenset[UUID] = frozenset()
    hosts: Mapping[str, str | None] = field(default_factory=dict)
    default_host: str = ""
    looks: Mapping[UUID, Mapping[str, Any]] = field(default_factory=dict)
    pictures: Copies = field(default_factory=Copies)
    route_versions: Iterator[int] = field(default_factory=lambda: iter(()))
    """For links that are about to be made."""


async def gather(
    conn: Transaction,
    principal: Principal,
    drafts: Sequence[Mapping[str, Any]],
    own_hosts: frozenset[str],
    *,
    creating: bool = False,
) -> Context:
    """`own_hosts` are the deployment's; verified domains come on top."""
    workspace, mode = principal.workspace, principal.mode
    new = len(drafts) if creating else 0
    around = await store.surroundings(conn, workspace, mode, hosts_in(drafts), new)
    looks = await neighbours.looks(conn, workspace, mode, _ids("sty", _named(drafts, "style_id")))
    styles = [*looks.values(), *_styles(drafts)]
    return Context(
        principal=principal,
        policy=_policy(around, own_hosts),
        default_host=around["default_host"] if creating else "",
        locations=await neighbours.locations(conn, workspace, mode, _ids("dst", _targets(drafts))),
        campaigns=await neighbours.campaign_utm(
            conn, workspace, mode, _ids("cmp", _named(drafts, "campaign_id"))
        ),
        landing_pages=frozenset(
            await neighbours.landing_pages(
                conn, principal, _ids("pg", _named(drafts, "landing_page_id"))
            )
        ),
        hosts=await neighbours.hosts(conn, principal, set(_named(drafts, "host"))),
        looks=looks,
        pictures=await copies_of(conn, workspace, mode, styles),
        route_versions=iter(around["route_versions"]),
    )


async def policy_of(call: Call) -> UrlPolicy:
    """For the URLs in the body of a call."""
    return await url_policy(call.conn, call.principal, deployment_hosts(call.deps.settings))


async def url_policy(
    conn: Transaction, principal: Principal, own_hosts: frozenset[str]
) -> UrlPolicy:
    """For URLs of any host."""
    around = await store.surroundings(conn, principal.workspace, principal.mode, None)
    return _policy(around, own_hosts)


def _policy(around: Row, own_hosts: frozenset[str]) -> UrlPolicy:
    return UrlPolicy(
        own_hosts=own_hosts.union(around["own_hosts"]),
        allowed_domains=frozenset(around["allowed_domains"]),
        blocked_domains=frozenset(around["blocked_domains"]),
        allow_private=around["allow_private_destinations"],
    )


def hosts_in(drafts: Iterable[Mapping[str, Any]]) -> set[str]:
    """Hosts of all URLs that the gate will be asked about; what is no URL has none."""
    found: set[str] = set()
    for url in set(_urls(drafts)):
        try:
            found.add(parse(url, MAX_LENGTH).host.ascii)
        except UrlRefused:
            continue
    return found


def _urls(drafts: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for draft in drafts:
        given = [draft.get("destination_url"), draft.get("fallback_url")]
        given += (draft.get("app") or {}).values()
        given += (draft.get("content") or {}).values()
        yield from (url for url in given if isinstance(url, str))
        yield from _in_rules(draft.get("rules"), "destination_url")


def _in_rules(rules: Any, field: str) -> Iterator[str]:
    """A field of rules and arms that nobody has checked yet."""
    for rule in rules if isinstance(rules, list | tuple) else ():
        arms = rule.get("split") if isinstance(rule, dict) else None
        for target in (rule, *(arms if isinstance(arms, list | tuple) else ())):
            name = target.get(field) if isinstance(target, dict) else None
            if isinstance(name, str) and name:
                yield name


def _targets(drafts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield from _named(drafts, "destination_id")
    for draft in drafts:
        yield from _in_rules(draft.get("rules"), "destination_id")


def _styles(drafts: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    yield from (style for draft in drafts if (style := draft.get("style")))


def _named(drafts: Sequence[Mapping[str, Any]], field: str) -> Iterator[str]:
    for draft in drafts:
        if name := draft.get(field):
            yield name


def _ids(prefix: str, names: Iterable[str]) -> set[UUID]:
    return {id for name in names if (id := read_id(prefix, name))}
