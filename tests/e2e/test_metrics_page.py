"""docs/metrics.md names the metrics that the roles expose, no more and no fewer."""

import pytest

from deploy.embedded.settings import StackSettings
from deploy.metrics_page import PAGE, metrics_page
from qz_common.settings import load
from tests.fixtures.quietzone import Quietzone

pytestmark = pytest.mark.xdist_group("e2e")


def test_every_metric_is_on_the_page(quietzone: Quietzone) -> None:
    settings = load(StackSettings, quietzone.run.environment)
    assert PAGE.read_text() == metrics_page(settings), "run `python -m deploy.metrics_page`"
