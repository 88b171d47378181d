"""One spelling for what people write in headers and yes-or-no columns."""

import re
import unicodedata


def folded(cell: str) -> str:
    """`Correo electrónico`, `E-Mail` and `first_name` as `correoelectronico`, `email` and `firstname`."""
    plain = unicodedata.normalize("NFKD", cell.casefold())
    return re.sub(r"[^a-z0-9]", "", plain)
