"""A sink that takes BDAT (RFC 3030), which Postfix's smtp-sink does not: `python -m bench.sink PORT` takes everything and keeps nothing."""

import asyncio
import re
import sys
from typing import cast

_COMMAND = re.compile(rb"([A-Za-z]+)[^\r\n]*?(\d*)(?: LAST)?\r\n")
_REPLIES = {
    b"EHLO": b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 CHUNKING\r\n",
    b"MAIL": b"250 2.1.0 Ok\r\n",
    b"RCPT": b"250 2.1.5 Ok\r\n",
    b"RSET": b"250 2.0.0 Ok\r\n",
    b"QUIT": b"221 2.0.0 Bye\r\n",
}
_TAKEN = b"250 2.0.0 Ok\r\n"


class Session(asyncio.Protocol):
    """One connection: commands are answered, content is counted and dropped."""

    def __init__(self) -> None:
        self._rest = b""
        self._content = 0  # octets of it that have not come yet

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(b"220 sink ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer all that has come whole, by one write."""
        data, at, replies = self._rest + data, 0, []
        while at < len(data):
            if self._content:
                taken = min(self._content, len(data) - at)
                self._content -= taken
                at += taken
                if not self._content:
                    replies.append(_TAKEN)
                continue
            command = _COMMAND.match(data, at)
            if command is None:
                break
            at = command.end()
            if command[1].upper() == b"BDAT":
                self._content = int(command[2])
            else:
                replies.append(_REPLIES.get(command[1].upper(), b"502 5.5.2 not here\r\n"))
        self._rest = data[at:]
        if replies:
            self._transport.write(b"".join(replies))


async def serve(port: int) -> None:
    """Until the process is ended."""
    server = await asyncio.get_running_loop().create_server(Session, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
