"""Nothing that the house writes gives a contact away in clear, and everything it sealed can be opened."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
import re2

from crawlers.browser import find_chromium
from crawlers.source_file import read_source
from records.review import AccountRole
from records.text import fold_search
from riskscan.crawling import crawl_source
from riskscan.importing import import_file
from riskscan.postgres_cluster import bundled_binaries
from riskscan.runtime import Runtime
from riskscan.scoring import score_waiting
from store.originals import unseal_mentions
from store.pool import connect
from store.posts import unseal_original
from tests.acceptance.conftest import ROOT, SampleSite
from tests.integration.console_lab import a_console

SAMPLE = ROOT / "tests" / "sample_site"
FILES = ("job_board", "forum", "group", "tiktok_labels")
NUMBERED = {"phone", "zalo", "whatsapp", "bank_account", "id_number"}


@dataclass(frozen=True, slots=True)
class Declared:
    """A contact that the sample's writers put into a post."""

    post: str
    kind: str
    quote: str = field(repr=False)
    canonical: str = field(repr=False)


def declared() -> list[Declared]:
    found = []
    for name in FILES:
        for line in (SAMPLE / f"{name}.jsonl").read_text(encoding="utf-8").split("\n"):
            post = json.loads(line) if line.strip() else {"contacts": [], "id": ""}
            if post.get("deleted"):
                continue
            found += [Declared(post["id"], c["kind"], c["quote"], c["canonical"]) for c in post["contacts"]]
    return found


def spellings(contact: Declared) -> set[str]:
    """Return the forms in which a contact could stand somewhere in clear; short forms would only hit by chance."""
    plain = {contact.quote, contact.canonical, fold_search(contact.quote)}
    digits = "".join(sign for sign in contact.canonical if sign.isdigit())
    if contact.kind in NUMBERED and len(digits) >= 9:
        national = "0" + digits[2:] if digits.startswith("84") else digits
        plain |= {digits, national}
        plain |= {gap.join((national[:4], national[4:7], national[7:])) for gap in " .-"}
    encoded = {quote(one, safe="") for one in plain} | {quote_plus(one) for one in plain}
    escaped = {json.dumps(one)[1:-1] for one in plain}
    return {one for one in plain | encoded | escaped if len(one) >= 7}


def pattern(words: set[str]) -> re2._Regexp:
    options = re2.Options()
    options.max_mem = 1 << 28
    options.encoding = re2.Options.Encoding.LATIN1
    forms = sorted({form for word in words for form in (word.encode(), word.lower().encode(), word.upper().encode())})
    return re2.compile(b"|".join(re2.escape(form) for form in forms), options)


def files(folder: Path) -> Iterator[Path]:
    yield from (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())


@pytest.fixture
def full_house(runtime: Runtime, site: SampleSite) -> Runtime:
    """A house that has crawled and imported the whole sample."""

    async def fill() -> None:
        for source_id in ("sample-board", "sample-forum", "sample-group"):
            if source_id == "sample-group" and find_chromium() is None:
                continue
            path = runtime.settings.sources / f"{source_id}.toml"
            await crawl_source(runtime, source_id, path, {"SAMPLE_PORT": site.port})
        source = read_source(runtime.settings.sources / "sample-tiktok.toml")
        await import_file(runtime, source, Path(source.start[0]), datetime.now(UTC))
        await score_waiting(runtime)

    asyncio.run(fill())
    return runtime


def dump(runtime: Runtime) -> bytes:
    done = subprocess.run(
        [bundled_binaries() / "pg_dump", "--dbname", runtime.owner_dsn or "", "--schema", "public"],
        check=True,
        capture_output=True,
    )
    return done.stdout


@dataclass(frozen=True, slots=True)
class Served:
    """The house's own database as the console's test bench wants it."""

    service_dsn: str = field(repr=False)


async def console_pages(runtime: Runtime) -> dict[str, bytes]:
    """Return the queue and the page of every flag, in both languages, as a lead reads them."""
    pages: dict[str, bytes] = {}
    async with a_console(Served(runtime.dsn), runtime.vault) as console:  # type: ignore[arg-type]
        rows = await (await console.conn.execute("select flag_id from flag order by flag_id")).fetchall()
        await console.conn.commit()
        for locale in ("vi", "en"):
            reader = await console.signed_in(f"doc-{locale}", role=AccountRole.LEAD, locale=locale)
            for address in ["/console/queue", *(f"/console/flags/{row['flag_id']}" for row in rows)]:
                answer = await reader.open(address)
                assert answer.status_code == 200, address
                pages[f"{locale} {address}"] = answer.content
    return pages


def test_no_contact_stands_in_clear_anywhere_and_every_one_unseals(full_house: Runtime) -> None:
    contacts = [one for one in declared() if find_chromium() is not None or not one.post.startswith("gr-")]
    assert len(contacts) >= 200 or find_chromium() is None
    shapes = {"".join("9" if s.isdigit() else "a" if s.isalpha() else s for s in one.quote) for one in contacts}
    assert len(shapes) >= 40
    words = set().union(*(spellings(one) for one in contacts))
    leak = pattern(words)

    # The control: the same search finds every contact in what the sample site itself serves.
    source = b"".join((SAMPLE / f"{name}.jsonl").read_bytes() for name in FILES)
    assert all(
        leak.search(json.dumps(one.quote, ensure_ascii=False).encode()) for one in contacts if len(one.quote) >= 7
    )
    assert leak.search(source)

    places = {"dump": dump(full_house)}
    places |= {
        str(path.relative_to(full_house.settings.data)): path.read_bytes() for path in files(full_house.settings.data)
    }
    shown = asyncio.run(console_pages(full_house))
    assert len(shown) > 50
    places |= shown
    assert any("pg_wal" in name for name in places)
    assert any(name.startswith("evidence/") for name in places)
    assert any(name.startswith("log/") for name in places)
    found = {name: leak.search(content) for name, content in places.items()}
    assert {name: hit.group() for name, hit in found.items() if hit} == {}

    opened = asyncio.run(unsealed(full_house))
    lost = [one.post for one in contacts if not any(one.quote in text for text in opened.texts)]
    assert lost == [], "an original does not hold the contact its writer put there"
    unknown = [(one.post, one.kind) for one in contacts if one.canonical not in opened.canonical]
    assert unknown == []


@dataclass(frozen=True, slots=True)
class Opened:
    """Everything the house sealed, opened again."""

    texts: list[str] = field(repr=False)
    canonical: set[str] = field(repr=False)


async def unsealed(runtime: Runtime) -> Opened:
    texts, canonical = [], set()
    async with connect(runtime.dsn) as conn:
        rows = await (await conn.execute("select capture_id from capture order by capture_id")).fetchall()
        for row in rows:
            original = await unseal_original(conn, runtime.vault, row["capture_id"])
            texts.append(f"{original['title']}\n{original['text']}")
            canonical |= {one.canonical for one in await unseal_mentions(conn, runtime.vault, row["capture_id"])}
    return Opened(texts, canonical)
