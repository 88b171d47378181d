"""How much of the corpus is read as it was meant, beside flufl.bounce, and how fast? One core; the corpus is that of the tests."""

import platform
import time
from collections import Counter
from collections.abc import Callable
from email import message_from_bytes

import click
from flufl.bounce import all_failures

from fob_mail.inbound.classifying import classify
from fob_mail.inbound.incoming import Incoming, Kind
from tests.corpus.hostile import hostile
from tests.corpus.sample import Sample, returned
from tests.corpus.whole import corpus

HEAD = "| | kind, recipient and status right | recipient right, of failures | answers taken for failures | mails/s |"
NEWSLETTER = b'\n<td style=3D"padding:0 24px;font-family:Arial" width=3D"600">water is not=\n for sale</td>' * 450
FAILED = {Kind.HARD, Kind.SOFT, Kind.BLOCKED, Kind.DELAYED}


@click.command("inbound")
@click.option("--seconds", default=3.0, show_default=True, help="How long each is measured.")
@click.option("--wrong", is_flag=True, help="Name each mail that was read wrongly.")
def command(seconds: float, wrong: bool) -> None:
    """Classify the corpus, on one core, and what is made to cost time.

    \b
    Example:
      python -m bench inbound --wrong
    """  # noqa: D301 click's \b keeps the lines of an example
    samples = corpus()
    octets = sum(len(sample.raw) for sample in samples) // len(samples)
    print(f"Python {platform.python_version()}, {len(samples)} mails of {octets:,} octets on average\n")
    print(HEAD)
    print("|---|---|---|---|---|")
    print(_ours(samples, seconds, wrong), flush=True)
    print(_flufl(samples, seconds), flush=True)
    whole = [sample for sample in map(_whole, samples) if len(sample.raw) > len(NEWSLETTER)]
    rate = _rate(classify, whole, seconds)
    print(f"\n{len(whole)} of them with the whole newsletter of {len(NEWSLETTER):,} octets returned: {rate:,.0f} mails/s")
    slowest = sorted(((_seconds(raw), name) for name, raw in hostile()), reverse=True)[:3]
    print("Slowest of the hostile mails: " + ", ".join(f"{name} {taken * 1000:.0f} ms" for taken, name in slowest))


def _whole(sample: Sample) -> Sample:
    """The same mail, where it returns what we sent, with all of that."""
    head = returned().encode()
    return Sample(sample.name, sample.raw.replace(head, head + NEWSLETTER), sample.kind, sample.recipient, sample.status)


def _ours(samples: list[Sample], seconds: float, wrong: bool) -> str:
    read = [(sample, classify(sample.raw)) for sample in samples]
    bad = [sample.name for sample, incoming in read if not _right(sample, incoming)]
    if wrong:
        print("\n".join(f"wrong: {name}" for name in bad))
        print(Counter(str(sample.kind) for sample in samples))
    failures = [(sample, incoming) for sample, incoming in read if sample.kind in FAILED]
    named = sum(incoming.recipient.lower() == sample.recipient for sample, incoming in failures)
    taken = sum(sample.kind not in FAILED and incoming.kind in FAILED for sample, incoming in read)
    share = f"{100 * (1 - len(bad) / len(samples)):.1f} %"
    recipients = f"{100 * named / len(failures):.1f} %"
    return f"| fob-mail | {share} | {recipients} | {taken} | {_rate(classify, samples, seconds):,.0f} |"


def _right(sample: Sample, incoming: Incoming) -> bool:
    told = incoming.kind is sample.kind and sample.recipient in {"", incoming.recipient.lower()}
    return told and (sample.kind not in FAILED or incoming.status == sample.status)


def _flufl(samples: list[Sample], seconds: float) -> str:
    """flufl.bounce tells recipients, permanent or temporary, and neither kinds nor status codes."""

    def read(raw: bytes) -> set[bytes]:
        temporary, permanent = all_failures(message_from_bytes(raw))
        return set(temporary) | set(permanent)

    failures = [sample for sample in samples if sample.kind in FAILED]
    named = sum(sample.recipient.encode() in {address.lower() for address in read(sample.raw)} for sample in failures)
    taken = sum(sample.kind not in FAILED | {Kind.COMPLAINT} and bool(read(sample.raw)) for sample in samples)
    return f"| flufl.bounce | tells neither | {100 * named / len(failures):.1f} % | {taken} | {_rate(read, samples, seconds):,.0f} |"


def _rate(read: Callable[[bytes], object], samples: list[Sample], seconds: float) -> float:
    count, began = 0, time.process_time()
    while time.process_time() - began < seconds:
        for sample in samples:
            read(sample.raw)
        count += len(samples)
    return count / (time.process_time() - began)


def _seconds(raw: bytes) -> float:
    began = time.process_time()
    classify(raw)
    return time.process_time() - began
