"""What a role says, and what it never costs."""

import subprocess
import sys
from pathlib import Path

SAYS = """
import structlog
from qz_common.telemetry import configure_logging
configure_logging("redirect", "serve")
log = structlog.get_logger()
for number in range(2000):
    log.warning("the disk is full", number=number)
print("alive")
"""


def test_a_full_disk_costs_lines_and_not_the_role() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-c", SAYS], stdout=subprocess.PIPE, stderr=full, check=False
        )
    assert done.stdout == b"alive\n"


def test_lines_are_json_and_keys_are_cut() -> None:
    says = SAYS.replace("range(2000)", "('qz_live_abcdefghSECRET',)")
    done = subprocess.run([sys.executable, "-c", says], capture_output=True, check=True)
    assert b'"number":"qz_live_abcdefgh' in done.stderr
    assert b"SECRET" not in done.stderr
