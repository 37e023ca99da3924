"""The console's languages: every phrase translated, none left over, numbers and times as people write them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jinja2 import Environment
from jinja2.ext import GETTEXT_FUNCTIONS, extract_from_ast

from api.console.catalogue import read_catalogue
from api.console.language import FOLDER, Language, languages
from records.errors import ConfigurationError
from records.post import Precision

CONSOLE = FOLDER.parent
LANGUAGES = languages()
VI, EN = LANGUAGES["vi"], LANGUAGES["en"]
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
AT = datetime(2026, 11, 12, 17, 5, 9, tzinfo=UTC)


def _phrases_in_templates() -> Iterator[tuple[str, ...]]:
    env = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    for path in sorted((CONSOLE / "templates").glob("*.html")):
        for _, _, said in extract_from_ast(env.parse(path.read_text(encoding="utf-8")), GETTEXT_FUNCTIONS):
            yield tuple(part for part in ((said,) if isinstance(said, str) else said or ()) if isinstance(part, str))


def _phrases_in_code() -> Iterator[tuple[str, ...]]:
    for path in sorted(CONSOLE.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if called in {"phrase", "gettext", "say"} and isinstance(node.args[0].value, str):
                    yield (node.args[0].value,)


def phrases() -> set[tuple[str, ...]]:
    """Every phrase the console says, with its plural where it counts."""
    return {said for said in [*_phrases_in_templates(), *_phrases_in_code()] if said}


def test_every_phrase_has_a_vietnamese_one() -> None:
    missing = {
        said
        for said in phrases()
        if (said[0] not in VI.catalogue.phrases if len(said) == 1 else said[0] not in VI.catalogue.plurals)
    }
    assert not missing


def test_the_vietnamese_catalogue_holds_nothing_that_is_not_said() -> None:
    said = {one[0] for one in phrases()}
    assert {*VI.catalogue.phrases, *VI.catalogue.plurals} - said == set()


def test_a_translation_keeps_every_placeholder() -> None:
    both = [*VI.catalogue.phrases.items(), *((one, pair[1]) for one, pair in VI.catalogue.plurals.items())]
    assert [one for one, other in both if set(PLACEHOLDER.findall(one)) != set(PLACEHOLDER.findall(other))] == []


def test_a_plural_in_the_catalogue_is_the_one_the_page_asks_for() -> None:
    asked = {said[0]: said[1] for said in phrases() if len(said) == 2}
    assert {one: many for one, (many, _) in VI.catalogue.plurals.items()} == asked


def test_no_translation_carries_markup() -> None:
    # The template engine trusts phrases: a sign that starts an element would be one.
    both = [*VI.catalogue.phrases.items(), *VI.catalogue.plurals.items()]
    assert [one for one, other in both if "<" in one or "<" in str(other) or "&" in str(other)] == []


@pytest.mark.parametrize(
    ("precision", "vietnamese", "english"),
    [
        (Precision.SECOND, "13/11/2026 00:05:09", "13/11/2026 00:05:09"),
        (Precision.MINUTE, "13/11/2026 00:05", "13/11/2026 00:05"),
        (Precision.HOUR, "khoảng 13/11/2026 00:00", "about 13/11/2026 00:00"),
        (Precision.DAY, "13/11/2026 (chỉ rõ ngày)", "13/11/2026 (day only)"),
        (Precision.WEEK, "tuần có ngày 13/11/2026", "the week of 13/11/2026"),
        (Precision.MONTH, "11/2026 (chỉ rõ tháng)", "11/2026 (month only)"),
        (Precision.YEAR, "2026 (chỉ rõ năm)", "2026 (year only)"),
    ],
)
def test_a_time_is_written_in_vietnams_clock_and_no_finer_than_known(
    precision: Precision, vietnamese: str, english: str
) -> None:
    assert (VI.time(AT, precision), EN.time(AT, precision)) == (vietnamese, english)


def test_vietnamese_writes_a_decimal_comma() -> None:
    assert (VI.number(0.834), EN.number(0.834)) == ("0,83", "0.83")


def test_a_score_just_under_its_threshold_does_not_look_equal_to_it() -> None:
    assert EN.short(0.6996, 0.7) == ("0.6996", "0.7000")
    assert EN.short(0.698, 0.7) == ("0.698", "0.700")
    assert EN.short(0.7, 0.7) == ("0.70", "0.70")


def test_a_day_is_short_in_both_languages() -> None:
    assert (VI.day(AT), EN.day(AT)) == ("13/11", "13 Nov")


def test_one_flag_waits_and_two_flags_wait() -> None:
    said = ("%(num)s flag waits", "%(num)s flags wait")
    assert [EN.ngettext(*said, count) for count in (0, 1, 2)] == [said[1], said[0], said[1]]
    assert len({VI.ngettext(*said, count) for count in (0, 1, 2)}) == 1


@pytest.mark.parametrize(
    "fault",
    [
        'msgid "a"\nmsgstr ""\n',
        'msgid "a"\nmsgstr "b"\n\nmsgid "a"\nmsgstr "c"\n',
        'msgid "a"\nmsgid "b"\nmsgstr "c"\n',
        'msgctxt "x"\nmsgid "a"\nmsgstr "b"\n',
        "msgid 'a'\nmsgstr \"b\"\n",
        'msgid "a\nmsgstr "b"\n',
        'msgid 7\nmsgstr "b"\n',
        'msgid_plural "b"\nmsgid "a"\nmsgstr "c"\n',
    ],
)
def test_a_broken_catalogue_is_refused(tmp_path: Path, fault: str) -> None:
    path = tmp_path / "vi.po"
    path.write_text(fault, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"vi\.po"):
        read_catalogue(path)


def test_a_long_phrase_may_stand_on_several_lines(tmp_path: Path) -> None:
    path = tmp_path / "vi.po"
    path.write_text('# note\nmsgid ""\n"one "\n"two"\nmsgstr ""\n"một "\n"hai\\n"\n', encoding="utf-8")
    language = Language("vi", "Tiếng Việt", ",", read_catalogue(path))
    assert language.gettext("one two") == "một hai\n"
