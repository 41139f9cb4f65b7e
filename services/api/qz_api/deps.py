"""What the API's handlers work with: one frozen value, opened and closed in order."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from qz_api.accounts.deps import Accounts, open_accounts
from qz_api.auth.service import key_authenticator
from qz_api.callers.principal import Principal
from qz_api.db import Database
from qz_api.domains.dns import Dns
from qz_api.http.scope import Scope
from qz_api.images.deps import Images, open_images
from qz_api.metrics import ApiMetrics, api_metrics
from qz_api.sealing import Secrets
from qz_api.settings import ApiSettings
from qz_api.stats.client import AnalyticsClient
from qz_common.clock import Clock, SystemClock
from qz_common.egress import Egress, open_egress

Authenticator = Callable[[Scope, int], Awaitable[Principal | None]]
"""A principal charged with so many requests; None when the request has no credential of this
kind; a Problem when it has one that does not work."""


@dataclass(frozen=True, kw_only=True)
class Deps:
    settings: ApiSettings
    db: Database
    clock: Clock
    secrets: Secrets
    metrics: ApiMetrics
    analytics: AnalyticsClient
    accounts: Accounts
    egress: Egress
    images: Images
    dns: Dns
    authenticators: tuple[Authenticator, ...]


@asynccontextmanager
async def open_deps(settings: ApiSettings, clock: Clock | None = None) -> AsyncIterator[Deps]:
    secrets = Secrets.of(settings.key_pepper)
    metrics = api_metrics()
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        db = Database(settings.postgres)
        await db.open()
        stack.push_async_callback(db.close)
        analytics = AnalyticsClient(settings.analytics_url, settings.internal_token)
        stack.push_async_callback(analytics.close)
        egress = await stack.enter_async_context(open_egress())
        images = await stack.enter_async_context(
            open_images(settings.render, settings.picture_hosts, db, metrics.registry)
        )
        accounts = stack.enter_context(
            open_accounts(
                settings.accounts,
                api_url=settings.api_url,
                db=db,
                clock=clock,
                secrets=secrets,
            )
        )
        yield Deps(
            settings=settings,
            db=db,
            clock=clock,
            secrets=secrets,
            metrics=metrics,
            analytics=analytics,
            accounts=accounts,
            egress=egress,
            images=images,
            dns=Dns(settings.domains.resolvers, settings.domains.dns_seconds),
            authenticators=(
                key_authenticator(db, secrets, metrics),
                accounts.gate.authenticate,
            ),
        )
