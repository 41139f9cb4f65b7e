"""Whatever a stranger sends, the gates give an answer and never an error."""

from email.message import Message
from ipaddress import ip_address

from hypothesis import given, settings
from hypothesis import strategies as st

from qz_redirect.client import FORWARD_HEADERS, ForwardHeader, Proxies, plain_address
from qz_redirect.pages.languages import LANGUAGES, choose
from qz_redirect.pages.render import Pages
from qz_redirect.password.passes import Passes
from qz_redirect.responses import disposition
from tests.fixtures.standing_edge import NOW_MS, code

PROXY = "10.0.0.1"
HOPS = st.one_of(
    st.ip_addresses().map(str),
    st.ip_addresses(v=6).map(lambda ip: f"[{ip}]:80"),
    st.ip_addresses(network="10.0.0.0/8").map(str),
    st.text(alphabet='for="[]:.,;% a1\\', max_size=30),
)
PAGES = Pages()
untimed = settings(deadline=None)


@untimed
@given(st.lists(HOPS, max_size=6), st.sampled_from(FORWARD_HEADERS), st.booleans())
def test_an_address_comes_out_whatever_the_header_says(
    hops: list[str], header: ForwardHeader, named: bool
) -> None:
    text = ", ".join(f"for={hop}" if named else hop for hop in hops)
    seen = Proxies(("10.0.0.0/8",), header).client_address(
        PROXY, [(header.encode(), text.encode())]
    )
    assert str(ip_address(seen)) == seen


@untimed
@given(st.binary(max_size=200))
def test_bytes_of_any_kind_in_the_header_are_survived(value: bytes) -> None:
    for header in FORWARD_HEADERS:
        proxies = Proxies(("10.0.0.0/8",), header)
        assert ip_address(proxies.client_address(PROXY, [(header.encode(), value)]))


@untimed
@given(st.ip_addresses(), st.lists(HOPS, max_size=4))
def test_what_the_client_wrote_left_of_its_address_changes_nothing(
    client: object, invented: list[str]
) -> None:
    address = plain_address(str(client))
    chain = ", ".join([*(hop.replace(",", "") for hop in invented), str(client)])
    proxies = Proxies(("10.0.0.0/8",))
    if not proxies.trusts(address):
        headers = [(b"x-forwarded-for", chain.encode())]
        assert proxies.client_address(PROXY, headers) == address


@untimed
@given(st.binary(max_size=600))
def test_any_accept_language_gets_a_language(header: bytes) -> None:
    assert choose(header, LANGUAGES, "en") in LANGUAGES


@untimed
@given(st.binary(max_size=200))
def test_no_bytes_are_a_pass(junk: bytes) -> None:
    record = code(password="$scrypt$x")
    assert not Passes(b"key").accepts(record, b"qz_pass=" + junk, NOW_MS)


@untimed
@given(st.text(max_size=40))
def test_any_file_name_comes_back_as_one_header_with_that_name(name: str) -> None:
    message = Message()
    message["content-disposition"] = disposition(name).decode("ascii")
    assert message.get_content_disposition() == "attachment"
    assert len(message.items()) == 1
    if name:
        assert message.get_filename() is not None


@untimed
@given(st.text(max_size=80))
def test_a_preview_holds_any_location_in_its_place(tail: str) -> None:
    html = PAGES.preview(f"https://a.example/{tail}", b"en").body.decode("utf-8")
    assert html.count("<script") == 0
    assert html.count('<a class="button"') == html.count("</a>") == 1
