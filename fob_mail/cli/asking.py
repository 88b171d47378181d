"""What `check --online` asks others before a campaign goes: the sites that it links to, the DNS, and the relay."""

from typing import TYPE_CHECKING

from fob_mail.errors import RelayError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fob_mail.composing.composed import Composed
    from fob_mail.preflight import Problem
    from fob_mail.settings import Settings


def link_problems(parts: "Iterable[Composed]") -> "list[Problem]":
    """Links and pictures of the mail that are dead, in whatever language they stand."""
    from fob_mail.preflight.dead_links import check_answers  # noqa: PLC0415 imported late, so that --help is quick
    from fob_mail.preflight.links import web_links  # noqa: PLC0415
    from fob_mail.preflight.markup import parse  # noqa: PLC0415
    from fob_mail.public_web import ask_all  # noqa: PLC0415

    urls = dict.fromkeys(url for composed in parts for url in web_links(parse(composed.html)))
    return list(check_answers(ask_all(urls)))


def dns_problems(domain: str, settings: "Settings") -> "list[Problem]":
    """What the DNS lacks for mail of this domain, and for the keys that sign it."""
    from fob_mail import dns_records  # noqa: PLC0415
    from fob_mail.preflight.records import Records, check_records  # noqa: PLC0415
    from fob_mail.signing.keys import read_key, txt_record  # noqa: PLC0415

    asked = dns_records.resolver()
    keys = {}
    for key in settings.dkim:
        try:
            keys[txt_record(read_key(key.key_file))] = dns_records.dkim(asked, key.selector, key.domain)
        except SettingsError:
            continue  # told already, by what needs no DNS
    spf_domain = settings.sending.return_path.rpartition("@")[2] or domain
    found = Records(
        domain, dns_records.spf(asked, spf_domain), dns_records.dmarc(asked, domain), dns_records.mail_hosts(asked, domain), keys
    )
    return list(check_records(found))


def relay_problems(settings: "Settings") -> "list[Problem]":
    """Whether each relay lets us in; nothing is sent."""
    from fob_mail.preflight.problem import error  # noqa: PLC0415
    from fob_mail.smtp.relay import open_session  # noqa: PLC0415

    found = []
    for relay in settings.relays_in_use():
        try:
            open_session(relay, relay.password.get_secret_value()).socket.close()
        except RelayError as problem:
            found.append(error("relay", "relay", problem.problem, f"Check host, port, security and password of {relay.section}."))
    return found
