"""What SpamAssassin says of a message, where it is installed: asked offline, with nothing learned and nothing left behind."""

import os
import re
import shutil
import subprocess
import tempfile

from fob_mail.preflight.spam import Verdict

LONGEST_WAIT = 60.0
PLACES = os.pathsep.join(["/usr/bin", "/usr/local/bin", "/usr/sbin", "/opt/homebrew/bin"])

_SCORE = re.compile(r"^Content analysis details:\s+\((-?[\d.]+) points", re.MULTILINE)
_RULE = re.compile(r"^[ \t]*+(-?\d+(?:\.\d+)?)[ \t]++([A-Z][A-Z0-9_]+)[ \t]+(.*)$", re.MULTILINE)


def verdict(message: bytes) -> Verdict | None:
    """The score of a message and the rules that made it; None if SpamAssassin is not there, or does not answer."""
    program = shutil.which("spamassassin") or shutil.which("spamassassin", path=PLACES)
    if not program:
        return None
    with tempfile.TemporaryDirectory(prefix="fob-mail-") as home:
        command = [program, "--local", "--test-mode", "--nocreate-prefs", f"--prefspath={os.devnull}", "--cf=use_bayes 0"]
        try:
            done = subprocess.run(  # noqa: S603 a program of the system, and no word of ours but its options  # nosec B603
                command,
                check=False,
                input=message,
                capture_output=True,
                timeout=LONGEST_WAIT,
                env={**os.environ, "HOME": home, "LC_ALL": "C"},
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
    return read(done.stdout.decode("utf-8", "replace"))


def read(report: str) -> Verdict | None:
    """The verdict in a report as --test-mode writes it below the message; None if there is none."""
    scores = list(_SCORE.finditer(report))
    if not scores:
        return None
    last = scores[-1]  # what stands in the message itself comes before it
    rules = tuple((float(points), name, words.strip()) for points, name, words in _RULE.findall(report[last.end() :]))
    return Verdict(float(last[1]), rules)
