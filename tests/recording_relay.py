"""A real SMTP server that records what it accepts, and fails where a test says so.

    with RecordingRelay(Faults(rcpt={"p3@example.org": "550 5.1.1 Unknown"})) as relay:
        …send to relay.port…
    assert relay.recipients == Counter(...)

    with RecordingRelay(tls=certificate.server_context(), starttls=True, login=("u", "p")) as relay:
        …

It runs on aiosmtpd in a thread, on a free port of 127.0.0.1, and lives through the death of those who send to it.
"""

import asyncio
import ssl
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import AnyStr, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong, by address. `None` for a reply hangs up without one."""

    mail: str = ""  # the reply to every MAIL
    rcpt: dict[str, str] = field(default_factory=dict)
    dot: dict[str, str | None] = field(default_factory=dict)  # recorded when None: accepted, but nobody is told
    once: dict[str, str] = field(default_factory=dict)  # the reply to the first RCPT of an address; the next is welcome
    before_dot: frozenset[str] = frozenset()  # hang up, once, when DATA begins
    connections: int = 0  # hang up on so many connections before one is served
    pipelining: bool = True
    chunking: bool = False  # whether BDAT is offered
    delay: float = 0.0  # seconds before each reply to a final dot
    size: int = 33_554_432
    international: bool = False  # whether SMTPUTF8 is offered
    after_reply: frozenset[str] = frozenset()  # hang up, once, when the final dot has been answered
    hang: frozenset[str] = frozenset()  # never answer the final dot, though the message was accepted
    a_byte_at_a_time: bool = False  # so come the replies


@dataclass(frozen=True, slots=True)
class Received:
    """A message that was accepted."""

    return_path: str
    recipient: str
    content: bytes
    encrypted: bool = False


class RecordingRelay:
    """The server, from `with` to the end of it. With `tls` it speaks TLS from the start, or (`starttls`) offers it and asks for it."""

    def __init__(
        self,
        faults: Faults | None = None,
        *,
        tls: ssl.SSLContext | None = None,
        starttls: bool = False,
        login: tuple[str, str] | None = None,
        host: str = "127.0.0.1",
    ) -> None:
        self.faults = faults or Faults()
        self.tls = tls
        self.starttls = starttls
        self.login = login
        self._host = host
        self.tried_logins: list[tuple[str, str]] = []
        self.messages: list[Received] = []
        self.deliver: Callable[[Received], object] = lambda _: None  # what else is done with what was accepted
        self.met: Counter[str] = Counter()
        self.connected = 0
        self._sessions: list[SMTP] = []
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._ready = threading.Event()

    @property
    def recipients(self) -> Counter[str]:
        """How many messages each address got."""
        return Counter(message.recipient for message in self.messages)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            self._loop.create_server(self._session, self._host, 0, ssl=None if self.starttls else self.tls)
        )
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(self._close(server))

    async def _close(self, server: asyncio.Server) -> None:
        """Hang up on everyone, those who came in the last moment too, so that no socket is left to the garbage collector."""
        server.close()
        await asyncio.sleep(0.05)
        for session in self._sessions:
            if isinstance(session.transport, asyncio.WriteTransport):
                session.transport.abort()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        await asyncio.sleep(0.05)

    def _session(self) -> SMTP:
        self.connected += 1
        session = _Session(self)
        self._sessions.append(session)
        return session

    def knows(self, user: str, password: str) -> bool:
        """Whether this is the login; noted in `tried_logins`."""
        self.tried_logins.append((user, password))
        return (user, password) == self.login


def _hang_up(server: SMTP) -> None:
    if server.transport is not None:
        server.transport.close()


class _Session(SMTP):
    def __init__(self, relay: RecordingRelay) -> None:
        super().__init__(
            _Handler(relay),
            hostname="relay.test",
            data_size_limit=relay.faults.size,
            enable_SMTPUTF8=relay.faults.international,
            tls_context=relay.tls if relay.starttls else None,
            require_starttls=relay.starttls,
            authenticator=self._check_login if relay.login else None,
            auth_require_tls=relay.starttls,
            auth_exclude_mechanism=() if relay.login else ("LOGIN", "PLAIN"),
        )
        self._relay = relay

    def _check_login(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: LoginPassword) -> AuthResult:
        del server, session, envelope, mechanism
        return AuthResult(success=self._relay.knows(given.login.decode(), given.password.decode()), handled=False)

    async def push(self, status: AnyStr) -> None:
        if not self._relay.faults.a_byte_at_a_time:
            await super().push(status)
            return
        whole = status.encode() if isinstance(status, str) else bytes(status)
        for byte in whole + b"\r\n":
            self._writer.write(bytes([byte]))
            await self._writer.drain()
            await asyncio.sleep(0)

    async def smtp_DATA(self, arg: str) -> None:
        recipient = self.envelope.rcpt_tos[0] if self.envelope and self.envelope.rcpt_tos else ""
        if recipient in self._relay.faults.before_dot and not self._relay.met[f"before {recipient}"]:
            self._relay.met[f"before {recipient}"] += 1
            _hang_up(self)
            return
        await super().smtp_DATA(arg)

    async def smtp_BDAT(self, arg: str) -> None:
        """RFC 3030, for content of one chunk: read it, whatever was said before, and answer as to a final dot."""
        size, _, last = (arg or "").partition(" ")
        assert last.upper() == "LAST"
        recipient = self.envelope.rcpt_tos[0] if self.envelope and self.envelope.rcpt_tos else ""
        if recipient in self._relay.faults.before_dot and not self._relay.met[f"before {recipient}"]:
            self._relay.met[f"before {recipient}"] += 1
            _hang_up(self)
            return
        content = await self._reader.readexactly(int(size))
        reply = "554 5.5.1 no valid recipients"
        if recipient and self.envelope and self.session:
            self.envelope.original_content = content
            reply = await _Handler(self._relay).handle_DATA(self, self.session, self.envelope)
        await self.push(reply)
        self.envelope = Envelope()


class _Handler:
    def __init__(self, relay: RecordingRelay) -> None:
        self._relay = relay

    async def handle_EHLO(self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]) -> list[str]:
        del envelope
        session.host_name = hostname
        if self._relay.connected <= self._relay.faults.connections:
            _hang_up(server)
        faults = self._relay.faults
        more = ["250-PIPELINING"] * faults.pipelining + ["250-CHUNKING"] * faults.chunking
        return [*responses[:-1], *more, responses[-1]]

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        del server
        if self._relay.login and not session.authenticated:
            return "530 5.7.0 Authentication required"
        if self._relay.faults.mail:
            return self._relay.faults.mail
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Ok"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        del server, session
        faults, met = self._relay.faults, self._relay.met
        met[address] += 1
        if address in faults.rcpt:
            return faults.rcpt[address]
        if address in faults.once and met[address] == 1:
            return faults.once[address]
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        del session
        encrypted = server.transport is not None and server.transport.get_extra_info("sslcontext") is not None
        recipient = envelope.rcpt_tos[0]
        reply = self._relay.faults.dot.get(recipient, "250 2.0.0 Ok: queued")
        if reply is None or reply.startswith("2"):
            content = envelope.original_content or b""
            self._relay.messages.append(received := Received(envelope.mail_from or "", recipient, content, encrypted))
            self._relay.deliver(received)
        if self._relay.faults.delay:
            await asyncio.sleep(self._relay.faults.delay)
        if recipient in self._relay.faults.hang:
            await asyncio.sleep(3600)
        if recipient in self._relay.faults.after_reply and not self._relay.met[f"after {recipient}"]:
            self._relay.met[f"after {recipient}"] += 1
            asyncio.get_running_loop().call_later(0.01, _hang_up, server)
        if reply is None:
            _hang_up(server)
        return reply or "421 gone"
