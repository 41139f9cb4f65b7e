"""The application on one screen: features, their operations, the path from request to handler."""

from collections import defaultdict
from collections.abc import Iterable

from starlette.routing import Route, Router

from qz_api.accounts import routes as accounts
from qz_api.audit import routes as audit
from qz_api.auth import routes as auth
from qz_api.bulk import routes as bulk
from qz_api.calls.log import CallLog
from qz_api.campaigns import routes as campaigns
from qz_api.codes import routes as codes
from qz_api.deps import Deps
from qz_api.destinations import routes as destinations
from qz_api.dispatch import Endpoint
from qz_api.domains import routes as domains
from qz_api.http import explorer
from qz_api.http.hosts import Hosts
from qz_api.http.operation import Operation
from qz_api.http.scope import App, Receive, Scope, Send
from qz_api.images import routes as images
from qz_api.images.batches import routes as prints
from qz_api.images.once import routes as renders
from qz_api.images.pictures import routes as pictures
from qz_api.internal import routes as internal
from qz_api.limits import routes as limits
from qz_api.links import routes as links
from qz_api.middleware import RequestMiddleware
from qz_api.pages import routes as pages
from qz_api.rules import routes as rules
from qz_api.stats import routes as stats
from qz_api.styles import routes as styles
from qz_api.versions import routes as versions
from qz_common.errors import NotFound

FEATURES = (
    auth,
    accounts,
    limits,
    audit,
    codes,
    bulk,
    links,
    versions,
    rules,
    images,
    destinations,
    campaigns,
    pages,
    domains,
    stats,
    internal,
    pictures,
    renders,
    prints,
    styles,
)
OPERATIONS: tuple[Operation, ...] = tuple(
    operation for feature in FEATURES for operation in feature.OPERATIONS
)


def create_app(deps: Deps, calls: CallLog | None = None) -> App:
    endpoints = {path: Endpoint(deps, operations) for path, operations in by_path(OPERATIONS)}
    routes = [Route(path, endpoint=endpoint) for path, endpoint in endpoints.items()]
    exact = {path: endpoint for path, endpoint in endpoints.items() if "{" not in path}
    router = Router(
        [*explorer.routes(OPERATIONS), *routes], default=_absent, redirect_slashes=False
    )

    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        """A path without parameters is looked up; only others are matched one by one. A slash that
        is encoded belongs to a segment, and none of ours has one."""
        if b"%2f" in scope.get("raw_path", b"").lower():
            raise NotFound("there is no such route")
        found = exact.get(scope["path"], router)
        await found(scope, receive, send)

    secure = deps.settings.api_url.startswith("https://")
    hosts = Hosts(deps.settings.api_url, deps.settings.hosts)
    return RequestMiddleware(route, deps.metrics, hosts=hosts, secure=secure, calls=calls)


def by_path(operations: Iterable[Operation]) -> list[tuple[str, tuple[Operation, ...]]]:
    """Paths with fewer parameters first, so that `/bulk` is never taken for an id."""
    found: dict[str, list[Operation]] = defaultdict(list)
    for operation in operations:
        found[operation.path].append(operation)
    ordered = sorted(found.items(), key=lambda item: (item[0].count("{"), item[0]))
    return [(path, tuple(group)) for path, group in ordered]


async def _absent(scope: Scope, receive: Receive, send: Send) -> None:
    raise NotFound("there is no such route")
