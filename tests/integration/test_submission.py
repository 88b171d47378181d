"""A mail by itself: what became of it, by a real relay that does each of the things that relays do."""

import pytest

from fob_mail.envelopes import Envelope, Recipient
from fob_mail.models import DeliveryState
from fob_mail.settings.relays import Smtp
from fob_mail.smtp.relay import open_session
from fob_mail.submission import submit
from tests.recording_relay import Faults, RecordingRelay

ROSA = "rosa@example.org"


@pytest.mark.parametrize(
    ("faults", "state", "code"),
    [
        (Faults(), DeliveryState.ACCEPTED, 250),
        (Faults(rcpt={ROSA: "550 5.1.1 nobody of that name"}), DeliveryState.REFUSED, 550),
        (Faults(rcpt={ROSA: "451 4.7.1 greylisted"}), DeliveryState.DEFERRED, 451),
        (Faults(mail="550 5.7.1 not from you"), DeliveryState.DEFERRED, 550),  # about us, and not about this mail
        (Faults(dot={ROSA: "550 5.7.27 no SPF"}), DeliveryState.DEFERRED, 550),
        (Faults(before_dot=frozenset({ROSA})), DeliveryState.DEFERRED, None),
        (Faults(dot={ROSA: None}), DeliveryState.UNKNOWN, None),  # taken, perhaps; nobody said so
    ],
)
def test_what_became_of_a_mail_is_known_or_known_to_be_unknown(faults: Faults, state: DeliveryState, code: int | None) -> None:
    with RecordingRelay(faults) as relay:
        opened = open_session(Smtp(host="127.0.0.1", port=relay.port, timeout=5.0), "")
        outcome = submit(opened, Envelope(Recipient(0, 0, 0, ROSA), "news@example.org", ROSA, b"Subject: Hello\r\n\r\nHello.\r\n"))

    assert (outcome.state, outcome.code) == (state, code)
    assert bool(relay.messages) is (state in {DeliveryState.ACCEPTED, DeliveryState.UNKNOWN})
