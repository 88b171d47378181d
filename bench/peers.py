"""What do programs do that do not think of it? The same message to everybody, no ledger, no journal."""

import asyncio
import smtplib
import time

from bench.sinks import CONNECTIONS, smtp_source


def peers(sink: int, messages: int, size: int) -> None:
    """What programs do that do not think of it: the same message to everybody, no ledger, no journal."""
    print("\n| peer, no ledger | KB | messages/s |")
    print("|---|---|---|")
    content = f"Subject: An evening\r\n\r\n{'All of this has been said before. ' * (size * 30)}\r\n".encode()
    for name, peer, number in (
        ("smtplib, a connection a message", _smtplib_each, messages // 10),
        ("smtplib, one connection", _smtplib_kept, messages // 2),
        ("aiosmtplib, ten connections", _aiosmtplib, messages // 4),
        ("smtp-source -d -s 10", lambda port, count, _: smtp_source(port, count, size), messages),
    ):
        began = time.perf_counter()
        peer(sink, number, content)
        print(f"| {name} | {size} | {number / (time.perf_counter() - began):,.0f} |", flush=True)


def _smtplib_each(port: int, messages: int, content: bytes) -> None:
    for number in range(messages):
        with smtplib.SMTP("127.0.0.1", port, local_hostname="bench") as client:
            client.sendmail("bench@example.org", f"p{number}@example.org", content)


def _smtplib_kept(port: int, messages: int, content: bytes) -> None:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="bench") as client:
        for number in range(messages):
            client.sendmail("bench@example.org", f"p{number}@example.org", content)


def _aiosmtplib(port: int, messages: int, content: bytes) -> None:
    import aiosmtplib  # noqa: PLC0415 a peer of this table alone

    async def one_connection(first: int) -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, local_hostname="bench", start_tls=False) as client:
            for number in range(first, messages, CONNECTIONS):
                await client.sendmail("bench@example.org", [f"p{number}@example.org"], content)

    async def everything() -> None:
        await asyncio.gather(*(one_connection(first) for first in range(CONNECTIONS)))

    asyncio.run(everything())
