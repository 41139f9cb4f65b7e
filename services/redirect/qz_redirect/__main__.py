"""`python -m qz_redirect serve | replicate | journal … | replica …`"""

import sys
from functools import partial

from qz_common.roles import run_role, settings_or_exit

USAGE = (
    "usage: python -m qz_redirect serve | replicate | journal inspect|verify|resend"
    " | replica inspect|verify|digest"
)


def main(words: list[str]) -> None:
    match words:
        case ["serve"]:
            from qz_redirect.server import serve
            from qz_redirect.settings import ServeSettings

            run_role("redirect", "serve", partial(serve, settings_or_exit(ServeSettings)))
        case ["replicate"]:
            from qz_redirect.replicate import replicate
            from qz_redirect.settings import ReplicateSettings

            settings = settings_or_exit(ReplicateSettings)
            run_role("redirect", "replicate", partial(replicate, settings))
        case ["journal", *rest]:
            from qz_redirect.journal.command import run
            from qz_redirect.settings import DataSettings

            sys.exit(run(rest, settings_or_exit(DataSettings).journals))
        case ["replica", "digest"]:
            from qz_redirect.replica.digest import run as run_digest
            from qz_redirect.settings import ReplicateSettings

            sys.exit(run_digest(settings_or_exit(ReplicateSettings)))
        case ["replica", *rest]:
            from qz_redirect.replica.command import run as run_replica
            from qz_redirect.settings import DataSettings

            sys.exit(run_replica(rest, settings_or_exit(DataSettings).replica))
        case _:
            sys.exit(USAGE)


if __name__ == "__main__":
    main(sys.argv[1:])
