"""Whatever campaign parameter a link takes can be asked for, and filtered by."""

from datetime import timedelta

import pytest

from qz_analytics.query.parse import read_question
from qz_analytics.query.run import answer
from qz_analytics.query.scans import page, read_page
from qz_common.clock import SystemClock
from qz_common.utm import UTM_NAMES
from tests.analytics.scans import scan
from tests.analytics.stored import opened, reading_from, store_events


@pytest.mark.parametrize("name", UTM_NAMES)
async def test_a_campaign_parameter_is_stored_and_asked_for(stores: str, name: str) -> None:
    asked = {"workspace": "ws_1", "range": "24h", "filters": [["is", name, ["spring"]]]}
    async with opened(stores) as writer, reading_from(stores) as reader:
        await store_events(writer, [scan(utm={name: "spring"}), scan(utm={name: "autumn"})])
        now = SystemClock().now() + timedelta(minutes=1)
        question = read_question({**asked, "dimensions": [name]}, now)
        assert (await answer(reader, question))["rows"] == [{name: "spring", "scans": 1}]
        (entry,) = (await page(reader, read_page(asked, now)))["scans"]
        assert entry[name] == "spring"
