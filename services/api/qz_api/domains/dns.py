"""TXT records of a name, asked of chosen resolvers, within a time that is set.

An answer that says there are none is an answer; silence, refusal and nonsense are `Unavailable`,
so that nobody loses a domain because a resolver is down. A cut-off answer is asked for again over
TCP, an answer to another question is ignored.
"""

from collections.abc import Iterable
from ipaddress import ip_address

import dns.asyncresolver
import dns.exception
import dns.name
import dns.nameserver
import dns.rdatatype
import dns.resolver
from dns.rdtypes.ANY.TXT import TXT

from qz_common.errors import Permanent, Unavailable

PORT = 53
MAX_RECORDS = 100
RETRY_AFTER = {"Retry-After": "10"}


class Dns:
    def __init__(self, resolvers: Iterable[str], seconds: float) -> None:
        servers = [_server(text) for text in resolvers]
        self._resolver = dns.asyncresolver.Resolver(configure=not servers)
        if servers:
            self._resolver.nameservers = servers
        self._resolver.lifetime = seconds

    async def texts(self, name: str) -> list[str]:
        """The strings of each TXT record joined, as they were split only for their length."""
        question = dns.name.from_text(f"{name}.")
        try:
            answer = await self._resolver.resolve(
                question, dns.rdatatype.TXT, search=False, raise_on_no_answer=False
            )
        except dns.resolver.NXDOMAIN:
            return []
        except (dns.exception.DNSException, OSError) as error:
            raise Unavailable(
                "DNS did not answer; try again", "dns_unavailable", headers=RETRY_AFTER
            ) from error
        records = [record for record in answer.rrset or () if isinstance(record, TXT)]
        return [b"".join(each.strings).decode("utf-8", "replace") for each in records[:MAX_RECORDS]]


def _server(text: str) -> dns.nameserver.Nameserver:
    address, colon, port = text.rpartition(":")
    if not colon or text.endswith("]") or (text.count(":") > 1 and not address.endswith("]")):
        address, port = text, str(PORT)
    try:
        return dns.nameserver.Do53Nameserver(str(ip_address(address.strip("[]"))), int(port))
    except ValueError:
        raise Permanent(f"DNS_RESOLVERS: {text!r} is no address of a resolver") from None
