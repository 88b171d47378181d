"""Numbers in a sentence of a command: `1 row`, `2,000 rows`."""


def counted(number: int, one: str, many: str = "") -> str:
    """`1 row`, `2,000 rows`, `3 people`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def are(number: int) -> str:
    """`1 is`, `2,000 are`."""
    return counted(number, "is", "are")
