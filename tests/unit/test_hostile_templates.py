"""Templates that want more than a page: whatever one tries, it sees plain values and reaches no class, function, file or library."""

from pathlib import Path

import pytest

from fob_mail.composing.sandbox import filled
from fob_mail.composing.words import words_of
from fob_mail.errors import InputError
from tests.unit.test_composing_kinds import composed_as, own

BY_UNDERSCORES = (
    "{{ page.__class__ }}",
    "{{ page|attr('__class__') }}",
    "{{ page['__class__'] }}",
    "{{ '{0.__class__.__mro__}'.format(page) }}",
    "{{ '{0.__class__}'.format_map({'0': page}) }}",
    "{{ ('{0.__cla' ~ 'ss__}').format(page) }}",
    "{{ ''.join(['__cla', 'ss__'])|list|map(attribute='__class__')|first }}",
    "{{ say.__func__.__globals__ }}",
    "{{ say.__self__ }}",
    "{{ lipsum.__globals__ }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ joiner.__init__ }}",
    "{{ namespace.__init__ }}",
    "{{ self.__dict__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ range.__class__ }}",
    "{{ dict.__base__ }}",
    "{{ dict.mro() }}",
    "{% macro m() %}{{ caller.__closure__ }}{% endmacro %}{% call m() %}{% endcall %}",
)
BY_LIBRARIES = (
    "{{ theme.parse_raw(\"cbuiltins\\nprint\\n(S'pwned'\\ntR.\", proto='pickle', allow_pickle=true) }}",
    "{{ theme.parse_file('/etc/passwd') }}",
    "{{ theme.model_copy(update={'main': 'red'}) }}",
    "{{ theme.model_config }}",
    "{{ theme.model_construct() }}",
    "{{ theme.colours() }}",
    "{{ page.masthead.theme.schema_json() }}",
    "{{ page.words.phrases.install() }}",
    "{{ page.words.phrases.gettext('x') }}",
    "{{ page.words.locale.parse('en') }}",
)
BY_PHRASES = (
    "{{ say('{0.__class__}') }}",
    "{{ say('{a.__class__.__mro__}', a=page) }}",
    "{{ say('{a.__init__.__globals__}', a=page.words) }}",
    "{{ say('{a[0]}', a=[1]) }}",
    "{{ page.words.say_in('x', '{a.real}', a=1) }}",
    "{{ page.words.say_many('{number.real}', 'x', 1) }}",
)
BY_FILES = (
    "{% include '/etc/passwd' %}",
    "{% include '../secret.html' %}",
    "{% include 'x/../../secret.html' %}",
    "{% import '..\\\\secret.html' as x %}",
    "{% extends '../secret.html' %}",
)


@pytest.mark.parametrize("line", [*BY_UNDERSCORES, *BY_LIBRARIES, *BY_PHRASES, *BY_FILES])
def test_a_template_gets_out_of_its_sandbox_by_no_way(tmp_path: Path, capfd: pytest.CaptureFixture[str], line: str) -> None:
    (tmp_path / "secret.html").write_text("secret", encoding="utf-8")
    (tmp_path / "own").mkdir()

    with pytest.raises(InputError) as refused:
        composed_as(own(tmp_path / "own", message_html=f"<html><body>{line}</body></html>"))

    assert refused.value.remedy
    assert "pwned" not in capfd.readouterr().out


@pytest.mark.parametrize(
    "line", ["{% do page.pictures.update({'a': 1}) %}", "{{ page.pictures.clear() }}", "{{ theme.band.append('#000000') }}"]
)
def test_a_template_changes_nothing_of_what_it_is_given(tmp_path: Path, line: str) -> None:
    with pytest.raises(InputError):
        composed_as(own(tmp_path, message_html=f"<html><body>{line}</body></html>"))


def test_a_template_may_show_what_a_settings_file_says_of_the_theme(tmp_path: Path) -> None:
    mail = composed_as(own(tmp_path, message_html="<html><body><p>{{ theme.main }} {{ theme.band|length }}</p></body></html>"))

    assert "#6b1826 7" in mail.html


@pytest.mark.parametrize("phrase", ["{}", "{0}", "{name.real}", "{name[0]}", "{other}", "{name!r:{0.real}}"])
def test_a_phrase_of_a_catalogue_asks_for_its_slots_by_name_and_for_no_more(phrase: str) -> None:
    with pytest.raises(ValueError, match="no slot"):
        filled(phrase, {"name": "x"})


def test_a_phrase_is_filled_as_before() -> None:
    assert filled("{hour:02}:{minute:02} {name}", {"hour": 7, "minute": 5, "name": "{x}"}) == "07:05 {x}"
    assert words_of("es").say("Unsubscribe")
