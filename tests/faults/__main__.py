"""`make faults`: the long forms of every fault test. `make test` runs the short ones."""

import sys

import pytest

if __name__ == "__main__":
    sys.exit(pytest.main(["-q", "-s", "-m", "slow", "tests/faults", *sys.argv[1:]]))
