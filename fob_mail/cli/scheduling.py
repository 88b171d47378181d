"""When is a campaign to go out? `--at "2027-04-12 09:00 Europe/London"`, read without a guess."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fob_mail.errors import InputError

_AT = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)[ T](?P<time>\d\d:\d\d)(?: (?P<zone>\S+))?")
_REMEDY = 'Write it like this: --at "2027-04-12 09:00 Europe/London"'


def moment_of(text: str, default_zone: str, now: datetime) -> datetime:
    """The moment that is meant, aware. Raises InputError for what is none, is past, or does not exist as the clocks change."""
    match = _AT.fullmatch(" ".join(text.split()))
    if not match:
        raise InputError(f"--at {text[:60]!r} is not a moment.", _REMEDY)
    name = match["zone"] or default_zone
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        raise InputError(f"--at: {name[:40]!r} is not a time zone.", _REMEDY) from None
    try:
        moment = datetime.fromisoformat(f"{match['day']}T{match['time']}").replace(tzinfo=zone)
    except ValueError:
        raise InputError(f"--at {text[:60]!r} is not a moment: there is no such day or hour.", _REMEDY) from None
    if moment.astimezone(UTC).astimezone(moment.tzinfo).replace(fold=0) != moment.replace(fold=0):
        raise InputError(f"--at: at {match['time']} on {match['day']} the clocks of {name} go forward; there is no such time.", _REMEDY)
    if moment <= now:
        raise InputError(f"--at: {moment:%Y-%m-%d %H:%M} in {name} is past.", "Name a later moment; or leave --at out to send it now.")
    return moment
