"""Topics on a real broker: created once, compared at every start."""

from dataclasses import replace

import pytest

from qz_common.errors import Permanent
from qz_common.kafka import KafkaSettings, ensure_topics
from qz_common.topics import SCANS, TOPICS
from tests.fixtures.broker import Broker


@pytest.fixture
def settings(broker: Broker, topic_prefix: str) -> KafkaSettings:
    return KafkaSettings(
        bootstrap=broker.bootstrap,
        idempotence=broker.idempotent,
        fetch_wait_ms=20,
        topic_prefix=topic_prefix,
    )


async def test_topics_are_there_when_it_returns_and_a_second_start_finds_them(
    settings: KafkaSettings,
) -> None:
    await ensure_topics(settings, TOPICS)
    await ensure_topics(settings, TOPICS)


async def test_a_topic_with_other_partitions_is_refused(settings: KafkaSettings) -> None:
    await ensure_topics(settings, [SCANS])
    with pytest.raises(Permanent, match="has 6 partitions, not 7"):
        await ensure_topics(settings, [replace(SCANS, partitions=7)])
