"""What somebody could want of the public pages, tried: each attempt changes nothing, gives nothing away, and ends in a kind page."""

import re
from itertools import product
from urllib.parse import quote_from_bytes

import pytest
from sqlalchemy import func, select

from fob_mail.database import Database
from fob_mail.links import Links, Subscribed
from fob_mail.models import MailingList, Note, Subscriber, Subscription, SubscriptionState
from fob_mail.settings import Settings
from fob_mail.settings.pages import Joining
from fob_mail.web.app import create_app
from tests.builders import make_subscriber
from tests.forms import fetched
from tests.groups import Group

AIMS = ("?next=https://evil.example", "?url=//evil.example", "?lang=//evil.example", "?lang=<script>alert(1)</script>")
PAGES = ("/", "/join", "/join/valley", "/archive/valley", "/u/{}", "/p/{}", "/c/{}")


@pytest.fixture
def rosa(group: Group) -> str:
    """The token of a mail to Rosa, who is on the list 1."""
    with group.database.begin() as session:
        make_subscriber(session, "rosa@example.org", session.get_one(MailingList, 1), name="Rosa")
    return group.links.unsubscribe_token(Subscribed(1, 1, 1))


def owed(database: Database) -> int:
    """How many mails the pages have been made to write."""
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Note)) or 0


def test_one_address_cannot_be_bombed_whoever_asks(group: Group) -> None:
    answers = {group.ask("victim@example.org").status_code for _ in range(12)}

    assert answers == {200}  # nobody is told that it was too often
    assert len(group.mails()) == Joining().mails_per_address


def test_one_network_cannot_bomb_many(group: Group) -> None:
    codes = [group.ask(f"victim{number}@example.org").status_code for number in range(40)]

    assert codes.count(200) == 30
    assert codes[-1] == 429


def test_a_client_that_is_no_proxy_cannot_pretend_to_be_many_networks(group: Group) -> None:
    data = {"form": fetched(group.links)}
    codes = [
        group.web.post(
            "/join/valley",
            data={**data, "email": f"v{number}@example.org"},
            headers={"X-Forwarded-For": f"203.0.{number}.7"},
            environ_base={"REMOTE_ADDR": "198.51.100.9"},
        ).status_code
        for number in range(35)
    ]

    assert codes[-1] == 429


def test_a_machine_that_fills_in_every_field_writes_to_nobody(group: Group) -> None:
    answer = group.ask("rosa@example.org", website="https://spam.example")

    assert answer.status_code == 200
    assert owed(group.database) == 0


@pytest.mark.parametrize("ago", [0, 0.5, 100_000])
def test_a_form_that_was_filled_in_too_fast_or_is_of_yesterday_is_shown_once_more(group: Group, ago: float) -> None:
    answer = group.web.post("/join/valley", data={"email": "rosa@example.org", "form": fetched(group.links, ago)})

    assert "<form" in answer.text
    assert owed(group.database) == 0


def test_no_page_sets_a_cookie_so_that_no_other_site_can_act_in_a_readers_name(group: Group, rosa: str) -> None:
    for page in PAGES:
        for method in ("GET", "POST"):
            answer = group.web.open(page.format(rosa), method=method, headers={"Cookie": "session=1", "Origin": "https://evil.example"})
            assert "Set-Cookie" not in answer.headers, page


@pytest.mark.parametrize("page", PAGES)
def test_no_page_leads_elsewhere_or_repeats_what_it_was_asked(group: Group, rosa: str, page: str) -> None:
    for aim in ("?next=https://evil.example", "?url=//evil.example", "?lang=//evil.example", "?lang=<script>alert(1)</script>"):
        answer = group.web.get(page.format(rosa) + aim)

        assert not 300 <= answer.status_code < 400
        assert "evil.example" not in answer.text
        assert "<script" not in answer.text


@pytest.mark.parametrize("page", ["/u/{}", "/p/{}", "/c/{}", "/v/{}/en", "/i/{}.png", "/v/{}/en/1.ics"])
def test_a_forged_token_opens_nothing(group: Group, page: str) -> None:
    tokens = ("A" * 43, "..%2f..%2fetc%2fpasswd", "%00", "x" * 3_000, "' OR 1=1 --", "{{7*7}}")
    for method, token in product(("GET", "HEAD", "POST"), tokens):
        answer = group.web.open(page.format(token), method=method)
        assert answer.status_code in {400, 404, 405}, (method, token, answer.status_code)
        assert "49" not in re.sub(r"<style>.*?</style>", "", answer.text, flags=re.DOTALL) or "{{" not in token


def test_a_token_for_one_thing_is_worth_nothing_for_another(group: Group, rosa: str) -> None:
    assert group.web.post(f"/c/{rosa}").status_code == 404
    assert group.web.get(f"/v/{rosa}/en").status_code == 404


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"])
def test_whoever_only_looks_changes_nothing(group: Group, rosa: str, method: str) -> None:
    for page in ("/u/{}", "/p/{}"):
        for query in ("", "?action=leave", "?List-Unsubscribe=One-Click"):
            group.web.open(page.format(rosa) + query, method=method)

    assert group.state("rosa@example.org") is SubscriptionState.CONFIRMED


def test_a_name_with_marks_in_it_is_words_on_every_page(group: Group, rosa: str) -> None:
    name = "<img src=x onerror=alert(1)>\"'"

    group.web.post(f"/p/{rosa}", data={"action": "save", "name": name, "lists": "1"})
    with group.database.read() as session:
        kept = session.scalars(select(Subscriber.name)).one()
    pages = [group.web.get(page.format(rosa)).text for page in PAGES]

    assert kept in {name, "Rosa"}
    assert not [page for page in pages if "<img src=x" in page]


@pytest.mark.parametrize("name", ["Rosa\r\nBcc: all@example.org", "Rosa\nSubject: x", "=?utf-8?q?=0d=0aBcc:x?="])
def test_a_name_adds_no_header_to_the_mail_that_the_form_sends(group: Group, name: str) -> None:
    group.ask("rosa@example.org", name=name)

    (mail,) = group.mails()
    assert mail["Bcc"] is None
    assert len(mail.get_all("Subject") or []) == 1


@pytest.mark.parametrize("size", [17_000, 300_000])
def test_what_is_too_large_is_refused_before_it_is_read_as_a_form(group: Group, size: int) -> None:
    answer = group.web.post("/join/valley", data={"email": "a" * size})

    assert answer.status_code == 413
    assert owed(group.database) == 0


def test_a_form_of_a_thousand_fields_is_refused(group: Group) -> None:
    answer = group.web.post("/join/valley", data={f"f{number}": "x" for number in range(1_000)}, content_type="multipart/form-data")

    assert answer.status_code in {400, 413}


def test_another_host_is_not_served(group: Group, rosa: str) -> None:
    assert group.web.get(f"/u/{rosa}", base_url="http://evil.example").status_code == 400


def test_links_made_with_a_former_key_work_and_with_anybody_elses_do_not(group: Group, settings: Settings, rosa: str) -> None:
    del rosa
    rotated = settings.model_copy(update={"secret_key": settings.digest_key, "old_secret_keys": [settings.secret_key]})
    web = create_app(rotated, group.database).test_client()
    old, foreign = (Links([key], "http://localhost:8000").unsubscribe_token(Subscribed(1, 1, 1)) for key in (b"s" * 40, b"z" * 40))

    assert web.post(f"/u/{old}", data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert web.post(f"/u/{foreign}", data={"List-Unsubscribe": "One-Click"}).status_code == 404
    with group.database.read() as session:
        assert session.scalars(select(Subscription.state)).one() is SubscriptionState.LEFT


def test_every_page_forbids_scripts_frames_and_other_hosts(group: Group, rosa: str) -> None:
    for page in PAGES:
        policy = group.web.get(page.format(rosa)).headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy


@pytest.mark.parametrize("nasty", ["\0", "Rosa\0", "\x1b]0;x\x07", "\u202e", "\ud800", "es\r\nX: y", "<script>", "{{7*7}}", "💥" * 400])
@pytest.mark.parametrize("field", ["email", "name", "language", "form", "website"])
def test_no_letters_whatever_break_the_form_or_are_kept(group: Group, nasty: str, field: str) -> None:
    filled = {"email": "rosa@example.org", "form": fetched(group.links), field: nasty}
    data = "&".join(f"{name}={quote_from_bytes(value.encode('utf-8', 'surrogatepass'))}" for name, value in filled.items())

    answer = group.web.post("/join/valley", data=data, content_type="application/x-www-form-urlencoded")

    assert answer.status_code in {200, 400}
    with group.database.read() as session:
        kept = [(note.name, note.language) for note in session.scalars(select(Note))]
    assert all(name.isprintable() and language in {"en", "es"} for name, language in kept)


@pytest.mark.parametrize(
    "page", ["/join/{}", "/archive/{}", "/archive/{}/feed.atom", "/u/{}", "/p/{}", "/v/{}", "/v/{}/en", "/my/{}", "/i/{}"]
)
def test_an_address_with_a_control_character_is_none_of_ours(group: Group, page: str) -> None:
    """PostgreSQL takes no NUL: it would be a fault of ours in the log, whoever asks."""
    for letter in ("%00", "a%00b", "%1b", "%0d%0a"):
        for method in ("GET", "POST"):
            assert group.web.open(page.format(letter), method=method).status_code in {404, 405}
