"""Where templates run: they see the fields of what they are given, and nothing of the classes, functions and libraries behind them.

Jinja2's own sandbox stops at names that begin with an underscore; a library's objects have others that read files or run what they read.
"""

from string import Formatter
from typing import Any

from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import BaseModel

_PLAIN = frozenset({"builtins", "datetime", "enum", "fob_mail", "jinja2", "markupsafe"})
"""Whose objects templates may look into. All others they may show, and no more."""


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja2's sandbox, closed to what is not plain data of ours."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ANN401 as Jinja2 has it
        """Whether a template may have that attribute: of settings only their values, of classes and libraries nothing."""
        if isinstance(obj, BaseModel):
            return attr in type(obj).model_fields
        plain = type(obj).__module__.partition(".")[0] in _PLAIN and not isinstance(obj, type)
        return plain and super().is_safe_attribute(obj, attr, value)


class _Slots(Formatter):
    """str.format, but for slots that reach into what fills them: `{name.__class__}` would lead from a word to the whole program."""

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> tuple[Any, str]:  # noqa: ANN401, ARG002 as the library has it
        if not field_name.isidentifier() or field_name not in kwargs:
            raise ValueError(f"{{{field_name}}} is no slot of the phrase")
        return kwargs[field_name], field_name


_SLOTS = _Slots()


def filled(phrase: str, slots: dict[str, str | int]) -> str:
    """A phrase with its slots filled. Phrases come from catalogues and templates, so they are not trusted with more than names."""
    return _SLOTS.vformat(phrase, (), slots)
