"""What can go wrong that a person can put right, each with its problem and its remedy.

FobMailError
├── SettingsError     a setting is missing or wrong
├── DatabaseError     the database is not there, not current, or not ours
├── NotFoundError     no list, campaign or subscriber of that name
├── ConflictError     what is asked would break a promise already made
├── InputError        a file or a value that cannot be used as it is
└── RelayError        the relay cannot be reached, or turns the whole campaign away
"""


class FobMailError(Exception):
    """A problem in one sentence, and the remedy in another; shown as two lines, exit code 1."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.problem}\n{self.remedy}"


class SettingsError(FobMailError):
    """One or more settings are missing or wrong; the problem lists every one of them."""


class DatabaseError(FobMailError):
    """The database cannot be used: absent, locked away, or of another version."""


class NotFoundError(FobMailError):
    """Nothing of that name; the remedy names the nearest, or the command that lists them."""


class ConflictError(FobMailError):
    """The request contradicts what was promised before: a frozen campaign, a name already taken."""


class InputError(FobMailError):
    """A file or value from outside that cannot be used; the problem says where it is."""


class RelayError(FobMailError):
    """The relay is not to be had, or refuses us and not a recipient; nothing is lost by it."""
