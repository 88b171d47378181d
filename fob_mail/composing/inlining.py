"""Styles written into each element by premailer, once a campaign, because many mail readers drop <style>."""

import logging
import re

_NO_BGCOLOR = re.compile(r"""(<(?:a|div|p|span|h[1-6]|li|ul|ol)\s(?:"[^"]*"|'[^']*'|[^"'<>])*?) bgcolor=["'][^"']*["']""")
"""premailer gives every element with a ground that attribute, which HTML has for tables alone; Outlook needs it there."""


def inlined(html: str, css: str) -> str:
    """The page with `css` inline. Classes stay for the media queries in its head; nothing is ever fetched."""
    from premailer import Premailer  # noqa: PLC0415 with cssutils and requests it takes 15 MB, and who sends has composed long ago

    page: str = Premailer(
        html,
        css_text=css,
        strip_important=False,
        remove_classes=False,
        disable_validation=True,
        disable_leftover_css=True,
        disable_link_rewrites=True,
        disable_basic_attributes=["width", "height"],
        align_floating_images=False,
        cssutils_logging_level=logging.CRITICAL,
        allow_network=False,
        allow_loading_external_files=False,
    ).transform()
    return _NO_BGCOLOR.sub(r"\1", page)
