"""The keys that sign: what cannot be used is refused with its remedy, and a new key is its owner's alone."""

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateNumbers, RSAPublicNumbers
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from fob_mail.errors import ConflictError, InputError, SettingsError
from fob_mail.preflight import check_signatures
from fob_mail.signing.keys import Kind, new_key, read_key, signer_of, txt_record, write_key, zone_line
from fob_mail.signing.seal import Signer

RSA = new_key(Kind.RSA)


def written(folder: Path, pem: bytes) -> Path:
    """A key file that only its owner reads."""
    file = folder / "key.pem"
    file.write_bytes(pem)
    file.chmod(0o600)
    return file


def refusal(file: Path) -> SettingsError:
    """Why a key is not used."""
    with pytest.raises(SettingsError) as caught:
        read_key(file)
    return caught.value


@pytest.mark.parametrize("kind", Kind)
def test_a_key_that_was_made_is_read_back_the_same_and_is_its_owners_alone(kind: Kind, tmp_path: Path) -> None:
    key = new_key(kind)

    write_key(tmp_path / "key.pem", key)

    assert stat.S_IMODE((tmp_path / "key.pem").stat().st_mode) == 0o600
    assert txt_record(read_key(tmp_path / "key.pem")) == txt_record(key)


def test_a_key_as_openssl_genrsa_writes_it_is_read(tmp_path: Path) -> None:
    pem = RSA.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())

    assert txt_record(read_key(written(tmp_path, pem))) == txt_record(RSA)


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    file = written(tmp_path, b"the only copy")

    with pytest.raises(ConflictError):
        write_key(file, RSA)

    assert file.read_bytes() == b"the only copy"


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write_key(tmp_path / "absent" / "key.pem", RSA)


def test_a_key_that_is_missing_or_no_file_is_said_with_the_command_that_makes_one(tmp_path: Path) -> None:
    assert "is not there" in refusal(tmp_path / "absent.pem").problem
    assert "fob-mail dkim keygen" in refusal(tmp_path / "absent.pem").remedy
    assert "cannot be read" in refusal(tmp_path).problem


def test_a_key_that_everyone_can_read_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, RSA.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    file.chmod(0o644)

    refused = refusal(file)

    assert "Everyone on this machine can read" in refused.problem
    assert refused.remedy == f"Run: chmod 600 {file}"


def test_a_key_that_the_groups_own_users_can_read_is_taken(tmp_path: Path) -> None:
    file = written(tmp_path, RSA.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    file.chmod(0o640)

    assert txt_record(read_key(file)) == txt_record(RSA)


@pytest.mark.parametrize(
    ("pem", "said"),
    [
        (b"", "no private key"),
        (b"\xff\x00nonsense", "no private key"),
        (RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), "a public key"),
        (RSA.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"swordfish")), "pass phrase"),
        (RSA.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, BestAvailableEncryption(b"swordfish")), "pass phrase"),
        (RSA.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())[:400] + b"\n-----END PRIVATE KEY-----\n", "damaged"),
        (generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), "RSA and Ed25519 alone"),
    ],
    ids=["empty", "nonsense", "public", "locked", "locked in the old form", "cut off", "elliptic"],
)
def test_what_is_no_key_for_dkim_is_refused_and_says_what_it_is(pem: bytes, said: str, tmp_path: Path) -> None:
    assert said in refusal(written(tmp_path, pem)).problem


def test_an_rsa_key_that_no_verifier_takes_is_refused(tmp_path: Path) -> None:
    """RFC 8301 §3.2: at least 1,024 bits. No library makes such a key any more, so it is made by hand of two known primes."""
    p, q, e = 2**521 - 1, 2**127 - 1, 65537
    d = pow(e, -1, (p - 1) * (q - 1))
    numbers = RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), RSAPublicNumbers(e, p * q))
    pem = numbers.private_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    assert "has 648 bits" in refusal(written(tmp_path, pem)).problem


def test_a_short_key_and_one_of_another_domain_are_warned_of() -> None:
    short = signer_of("example.org", "old", generate_rsa(65537, 1024))  # noqa: S505 a short one
    good = signer_of("mail.example.org", "april", RSA)

    assert [problem.about for problem in check_signatures("example.org", [short])] == ["short-key"]
    assert [problem.about for problem in check_signatures("example.com", [short, good])] == ["not-aligned", "short-key"]


@pytest.mark.parametrize(
    ("sender", "signing", "aligned"),
    [
        ("example.org", "example.org", True),
        ("Example.ORG", "example.org", True),
        ("news.example.org", "example.org", True),
        ("example.org", "mail.example.org", True),
        ("badexample.org", "example.org", False),
        ("example.org", "relay.example.com", False),
    ],
)
def test_a_signature_counts_for_the_domain_of_the_sender(sender: str, signing: str, aligned: bool) -> None:
    signer = Signer(signing, "april", "ed25519-sha256", 256, bytes)

    assert bool(check_signatures(sender, [signer])) is not aligned


def test_one_signature_of_the_senders_domain_is_enough_and_none_is_the_relays_task() -> None:
    others = [Signer(domain, "april", "ed25519-sha256", 256, bytes) for domain in ("example.com", "example.org")]

    assert not check_signatures("example.org", others)
    assert not check_signatures("example.org", [])


def test_a_zone_file_has_the_record_in_strings_of_the_length_that_the_dns_allows() -> None:
    line = zone_line("example.org", "april", txt_record(RSA))
    strings = line.split('"')[1::2]

    assert line.startswith("april._domainkey.example.org. IN TXT ( ")
    assert "".join(strings) == txt_record(RSA)
    assert max(map(len, strings)) <= 255
