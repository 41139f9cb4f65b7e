"""Settings of drawing images."""

import os
from dataclasses import dataclass
from pathlib import Path

from qz_common.settings import setting


@dataclass(frozen=True, kw_only=True)
class RenderSettings:
    processes: int = setting(
        "RENDER_PROCESSES", 0, "Drawing processes; 0: one less than there are processors."
    )
    waiting: int = setting("RENDER_WAITING", 128, "Images that may wait for a process, then 503.")
    waiting_of_one: int = setting(
        "RENDER_WAITING_PER_WORKSPACE", 64, "Of these, the images of one workspace."
    )
    seconds: float = setting("RENDER_SECONDS", 2.0, "Processor time that one image may take.")
    batch_seconds: float = setting(
        "RENDER_BATCH_SECONDS", 45.0, "Processor time that one sheet or archive may take."
    )
    memory_mb: int = setting("RENDER_MEMORY_MB", 768, "Memory that one drawing process may take.")
    cache_dir: Path | None = setting(
        "IMAGE_CACHE_DIR", None, "Folder for images that were drawn; empty: none are kept."
    )
    cache_mb: int = setting("IMAGE_CACHE_MB", 512, "How large that folder may grow.")
    public_images: bool = setting(
        "PUBLIC_IMAGES", False, "Images of codes are for anybody who knows their address."
    )

    @property
    def process_count(self) -> int:
        return self.processes or max(1, (os.cpu_count() or 1) - 1)
