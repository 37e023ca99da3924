"""Highlights cut the text exactly at their findings, and nothing in a post can act or hide."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from api.console.highlight import Span, Stretch, plain, stretches
from api.console.pages import Pages

PAGES = Pages()
TEMPLATE = (
    '{% from "parts.html" import marked, shown with context %}'
    '<div id="text">{{ marked(stretches, strengths) }}</div><p id="plain">{{ shown(pieces) }}</p>'
)


def _written(found: tuple[Stretch, ...]) -> list[tuple[str, tuple[int, ...], tuple[int, ...]]]:
    return [("".join(p.text or f"[{p.unseen}]" for p in one.pieces), one.numbers, one.ends) for one in found]


def test_overlapping_findings_are_cut_at_every_edge() -> None:
    found = stretches("abcdefgh", [Span(1, 5, 1), Span(3, 7, 2)])
    assert _written(found) == [
        ("a", (), ()), ("bc", (1,), ()), ("de", (1, 2), (1,)), ("fg", (2,), (2,)), ("h", (), ()),
    ]  # fmt: skip


def test_nested_equal_and_touching_findings_keep_their_numbers() -> None:
    found = stretches("abcdef", [Span(0, 4, 1), Span(1, 3, 2), Span(0, 4, 3), Span(4, 6, 1)])
    assert _written(found) == [
        ("a", (1, 3), ()), ("bc", (1, 2, 3), (2,)), ("d", (1, 3), (1, 3)), ("ef", (1,), (1,)),
    ]  # fmt: skip


def test_offsets_count_code_points_beyond_the_first_plane() -> None:
    assert _written(stretches("🔥🔥việc", [Span(2, 6, 1)])) == [("🔥🔥", (), ()), ("việc", (1,), (1,))]


def test_findings_outside_the_text_are_left_out_and_longer_ones_cut() -> None:
    assert _written(stretches("abc", [Span(5, 9, 1), Span(-4, -1, 2), Span(2, 99, 3), Span(1, 1, 4)])) == [
        ("ab", (), ()), ("c", (3,), (3,)),
    ]  # fmt: skip


def test_an_empty_text_has_no_stretches() -> None:
    assert stretches("", [Span(0, 3, 1)]) == ()


def _shown(text: str) -> str:
    return "".join(piece.text or f"[{piece.unseen}]" for piece in plain(text))


def test_what_hides_in_a_word_is_named() -> None:
    assert _shown("za\u200blo \u202eolaz\u202c x\u00ady") == "za[U+200B]lo [U+202E]olaz[U+202C] x[U+00AD]y"
    assert _shown("a\u2066b\u3164c\U000e0041\ufeff\x07") == "a[U+2066]b[U+3164]c[U+E0041][U+FEFF][U+0007]"


def test_pictures_made_of_several_signs_stay_whole() -> None:
    for picture in ("👩‍👧", "1️⃣", "❤️‍🔥", "👍🏽", "🇻🇳", "‼️"):
        assert _shown(picture) == picture


def test_a_joiner_between_letters_or_digits_is_named_although_pictures_may_have_it() -> None:
    assert _shown("09\u200d12") == "09[U+200D]12"
    assert _shown("z\ufe0falo") == "z[U+FE0F]alo"


def test_line_breaks_and_tabs_stay() -> None:
    assert _shown("a\n\tb\r\n") == "a\n\tb[U+000D]\n"


def test_a_link_is_spelled_so_that_nothing_takes_it_for_one() -> None:
    assert _shown(
        "xem HTTPS://a.mau.example/b.c ngay. http://x.y"
    ) == "xem Hxxps://a[.]mau[.]example/b[.]c ngay. hxxp://x[.]y".replace("Hxxps", "HxxPS")
    assert _shown("://a.b ftp://c.d") == "://a.b ftp://c.d"


@st.composite
def _texts_with_findings(draw: st.DrawFn) -> tuple[str, list[Span]]:
    text = draw(st.text(max_size=60))
    edges = st.integers(-3, len(text) + 3)
    spans = draw(st.lists(st.builds(Span, edges, edges, st.integers(1, 4)), max_size=6))
    return text, spans


@given(_texts_with_findings())
def test_every_code_point_is_shown_once_under_exactly_its_findings(drawn: tuple[str, list[Span]]) -> None:
    text, spans = drawn
    at = 0
    for one in stretches(text, spans):
        for piece in one.pieces:
            length = 1 if piece.unseen else len(piece.text.replace("[.]", "."))
            for place in range(at, at + length):
                assert set(one.numbers) == {span.number for span in spans if span.start <= place < span.end}
            at += length
    assert at == len(text)


@given(_texts_with_findings())
def test_a_page_holds_only_the_elements_we_put_there(drawn: tuple[str, list[Span]]) -> None:
    text, spans = drawn
    template = PAGES._environments["vi"].from_string(TEMPLATE)
    strengths = dict.fromkeys(range(1, 5), "strong")
    page = html.document_fromstring(
        template.render(stretches=stretches(text, spans), strengths=strengths, pieces=plain(text))
    )
    (body,) = page.xpath("//body")
    known = {"div": {"id"}, "p": {"id"}, "mark": {"class"}, "sup": {"class"}, "a": {"href", "aria-label"}}
    for element in body.iterdescendants():
        allowed = known.get(element.tag, {"class", "title"} if element.tag == "span" else None)
        assert allowed is not None, element.tag
        assert set(element.keys()) <= allowed
    shown = page.xpath("//*[@id='plain']")[0].text_content()
    assert shown == _bare(text)


def _bare(text: str) -> str:
    return "".join(piece.text or piece.unseen for piece in plain(text))
