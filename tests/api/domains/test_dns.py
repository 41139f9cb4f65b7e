"""TXT records from a real server that answers well, badly, late or not at all."""

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from qz_api.domains.dns import Dns
from qz_common.errors import Permanent, Unavailable
from tests.api.domains.name_server import NameServer

NAME = "_quietzone.go.example.com"


async def texts(names: NameServer, seconds: float = 2.0) -> list[str]:
    return await Dns([names.address], seconds).texts(NAME)


async def test_every_record_is_read_whole(names: NameServer) -> None:
    names.texts[NAME] = ['"one"', '"two " "in " "parts"', '"caf\\195\\169"']
    assert sorted(await texts(names)) == ["café", "one", "two in parts"]


async def test_no_such_name_and_no_such_record_are_answers(names: NameServer) -> None:
    assert await texts(names) == []
    names.texts[NAME] = []
    assert await texts(names) == []


async def test_a_cut_off_answer_is_asked_for_over_tcp(names: NameServer) -> None:
    def cut_off(server: NameServer, query: dns.message.Message) -> list[bytes]:
        reply = server.truth(query)
        reply.answer = []
        reply.flags |= dns.flags.TC
        return [reply.to_wire()]

    names.texts[NAME] = [f'"{number:03} {"x" * 200}"' for number in range(20)]
    names.answer = cut_off
    assert len(await texts(names)) == 20
    assert names.asked == ["udp", "tcp"]


async def test_an_answer_to_another_question_is_ignored(names: NameServer) -> None:
    def forged_first(server: NameServer, query: dns.message.Message) -> list[bytes]:
        other_id = dns.message.from_wire(forged(query))
        other_id.id ^= 1
        elsewhere = dns.message.make_response(dns.message.make_query("evil.example.", "TXT"))
        elsewhere.id = query.id
        return [other_id.to_wire(), elsewhere.to_wire(), b"\x00", server.truth(query).to_wire()]

    names.texts[NAME] = ['"true"']
    names.answer = forged_first
    assert await texts(names) == ["true"]


async def test_silence_is_unavailable_in_time(names: NameServer) -> None:
    names.answer = lambda server, query: []
    with pytest.raises(Unavailable) as raised:
        await texts(names, seconds=0.3)
    assert raised.value.code == "dns_unavailable"


@pytest.mark.parametrize("code", [dns.rcode.SERVFAIL, dns.rcode.REFUSED])
async def test_a_server_that_fails_proves_nothing(names: NameServer, code: dns.rcode.Rcode) -> None:
    def fail(server: NameServer, query: dns.message.Message) -> list[bytes]:
        reply = dns.message.make_response(query)
        reply.set_rcode(code)
        return [reply.to_wire()]

    names.answer = fail
    with pytest.raises(Unavailable):
        await texts(names, seconds=0.5)


async def test_the_second_resolver_answers_when_the_first_is_away(names: NameServer) -> None:
    names.texts[NAME] = ['"here"']
    assert await Dns(["127.0.0.1:1", names.address], 4.0).texts(NAME) == ["here"]


async def test_a_resolver_that_is_no_address_is_said_at_start() -> None:
    with pytest.raises(Permanent, match="DNS_RESOLVERS"):
        Dns(["dns.example"], 1.0)


def forged(query: dns.message.Message) -> bytes:
    reply = dns.message.make_response(query)
    reply.answer = [dns.rrset.from_text(query.question[0].name, 60, "IN", "TXT", '"forged"')]
    wire: bytes = reply.to_wire()
    return wire
