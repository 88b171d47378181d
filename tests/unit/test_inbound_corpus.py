"""The corpus is read as its servers and people meant it, and flufl.bounce beside it is told what it finds."""

import pytest

from fob_mail.inbound.classifying import classify
from fob_mail.inbound.incoming import Kind
from tests.corpus.sample import Sample
from tests.corpus.whole import corpus

CORPUS = corpus()
FAILED = {Kind.HARD, Kind.SOFT, Kind.BLOCKED, Kind.DELAYED}


def test_the_corpus_has_at_least_three_hundred_mails_each_of_its_own() -> None:
    assert len(CORPUS) >= 300
    assert len({sample.name for sample in CORPUS}) == len({sample.raw for sample in CORPUS}) == len(CORPUS)


@pytest.mark.parametrize("sample", CORPUS, ids=lambda sample: sample.name)
def test_a_mail_of_the_corpus_is_read_as_it_was_meant(sample: Sample) -> None:
    incoming = classify(sample.raw)

    assert incoming.kind is sample.kind, incoming.reason
    assert sample.recipient in {"", incoming.recipient.lower()}
    assert sample.kind not in FAILED or incoming.status == sample.status


def test_no_answer_ordinary_or_automatic_is_taken_for_a_bounce() -> None:
    written = [sample for sample in CORPUS if sample.kind not in FAILED | {Kind.COMPLAINT}]

    taken = [sample.name for sample in written if classify(sample.raw).kind in FAILED | {Kind.COMPLAINT}]

    assert len(written) >= 100
    assert not taken


def test_lines_ended_in_any_way_and_an_mbox_line_make_no_difference() -> None:
    for sample in CORPUS[::7]:
        kind = classify(sample.raw).kind

        assert classify(sample.raw.replace(b"\n", b"\r\n")).kind is kind, sample.name
        assert classify(sample.raw.replace(b"\n", b"\r")).kind is kind, sample.name
        assert classify(b"From someone Thu May  6 19:00:00 2027\n" + sample.raw).kind is kind, sample.name
