"""docs/events.md names the topics and fields that the code has, no more and no fewer."""

import re
from datetime import timedelta
from pathlib import Path

from qz_common.events import RequestRecord, ScanEvent, Tally
from qz_common.topics import TOPICS, Topic

PAGE = (Path(__file__).parents[2] / "docs" / "events.md").read_text()
ROW = re.compile(r"^\| `([^`]+)` \|(.*)\|$", re.MULTILINE)


def section(title: str) -> str:
    return PAGE.split(f"## {title}")[1].split("\n## ")[0]


def kept(topic: Topic) -> str:
    days = (topic.retention or timedelta()).days
    return f"{days} days" if topic.retention else "the newest of each key"


def test_topics_are_the_ones_of_the_code() -> None:
    rows = {
        name: tuple(cell.strip() for cell in rest.split("|"))
        for name, rest in ROW.findall(PAGE.split("## ")[0])
    }
    assert rows == {
        topic.name: (topic.key, topic.value, str(topic.partitions), kept(topic)) for topic in TOPICS
    }


def test_the_scan_event_has_the_fields_of_the_page() -> None:
    fields = [name for name, _ in ROW.findall(section("Scan event"))]
    assert fields == list(ScanEvent.__struct_fields__)


def test_the_tally_has_the_fields_of_the_page() -> None:
    named = section("Tally").split("`")[3]
    assert set(named.split(", ")) == set(Tally.__struct_fields__) - {"v"}


def test_the_request_record_has_the_fields_of_the_page() -> None:
    fields = [name for name, _ in ROW.findall(section("Request record"))]
    assert fields == list(RequestRecord.__struct_fields__)
