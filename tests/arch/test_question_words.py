"""docs/api.md names what questions about numbers may name, no more and no less."""

import re
from pathlib import Path

from qz_analytics.query.dimensions import CLOCK_PARTS, DIMENSIONS
from qz_analytics.query.metrics import METRICS
from qz_analytics.query.parse import COMPARISONS, INCLUDES
from qz_analytics.query.zones import BUCKETS
from qz_analytics.verdicts import VERDICTS

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()


def named(part: str) -> set[str]:
    row = re.search(rf"^\| `{part}` \| (.+) \|$", PAGE, re.MULTILINE)
    assert row
    return set(re.findall(r"`([a-z_:]+)`", row[1]))


def test_the_words_of_a_question_are_the_ones_of_the_page() -> None:
    assert named("metrics") == set(METRICS)
    assert named("dimensions") == {
        *DIMENSIONS,
        *(f"time:{word}" for word in (*BUCKETS, *CLOCK_PARTS)),
    }
    assert named("verdicts") == set(VERDICTS)
    assert named("compare") == set(COMPARISONS)
    assert named("include") == INCLUDES
