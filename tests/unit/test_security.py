"""SECURITY.md is true: each row names tests that there are. And what no other test holds: timing, and where packages come from."""

import ast
import hashlib
import hmac
import re
import tomllib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path

import pytest

from fob_mail.links import Links, Subscribed

ROOT = Path(__file__).parents[2]
TABLE = re.findall(r"^\| (.+) \| (.+) \| (.+) \|$", (ROOT / "SECURITY.md").read_text(encoding="utf-8"), re.MULTILINE)[1:]
WHO = Subscribed(7, 3, 12)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: re.sub(r"\W+", "-", row[0])[:60])
def test_each_threat_names_tests_that_there_are(row: tuple[str, str, str]) -> None:
    named = re.findall(r"`([^`]+)::(test_\w+)`", row[2])

    assert named
    assert not re.sub(r"`[^`]+`|\s", "", row[2])
    for file, test in named:
        tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
        (found,) = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == test]
        assert not [one for one in found.decorator_list if "skip" in ast.unparse(one) or "xfail" in ast.unparse(one)]


@pytest.mark.parametrize(
    "threat",
    [
        *("header", "SMTP command", "SMTP smuggling", "sandbox", "forge", "length extension", "again", "time that", "stored", "reflected"),
        *("archive", "formula", "path", "SSRF", "bomb", "Word file", "picture", "ReDoS", "log", "processes", "traceback", "symbolic link"),
        *("owner alone", "hashes"),
    ],
)
def test_no_threat_is_left_out(threat: str) -> None:
    assert any(threat in " ".join(row[:2]) for row in TABLE)


def test_a_token_cannot_be_made_longer_by_who_knows_another() -> None:
    """Of a hash of key and payload one can go on from the digest; a keyed BLAKE2b is finished with its own flag and length."""
    links = Links([b"k" * 40], "https://mail.example.org")
    raw = urlsafe_b64decode(links.unsubscribe_token(WHO) + "=")
    payload, mac = raw[:16], raw[16:]

    for more in (b"\0", b"\x80" + b"\0" * 7, mac):
        for longer in (payload + more + mac, more + payload + mac, (payload + more)[-16:] + mac, payload + mac + more):
            assert links.read_unsubscribe_token(urlsafe_b64encode(longer).decode().rstrip("=")) is None
    for plain in (hashlib.blake2b(b"k" * 40 + payload, digest_size=16), hashlib.blake2b(payload, digest_size=16, key=b"k" * 40)):
        assert plain.digest() != mac


def test_every_key_is_tried_whichever_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the time of an answer would tell which key made a token, and so how old it is."""
    keys = [letter * 40 for letter in (b"a", b"b", b"c")]
    compared: list[bytes] = []

    def counted(ours: bytes, theirs: bytes) -> bool:
        compared.append(ours)
        return _compare(ours, theirs)

    _compare = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", counted)
    for key in (*keys, b"z" * 40):
        compared.clear()
        maker = Links([key], "https://mail.example.org")
        known = Links(keys, "https://mail.example.org").read_unsubscribe_token(maker.unsubscribe_token(WHO))
        assert (known == WHO, len(compared)) == (key in keys, len(keys))


SECRET = re.compile(
    r"(?:^|[_.(])(?:macs?|secrets?|tokens?|passwords?|secret_key|digest_key)(?:$|\.lower|[)\[])|digest\(|get_secret_value|_mac\("
)
NOT_SECRET = {
    ("links.py", "len(token) != TOKEN_LENGTH"),  # how long it is
    ("links.py", "base64.urlsafe_b64encode(raw).decode()[:TOKEN_LENGTH] != token"),  # two spellings of what was sent
    ("links.py", "len(payload) != _PATH.size or _base32(raw) != token.lower()"),
    ("links.py", "_base32(raw) != token.lower()"),  # the same
    ("audience/forgetting.py", "Subscriber.digest == _proof_digest(address, digest_key)"),  # looked up by the database, in an index
    ("returns.py", "UsedToken.token == token"),  # the same, once its signature has been compared
}
"""Comparisons that only look as if they were of a secret."""


def test_what_is_secret_is_compared_in_constant_time() -> None:
    """Wherever a name says that something is secret, == and `in` would stop at the first byte that differs."""
    suspicious = set()
    package = ROOT / "fob_mail"
    for file in sorted(package.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Compare) or not any(isinstance(op, ast.Eq | ast.NotEq | ast.In | ast.NotIn) for op in node.ops):
                continue
            sides = [ast.unparse(side) for side in (node.left, *node.comparators)]
            if any(SECRET.search(side) for side in sides):
                suspicious.add((str(file.relative_to(package)), ast.unparse(node)))

    assert suspicious - NOT_SECRET == set()
    assert "compare_digest" in (package / "links.py").read_text(encoding="utf-8")


PINS = sorted(ROOT.glob("constraints*.txt"))


@pytest.mark.parametrize("file", PINS, ids=lambda file: file.name)
def test_every_package_is_pinned_and_checked_by_its_hash(file: Path) -> None:
    entries = re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"^ *#.*\n", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE).strip())

    assert len(entries) > 20
    for entry in entries:
        assert re.match(r"[A-Za-z0-9._-]+(?:\[[\w,-]+\])?==[\w.!+]+(?: ;[^\\]+)? \\\n", entry), entry[:80]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry[:80]
        assert not re.search(r"https?://|@ |--index|--extra|md5|sha1", entry), entry[:80]


def test_nothing_is_installed_without_its_hash_being_checked() -> None:
    """Of what is installed by pip, either hashes are checked, or nothing is fetched."""
    for file in (ROOT / "Makefile", ROOT / "deploy" / "Containerfile"):
        for line in file.read_text(encoding="utf-8").replace("$(INSTALL)", "pip install").splitlines():
            if "pip install" in line and ":=" not in line:
                assert "--require-hashes" in line or "--no-deps --no-build-isolation" in line or "--no-deps" in line, line


SOURCES = [file for folder in ("fob_mail", "alembic", "bench", "docs", "tests") for file in sorted((ROOT / folder).rglob("*.py"))]


def test_each_exception_from_a_rule_of_security_says_why() -> None:
    """In its line: what ruff's S rules are told to pass over, and what bandit is."""
    silent = []
    for file in SOURCES:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            told = re.search(r"#\s*noqa:\s*((?:[A-Z]+\d+,?\s?)+)(.*)", line)
            security = bool(told and re.search(r"\bS\d{3}\b", told[1]))
            reason = told[2].partition("#")[0].strip() if told else line.partition("# nosec")[0].rpartition("#")[2].strip()
            if (security or "# nosec" in line.partition('"# nosec"')[0]) and len(reason) < 3:
                silent.append(f"{file.relative_to(ROOT)}:{number}")

    assert not silent


def test_nothing_is_passed_over_by_a_whole_file_but_in_tests_and_benches() -> None:
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]

    assert not [rule for rule in lint["ruff"]["lint"]["ignore"] if re.fullmatch(r"S\d*", rule)]
    assert not [
        (files, rule)
        for files, rules in lint["ruff"]["lint"]["per-file-ignores"].items()
        for rule in rules
        if re.fullmatch(r"S\d+", rule) and not files.startswith(("tests/", "bench/"))
    ]
    assert lint["bandit"]["skips"] == ["B404"]


def test_an_audit_that_could_not_ask_does_not_pass_for_a_clean_one() -> None:
    (line,) = [line for line in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines() if "/pip-audit" in line]

    assert {"--strict", "--require-hashes", "constraints-dev.txt"} <= set(line.split())
