"""`make faults`: every fault test at the counts that are promised; `--short` as `make test` does.

    python -m tests.faults [--short] [words for pytest …]

The last lines say which held. What a test measured, it prints.
"""

import os
import sys

import pytest

FOLDER = "tests/faults"
WORDS = ["-q", "-s", "-rpfE"]
PROMISED_KILLS = "200"


def main(words: list[str]) -> int:
    """The worst exit code of the runs."""
    if "--short" in words:
        rest = [word for word in words if word != "--short"]
        return pytest.main([*WORDS, "-m", "not slow and not kafka", FOLDER, *rest])
    os.environ.setdefault("QZ_FAULT_KILLS", PROMISED_KILLS)
    marked = pytest.main([*WORDS, "-m", "slow", FOLDER, *words])
    return max(marked, _by_count(words))


def _by_count(words: list[str]) -> int:
    """Those whose length is a setting, not a case of its own."""
    ignored = [f"--ignore-glob={FOLDER}/test_r*"]
    return pytest.main([*WORDS, "-m", "not kafka", *ignored, FOLDER, *words])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
