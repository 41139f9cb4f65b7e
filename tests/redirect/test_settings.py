"""What the edge refuses to start with: named, in one line, with the exit code for settings."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.embedded.backends import HOST, free_port
from qz_common.roles import BAD_SETTINGS_EXIT

WITHIN_SECONDS = 60.0


def run(role: str, variables: dict[str, str]) -> tuple[int, str]:
    """Exit code and words of a role that doesn't start."""
    done = subprocess.run(
        [sys.executable, "-m", "qz_redirect", role],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=WITHIN_SECONDS,
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRUSTED_PROXIES", "*"),
        ("TRUSTED_PROXIES", "0.0.0.0/0"),
        ("REDIRECT_PORT", "99999"),
        ("REDIRECT_PORT", "-1"),
        ("JOURNAL_SYNC_SECONDS", "nan"),
        ("JOURNAL_SYNC_SECONDS", "0"),
        ("JOURNAL_SEGMENT_BYTES", "-5"),
        ("REDIRECT_KEEP_ALIVE_SECONDS", "0"),
        ("REDIRECT_STATUS", "301"),
    ],
)
def test_a_value_that_can_not_be_is_named(tmp_path: Path, name: str, value: str) -> None:
    code, said = run("serve", {"REDIRECT_DATA_DIR": str(tmp_path), name: value})
    assert code == BAD_SETTINGS_EXIT
    assert name in said
    assert "Traceback" not in said


@pytest.mark.parametrize("name", ["SCANS_GATHER_SECONDS", "REPLICA_CHECK_SECONDS"])
def test_replicate_waits_for_some_time(tmp_path: Path, name: str) -> None:
    code, said = run("replicate", {"REDIRECT_DATA_DIR": str(tmp_path), name: "0"})
    assert code == BAD_SETTINGS_EXIT
    assert f"{name}: 0.0 is not above 0" in said


def test_an_address_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as taken:
        port, ops_port = taken.getsockname()[1], free_port()
        code, said = run(
            "serve",
            {
                "REDIRECT_DATA_DIR": str(tmp_path),
                "REDIRECT_PORT": str(port),
                "REDIRECT_OPS_PORT": str(ops_port),
            },
        )
    assert code == 1
    assert f"could not listen on {HOST}:{port}" in said
    assert "Traceback" not in said
