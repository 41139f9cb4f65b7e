"""`make bench`: every bench, one after another; the last lines say how each ended.

    python -m tests.bench [--short] [name …]

`--short` takes a few minutes and shows that everything runs; its figures are rough.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
SHORT = {
    "redirect": ["--rounds", "1", "--seconds", "2", "--codes", "50000"],
    "cold_start": ["--codes", "50000"],
    "visible": ["--scans", "10"],
    "create": ["--rounds", "1", "--seconds", "2"],
    "ingest": ["--rows", "50000", "--rounds", "1"],
    "render": ["4"],
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("names", nargs="*", default=[])
    options = parser.parse_args()
    unknown = set(options.names) - set(benches())
    if unknown:
        parser.error(
            f"no such bench: {', '.join(sorted(unknown))}; there are {', '.join(benches())}"
        )
    ended = [run(name, short=options.short) for name in options.names or benches()]
    print("\n" + "\n".join(line for _, line in ended))
    return max(code for code, _ in ended)


def benches() -> list[str]:
    """The edge's first, as the promises are numbered."""
    found = sorted(path.stem.removesuffix("_bench") for path in HERE.glob("*_bench.py"))
    return sorted(found, key=lambda name: [*SHORT, name].index(name))


def run(name: str, *, short: bool) -> tuple[int, str]:
    """Its exit code, and a line for the summary."""
    print(f"\n=== {name}", flush=True)
    began = time.monotonic()
    words = SHORT.get(name, []) if short else []
    command = [sys.executable, "-m", f"tests.bench.{name}_bench", *words]
    code = subprocess.run(command, check=False).returncode
    took = time.monotonic() - began
    return abs(code), f"{name:12} {'done' if code == 0 else f'FAILED ({code})':12} {took:6.0f} s"


if __name__ == "__main__":
    sys.exit(main())
