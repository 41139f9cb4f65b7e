"""Writes docs/settings.md from the code: `python -m deploy.reference`, that is `make docs`."""

from pathlib import Path

from deploy.embedded.settings import StackSettings
from qz_analytics.settings import Settings as AnalyticsSettings
from qz_api.settings import AdminSettings, ApiSettings, SeedSettings, WorkerSettings
from qz_common.settings import describe
from qz_redirect.settings import ReplicateSettings, ServeSettings

PAGE = Path(__file__).parents[1] / "docs" / "settings.md"
ROLES: dict[str, type] = {
    "redirect serve": ServeSettings,
    "redirect replicate": ReplicateSettings,
    "api serve": ApiSettings,
    "api worker": WorkerSettings,
    "api migrate, api republish": AdminSettings,
    "api seed": SeedSettings,
    "analytics": AnalyticsSettings,
    "make run": StackSettings,
}
HEAD = """# Settings
Read once from the environment when a role starts; a bad value is named and the role ends with
exit code 78. Written from the code by `make docs`; a test holds this page to it.
"""
COLUMNS = "| setting | kind | default | what it is |\n| --- | --- | --- | --- |\n"


def settings_page() -> str:
    return HEAD + "".join(_section(role, kind) for role, kind in ROLES.items())


def _section(role: str, kind: type) -> str:
    rows = "".join(
        f"| `{doc.name}` | {doc.kind} | {_default(doc.default)} | {doc.help} |\n"
        for doc in describe(kind)
    )
    return f"\n## `{role}`\n{COLUMNS}{rows}"


def _default(text: str) -> str:
    return f"`{text}`" if text and text not in ("required", "(secret)") else text


if __name__ == "__main__":
    PAGE.write_text(settings_page())
