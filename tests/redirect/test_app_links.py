"""Which shop a phone is sent to."""

import pytest

from qz_common.records import AppLinks
from qz_common.visit import Visit
from qz_redirect.app_links import Platform, app_location, platform_of

ALL = AppLinks(ios="i", android="a", huawei="h")
ANDROID_ONLY = AppLinks(android="a")
IOS_ONLY = AppLinks(ios="i")


@pytest.mark.parametrize(
    ("agent", "platform"),
    [
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Mobile/15E148 Safari/604.1",
            "ios",
        ),
        ("Mozilla/5.0 (iPad; CPU OS 17_4 like Mac OS X) Mobile/15E148 Safari/604.1", "ios"),
        ("Mozilla/5.0 (Linux; Android 10; K) Chrome/137.0.0.0 Mobile Safari/537.36", "android"),
        (
            "Mozilla/5.0 (Linux; Android 12; HUAWEI NOH-NX9; HMSCore 6.15.0) HuaweiBrowser/15.0",
            "huawei",
        ),
        ("Mozilla/5.0 (Phone; OpenHarmony 5.0) ArkWeb/4.1.6.1 Mobile", "huawei"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/137.0.0.0 Safari/537.36", ""),
        ("curl/8.5.0", ""),
        ("", ""),
    ],
)
def test_a_platform_is_read_from_the_user_agent(agent: str, platform: Platform) -> None:
    assert platform_of(Visit(ts_ms=0, user_agent=agent.encode())) == platform


@pytest.mark.parametrize(
    ("app", "platform", "location"),
    [
        (ALL, "ios", "i"),
        (ALL, "android", "a"),
        (ALL, "huawei", "h"),
        (ALL, "", ""),
        (ANDROID_ONLY, "huawei", "a"),
        (ANDROID_ONLY, "ios", ""),
        (IOS_ONLY, "huawei", ""),
        (None, "ios", ""),
    ],
)
def test_a_platform_finds_its_shop(app: AppLinks | None, platform: Platform, location: str) -> None:
    assert app_location(app, platform) == location
