"""Reading the settings: fob-mail.toml, FOB_MAIL_… variables over it, and everything that is wrong in one go."""

import difflib
import json
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import get_origin

from pydantic import BaseModel, SecretStr, ValidationError

from fob_mail.errors import SettingsError
from fob_mail.settings.model import Settings
from fob_mail.settings.relays import Relay

IN_A_RELAY = 3
"""Words of a variable that sets one thing of one relay: FOB_MAIL_RELAYS__BACKUP__PASSWORD."""

DEFAULT_FILE = "fob-mail.toml"
ENV_PREFIX = "FOB_MAIL_"


def find_file(given: Path | None) -> Path:
    """The settings file: as given by --config, else FOB_MAIL_CONFIG, else fob-mail.toml in the working folder."""
    return given or Path(os.environ.get(ENV_PREFIX + "CONFIG") or DEFAULT_FILE)


def load(file: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read and check all settings. Raises SettingsError that lists everything wrong, by the name its owner typed."""
    if not file.exists() and not any(name.startswith(ENV_PREFIX) and name != ENV_PREFIX + "CONFIG" for name in environment):
        where = f" in {file.resolve().parent}"
        raise SettingsError(
            f"There is no settings file {file.name}{where}.", "Make one: fob-mail init. Or name it: fob-mail --config FILE …"
        )
    settings, wrong = _checked(_read_toml(file) if file.exists() else {}, environment, {})
    if settings is None:
        missing = "" if file.exists() else f" ({file} is not there: fob-mail init makes one)"
        lines = "\n".join(wrong)
        raise SettingsError(f"These settings are missing or wrong{missing}:\n{lines}", f"Correct them in {file} or in the environment.")
    return _anchored(settings, file.resolve().parent)


def complaints(text: str, typed: Mapping[tuple[str, ...], str], environment: Mapping[str, str] = os.environ) -> list[str]:
    """What would be wrong with a settings file of this text, a line each; `typed` has the names under which values were given."""
    return _checked(tomllib.loads(text), environment, dict(typed))[1]


def _checked(
    written: dict[str, object], environment: Mapping[str, str], typed: dict[tuple[str, ...], str]
) -> tuple[Settings | None, list[str]]:
    """The settings, or what is wrong with them, a line each."""
    wrong = set(_overlay(written, environment, typed))
    settings = None
    try:
        settings = Settings.model_validate(written)
    except ValidationError as error:
        wrong |= {_sentence(e["loc"], e["type"], e["msg"], typed) for e in error.errors(include_input=False)}
    return (None if wrong else settings), sorted(wrong)


def _read_toml(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} cannot be read: {error}", "Correct that line; texts stand in double quotes.") from None
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}.", "Check the file's name and who may read it.") from None


def _overlay(written: dict[str, object], environment: Mapping[str, str], typed: dict[tuple[str, ...], str]) -> Iterator[str]:
    """Put what the environment says over what is written; `typed` is told under which name. Gives what cannot be put there."""
    for name, value in sorted(environment.items(), key=lambda item: item[0].count("__")):  # a section whole before its parts
        path = tuple(name.removeprefix(ENV_PREFIX).lower().split("__"))
        if not name.startswith(ENV_PREFIX) or name == ENV_PREFIX + "CONFIG":
            continue
        if len(path) == IN_A_RELAY and path[0] == "relays" and path[2] in Relay.model_fields:
            yield from _overlay_relay(written, name, path, value)
            continue
        kind = _kind_of(path)
        if kind is None:
            near = difflib.get_close_matches(".".join(path), _names(), n=1)
            hint = f"; did you mean {ENV_PREFIX}{near[0].replace('.', '__').upper()}?" if near else ""
            yield f"  {name}: there is no such setting{hint}"
            continue
        section = written
        if len(path) > 1:
            inner = section.setdefault(path[0], {})
            section = inner if isinstance(inner, dict) else {}
        try:
            section[path[-1]] = _list_of(value) if kind is list else value
        except json.JSONDecodeError:
            yield f"  {name}: is not a list; put commas between its values"
        typed[path] = name


def _overlay_relay(written: dict[str, object], variable: str, path: tuple[str, ...], value: str) -> Iterator[str]:
    """Put a variable over a setting of one relay, whose name stands in the variable with _ for each hyphen."""
    relays = written.get("relays")
    known = {str(relay.get("name", "")): relay for relay in relays if isinstance(relay, dict)} if isinstance(relays, list) else {}
    meant = [relay for name, relay in known.items() if name.replace("-", "_") == path[1]]
    if len(meant) == 1:
        meant[0][path[2]] = value
        return
    there = f"there are {', '.join(known)}" if known else "there is no [[relays]] section"
    yield f"  {variable}: names no relay of the settings; {there}"


def _list_of(value: str) -> object:
    """A list as people write it in a variable: `60, 300`, or as JSON has it: `[60, 300]`."""
    if value.lstrip().startswith("["):
        listed: object = json.loads(value)
        return listed
    return [part.strip() for part in value.split(",") if part.strip()]


def _kind_of(path: tuple[str, ...]) -> type | None:
    """What a setting is made of: list, or object for all else; None if there is no such setting."""
    model: type[BaseModel] = Settings
    for part in path[:-1]:
        inner = model.model_fields.get(part)
        if inner is None or not isinstance(inner.annotation, type) or not issubclass(inner.annotation, BaseModel):
            return None
        model = inner.annotation
    field = model.model_fields.get(path[-1])
    if field is None or (isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)):
        return None
    return list if get_origin(field.annotation) is list else object


def _names(model: type[BaseModel] | None = None, prefix: str = "") -> Iterator[str]:
    """Every setting by its dotted name."""
    for name, field in (model or Settings).model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _names(field.annotation, f"{prefix}{name}.")
        else:
            yield prefix + name


def _sentence(location: tuple[int | str, ...], kind: str, message: str, typed: Mapping[tuple[str, ...], str]) -> str:
    """One wrong setting, named as its owner wrote it: the variable if one is set, else the key of the file."""
    path = tuple(part for part in location if isinstance(part, str))
    name = typed.get(path, ".".join(path))
    if kind == "missing":
        return f"  {name}: is not set"
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(name, [*_names(), *{known.partition(".")[0] for known in _names()}], n=1)
        return f"  {name}: there is no such setting{f'; did you mean {near[0]}?' if near else ''}"
    if name in {"dkim", "relays", "domains"} and kind in {"model_type", "list_type"}:
        return f"  {name}: is a section of which there may be several; write [[{name}]] on a line of its own, and its settings below"
    if kind == "model_type":
        return f"  {name}: is a section; write [{name}] on a line of its own, and its settings below"
    return f"  {name}: {message.removeprefix('Value error, ').replace('Input should be', 'should be')}"


def _anchored(settings: Settings, folder: Path) -> Settings:
    """Relative files belong to the settings file's folder, wherever the command is run."""
    url = settings.database_url.get_secret_value()
    relative = re.fullmatch(r"sqlite:///(?!/)(?!:memory:)(.+)", url)
    if relative:
        url = f"sqlite:///{folder / relative[1]}"
    sending = settings.sending.model_copy(update={"journal_folder": folder / settings.sending.journal_folder})
    smtp = settings.smtp.model_copy(update={"ca_file": settings.smtp.ca_file and folder / settings.smtp.ca_file})
    relays = [relay.model_copy(update={"ca_file": relay.ca_file and folder / relay.ca_file}) for relay in settings.relays]
    dkim = [signer.model_copy(update={"key_file": folder / signer.key_file}) for signer in settings.dkim]
    templates = settings.templates_folder and folder / settings.templates_folder
    anchored = {
        "database_url": SecretStr(url),
        "sending": sending,
        "smtp": smtp,
        "relays": relays,
        "dkim": dkim,
        "imap": settings.imap.model_copy(update={"ca_file": settings.imap.ca_file and folder / settings.imap.ca_file}),
        "pop3": settings.pop3.model_copy(update={"ca_file": settings.pop3.ca_file and folder / settings.pop3.ca_file}),
        "templates_folder": templates,
    }
    return settings.model_copy(update=anchored)
