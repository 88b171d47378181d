"""A page is fetched from public addresses only, whatever its name, its redirects or its server try. The servers here are real ones."""

import ipaddress
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from fob_mail.errors import InputError
from fob_mail.fetching import LARGEST, Address, fetch, is_public


def anywhere(address: Address) -> bool:
    """Loopback too: the servers of these tests are there."""
    return address.is_loopback


@contextmanager
def serving(*answers: bytes, linger: float = 0) -> Iterator[str]:
    """A server that gives one answer a connection, and stays on the line as long as is said; its address."""
    gone = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):  # who asked has hung up, or asks no more and the test is over
                for answer in answers:
                    line, _ = server.accept()
                    with line:
                        line.recv(65_536)
                        line.sendall(answer)
                        gone.wait(linger)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        gone.set()


def answer(body: bytes, head: str = "Content-Type: text/html; charset=iso-8859-1", status: str = "200 OK") -> bytes:
    """A whole HTTP answer."""
    return f"HTTP/1.1 {status}\r\n{head}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


INNER = (
    *("127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1", "255.255.255.255"),  # noqa: S104 to be refused
    *("::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"),
)


@pytest.mark.parametrize("address", INNER)
def test_an_address_that_is_not_public_is_not_asked(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(InputError, match=r"public internet|cannot be reached"):
        fetch(f"http://{host}:1/")


def test_a_public_address_may_be_asked() -> None:
    assert is_public(ipaddress.ip_address("93.184.215.14"))
    assert is_public(ipaddress.ip_address("2606:2800:21f:cb07:6820:80da:af6b:8b2c"))


def test_a_page_comes_with_its_address_and_charset() -> None:
    with serving(answer(b"", "Location: /a/b?c=1", "301 Moved"), answer(b"<html>Hi")) as url:
        page = fetch(url, permits=anywhere)

        assert (page.raw, page.url, page.charset) == (b"<html>Hi", f"{url}/a/b?c=1", "iso-8859-1")


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("http://10.0.0.1/", "not on the public internet"),
        ("file:///etc/passwd", "not a web address"),
        ("https://user:secret@example.org/", "name or password"),
    ],
)
def test_each_redirect_is_checked(target: str, told: str) -> None:
    with serving(answer(b"", f"Location: {target}", "302 Found")) as url, pytest.raises(InputError, match=told):
        fetch(url, permits=anywhere)


def test_redirects_end() -> None:
    with serving(*[answer(b"", "Location: /", "302 Found")] * 7) as url, pytest.raises(InputError, match="more than 5 times"):
        fetch(url, permits=anywhere)


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (answer(b"x" * (LARGEST + 1)), "over 2,000,000 bytes"),
        (answer(b"x", "Content-Encoding: gzip"), "compressed, unasked"),
        (answer(b"gone", status="404 Not Found"), "404 Not Found"),
        (answer(b"x" * 10)[:-4], "does not speak HTTP"),
        (b"SSH-2.0-OpenSSH\r\n", "does not speak HTTP"),
        (b"", "does not speak HTTP|reset"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_page_is_refused_with_a_remedy(sent: bytes, told: str) -> None:
    with serving(sent) as url, pytest.raises(InputError, match=told) as caught:
        fetch(url, permits=anywhere)

    assert "save it" in caught.value.remedy


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"])
def test_a_server_that_keeps_us_waiting_is_left(sent: bytes) -> None:
    with serving(sent, linger=5) as url, pytest.raises(InputError, match=r"took over 0.3 seconds"):
        fetch(url, permits=anywhere, longest=0.3)


@pytest.mark.parametrize("url", ["https://", "http://[", "http://a:0/", "gopher://a", "http://a:99999/", "http://\u202eexample.org/"])
def test_what_is_no_address_is_said_to_be_none(url: str) -> None:
    with pytest.raises(InputError, match="not a web address"):
        fetch(url)
