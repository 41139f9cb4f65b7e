"""python -m qz_api serve | worker | migrate | seed | republish | openapi

A role imports what it needs and nothing else: `migrate` starts in a third of the time of `serve`.
"""

import argparse
import asyncio
import json
import sys
from pathlib import Path

import asyncpg
import orjson

from qz_common.errors import Permanent
from qz_common.roles import run_role, settings_or_exit


def main() -> None:
    parser = argparse.ArgumentParser(prog="qz_api", description=__doc__)
    roles = parser.add_subparsers(dest="role", required=True)
    roles.add_parser("serve", help="answer calls of the management API")
    roles.add_parser("migrate", help="bring the schema up to this release")
    seeding = roles.add_parser("seed", help="make a demo workspace with keys")
    seeding.add_argument("--known", type=Path, help="JSON file with keys of an earlier seed")
    roles.add_parser("worker", help="publish, follow totals, run jobs")
    again = roles.add_parser("republish", help="have the relay publish all routes again")
    again.add_argument(
        "--after-restore",
        action="store_true",
        help="Postgres was restored from a backup: publish with higher versions than ever before",
    )
    roles.add_parser("openapi", help="print the OpenAPI document")
    arguments = parser.parse_args()
    try:
        ROLES[arguments.role](arguments)
    except (Permanent, OSError, asyncpg.PostgresError) as error:
        sys.exit(f"api {arguments.role}: {error}")


def _serve(_: argparse.Namespace) -> None:
    from qz_api.serve import serve
    from qz_api.settings import ApiSettings

    settings = settings_or_exit(ApiSettings)
    run_role("api", "serve", lambda stop: serve(settings, stop))


def _migrate(_: argparse.Namespace) -> None:
    from qz_api import migrate as schema
    from qz_api.settings import AdminSettings

    settings = settings_or_exit(AdminSettings)
    applied = asyncio.run(schema.migrate(settings.admin_dsn))
    print("\n".join(applied) or "the schema is up to date")


def _seed(arguments: argparse.Namespace) -> None:
    from qz_api.sealing import Secrets
    from qz_api.seed import seed
    from qz_api.settings import SeedSettings

    settings = settings_or_exit(SeedSettings)
    known = _read_known(arguments.known)
    seeded = asyncio.run(
        seed(settings.admin_dsn, Secrets.of(settings.key_pepper), settings.accounts, known)
    )
    print(json.dumps(seeded))


def _worker(_: argparse.Namespace) -> None:
    from qz_api.settings import WorkerSettings
    from qz_api.worker import work

    settings = settings_or_exit(WorkerSettings)
    run_role("api", "worker", lambda stop: work(settings, stop))


def _republish(arguments: argparse.Namespace) -> None:
    from qz_api.outbox.reseed import republish
    from qz_api.settings import AdminSettings

    settings = settings_or_exit(AdminSettings)
    asyncio.run(republish(settings.admin_dsn, after_restore=arguments.after_restore))
    print("the active relay publishes all routes again")


def _openapi(_: argparse.Namespace) -> None:
    from qz_api.app import OPERATIONS
    from qz_api.http.openapi import document

    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    sys.stdout.write(orjson.dumps(document(OPERATIONS), option=options).decode())


def _read_known(path: Path | None) -> dict[str, str]:
    """What an earlier seed answered; a file that is missing or broken knows nothing."""
    try:
        found = json.loads(path.read_text()) if path else {}
    except (OSError, ValueError):
        return {}
    return {key: text for key, text in dict(found).items() if isinstance(text, str)}


ROLES = {
    "serve": _serve,
    "worker": _worker,
    "migrate": _migrate,
    "seed": _seed,
    "republish": _republish,
    "openapi": _openapi,
}

if __name__ == "__main__":
    main()
