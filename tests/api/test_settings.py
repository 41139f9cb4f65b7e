"""What the API refuses to start with is named before it serves anybody."""

from ipaddress import ip_network

import pytest

from qz_api.settings import ApiSettings, WorkerSettings
from qz_common.settings import SettingsError, load


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("POSTGRES_POOL_SIZE", "0"),
        ("POSTGRES_POOL_SIZE", "-1"),
        ("POSTGRES_ACQUIRE_SECONDS", "0"),
        ("POSTGRES_STATEMENT_SECONDS", "-8"),
        ("TRUSTED_PROXIES", "10.0.0.0/8, *"),
        ("EGRESS_ALLOW_NETWORKS", "10.0.0.0/33"),
        ("EGRESS_ALLOW_NETWORKS", "localhost"),
    ],
)
def test_a_wrong_setting_is_named(api_environment: dict[str, str], name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load(ApiSettings, {**api_environment, name: value})


def test_the_worker_needs_connections_too(api_environment: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="POSTGRES_POOL_SIZE: 0 is not above 0"):
        load(WorkerSettings, {**api_environment, "POSTGRES_POOL_SIZE": "0"})


def test_networks_that_may_be_reached_are_those_of_the_setting(
    api_environment: dict[str, str],
) -> None:
    settings = load(ApiSettings, {**api_environment, "EGRESS_ALLOW_NETWORKS": "10.0.0.0/8"})
    assert settings.picture_hosts.allow_networks == (ip_network("10.0.0.0/8"),)
