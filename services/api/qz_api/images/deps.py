"""What drawing needs for as long as the service runs, opened and closed with it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from prometheus_client import CollectorRegistry

from qz_api.db import Database
from qz_api.images.downloads import Downloads, open_downloads
from qz_api.images.pictures.shelf import Shelf
from qz_api.images.renderer import Renderer, open_renderer
from qz_api.images.settings import RenderSettings
from qz_common.egress import EgressPolicy


@dataclass(frozen=True, kw_only=True)
class Images:
    renderer: Renderer
    shelf: Shelf
    downloads: Downloads
    hosts: EgressPolicy
    """Of pictures that are named by URL."""


@asynccontextmanager
async def open_images(
    settings: RenderSettings, hosts: EgressPolicy, db: Database, registry: CollectorRegistry
) -> AsyncIterator[Images]:
    async with AsyncExitStack() as stack:
        downloads = await stack.enter_async_context(open_downloads(db))
        renderer = await stack.enter_async_context(open_renderer(settings, registry))
        yield Images(renderer=renderer, shelf=Shelf(), downloads=downloads, hosts=hosts)
