"""`python -m qz_analytics all|consume|query|migrate|verify|rebuild`"""

import argparse
import asyncio
import sys

from qz_analytics import roles
from qz_analytics.migrate import migrate
from qz_analytics.settings import Settings, StoreSettings
from qz_common.roles import Role, run_role, settings_or_exit

SERVICE = "analytics"
TOOLS = ("verify", "rebuild")


def main() -> None:
    parser = argparse.ArgumentParser(prog="qz_analytics", description=__doc__)
    parser.add_argument("role", choices=(*roles.SERVING, *TOOLS, "migrate"))
    role = parser.parse_args().role
    if role == "migrate":
        for name in migrate(settings_or_exit(StoreSettings)):
            print(name)
    elif role in TOOLS:
        sys.exit(_tool(role))
    else:
        run_role(SERVICE, role, _serving(role))


def _tool(role: str) -> int:
    from qz_analytics import tools

    return asyncio.run(tools.TOOLS[role](settings_or_exit(StoreSettings), print))


def _serving(role: str) -> Role:
    settings = settings_or_exit(Settings)

    async def serve(stop: asyncio.Event) -> None:
        await roles.serve(settings, roles.SERVING[role], stop)

    return serve


if __name__ == "__main__":
    main()
