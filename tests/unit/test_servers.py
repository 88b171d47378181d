"""Which certificates a server may show."""

import os
import ssl
from pathlib import Path

import pytest

from fob_mail.servers import trusting
from tests.certificates import make_certificate


def known(context: ssl.SSLContext) -> int:
    return context.cert_store_stats()["x509"]


def test_a_file_is_trusted_besides_the_system_and_read_again_when_it_has_changed(tmp_path: Path) -> None:
    file = make_certificate(tmp_path / "one").file
    systems = known(ssl.create_default_context())

    first = trusting(file)
    same = trusting(file)
    file.write_bytes(file.read_bytes() + make_certificate(tmp_path / "two").file.read_bytes())
    os.utime(file, ns=(1, 1))
    changed = trusting(file)

    assert (known(trusting(None)), known(first), known(changed)) == (systems, systems + 1, systems + 2)
    assert first is same


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="none"):
        trusting(tmp_path / "none")
