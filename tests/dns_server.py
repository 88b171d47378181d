"""A real DNS server on a free port of this machine, for a zone that a test writes."""

from collections.abc import Iterator
from contextlib import contextmanager

from dnslib import QTYPE, RCODE, RR, DNSRecord
from dnslib.server import BaseResolver, DNSHandler, DNSLogger, DNSServer


class Zone(BaseResolver):  # type: ignore[misc]  # dnslib ships no types
    """Answers from the lines of a zone file; names below `slow.` are never answered, those below `broken.` with SERVFAIL."""

    def __init__(self, zone: str) -> None:
        self.records = RR.fromZone(zone)

    def resolve(self, request: DNSRecord, handler: DNSHandler) -> DNSRecord | None:
        """One answer."""
        del handler
        name, reply = request.q.qname, request.reply()
        if str(name).endswith("slow."):
            return None
        if str(name).endswith("broken."):
            reply.header.rcode = RCODE.SERVFAIL
            return reply
        here = [record for record in self.records if record.rname == name]
        for record in here:
            if QTYPE[record.rtype] == QTYPE[request.q.qtype]:
                reply.add_answer(record)
        if not here:
            reply.header.rcode = RCODE.NXDOMAIN
        return reply


@contextmanager
def dns_server(zone: str) -> Iterator[int]:
    """The port of a server for the zone."""
    server = DNSServer(Zone(zone), port=0, address="127.0.0.1", logger=DNSLogger("", prefix=False))
    server.start_thread()
    try:
        yield int(server.server.server_address[1])
    finally:
        server.stop()
        server.server.server_close()
        server.thread.join(5)
