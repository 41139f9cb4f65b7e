"""Where records of calls go, and whether."""

from dataclasses import dataclass

from qz_common.kafka import KafkaSettings
from qz_common.settings import group, setting


@dataclass(frozen=True, kw_only=True)
class CallSettings:
    kafka: KafkaSettings = group(KafkaSettings)
    recorded: bool = setting(
        "REQUEST_RECORDS", True, "Send a record of each API call to the topic `requests`."
    )
