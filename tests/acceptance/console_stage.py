"""A served console with posts as people write them, and a Chromium that keeps count of where it goes."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

import uvicorn
from fastapi import FastAPI
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from api.app import create_app
from api.settings import ApiSettings
from crawlers.browser import find_chromium
from records.post import Platform, Precision
from records.review import FlagReason
from records.score import Exploitation, Finding, OutOfScope, Reason, Role
from store.pool import Connection
from store.seal import Vault
from tests.builders import a_score, an_open_flag

#: Wide and narrow, as offices and phones show the console.
WIDTHS = {"wide": 1440, "narrow": 380}
_POSTED = datetime(2026, 11, 18, 13, 40, tzinfo=UTC)


@dataclass(frozen=True)
class Advert:
    """A post as somebody wrote it, with what a model would say of it."""

    text: str
    score: float
    seen: Sequence[tuple[str, str, float]] = ()
    types: Sequence[Exploitation] = ()
    title: str = ""
    platform: Platform = Platform.FACEBOOK
    url: str = "https://nhom.mau.example/bai/1"
    precision: Precision = Precision.MINUTE
    destination: Sequence[str] = ()
    lowered: Sequence[str] = ()
    risk: int = 3
    role: Role = Role.RECRUITER
    reason: FlagReason = FlagReason.THRESHOLD
    out_of_scope: OutOfScope | None = None


ADVERTS = (
    Advert(
        "Anh em nào đang kẹt tiền đọc kỹ 👇\n\nCông ty bên Cam cần gấp 12 bạn gõ phím, chat với khách Việt, "
        "không cần bằng cấp, không cần hộ chiếu, xe rước tận nhà ở Móng Cái rồi đi luôn trong đêm 🚐\n"
        "Lương cứng 25 triệu + % , ăn ở bao hết, ứng trước 5 triệu cho gia đình trả dần vào lương.\n"
        "Ai làm không nổi muốn về thì bồi thường lại chi phí đi đường nha.\n\n"
        "Nhắn zalo 0912 000 318 gặp anh Mẫu, đừng hỏi trên này.",
        0.967,
        (
            ("targets_hardship", "đang kẹt tiền", 0.3),
            ("scam_job_euphemism", "gõ phím, chat với khách Việt", 1.4),
            ("no_papers_needed", "không cần hộ chiếu", 1.9),
            ("pickup_transport", "xe rước tận nhà ở Móng Cái", 0.6),
            ("immediate_departure", "đi luôn trong đêm", 0.5),
            ("illegal_crossing", "xe rước tận nhà ở Móng Cái rồi đi luôn trong đêm", 1.1),
            ("all_expenses_covered", "ăn ở bao hết", 0.9),
            ("debt_advance", "ứng trước 5 triệu cho gia đình trả dần vào lương", 1.6),
            ("confinement_control", "muốn về thì bồi thường lại chi phí đi đường", 1.7),
        ),
        (Exploitation.FORCED_CRIMINALITY, Exploitation.SMUGGLING),
        destination=("KH",),
        lowered=("Công ty bên Cam",),
    ),
    Advert(
        "Shop em cần thêm bạn nữ 16-22 tuổi bưng bê phòng vip, ngoại hình ưa nhìn, gửi ảnh toàn thân qua telegram "
        "@tenmau21. Lương ngày 1tr2, chỗ ở lo hết, không cần nói với gia đình. Đi làm liền tối nay.",
        0.931,
        (
            ("targets_minor", "16-22 tuổi", 2.1),
            ("entertainment_euphemism", "bưng bê phòng vip", 1.2),
            ("body_photo_screening", "gửi ảnh toàn thân", 0.6),
            ("secrecy_from_family", "không cần nói với gia đình", 1.5),
            ("immediate_departure", "Đi làm liền tối nay", 0.4),
        ),
        (Exploitation.SEXUAL_EXPLOITATION,),
        title="Tuyển gấp nữ phục vụ, lương trả theo ngày",
        platform=Platform.FORUM,
        url="https://dien-dan.mau.example/t/88",
        precision=Precision.HOUR,
        destination=("VN-13",),
    ),
    Advert(
        "Nhận đưa người qua bên kia làm mía, bẻ ngô, ngày công 350k. Đi đường mòn buổi tối, có người dẫn, sổ sách khỏi "
        "làm. Chủ giữ tiền tới cuối vụ phát một thể. Nhà nào đi 2 vợ chồng càng tốt.",
        0.884,
        (
            ("illegal_crossing", "Đi đường mòn buổi tối, có người dẫn", 1.8),
            ("no_papers_needed", "sổ sách khỏi làm", 1.2),
            ("abusive_terms", "Chủ giữ tiền tới cuối vụ phát một thể", 0.9),
        ),
        (Exploitation.FORCED_LABOUR, Exploitation.SMUGGLING),
        platform=Platform.ZALO,
        precision=Precision.DAY,
        destination=("CN",),
    ),
    Advert(
        "Cần 5 lao động nam đi tàu cá xa bờ, chuyến 4 tháng, ký giấy là cầm 25 triệu về cho vợ con. "
        "CCCD bên em giữ giùm cho khỏi mất.",
        0.742,
        (
            ("hazardous_isolated_work", "tàu cá xa bờ, chuyến 4 tháng", 0.7),
            ("debt_advance", "ký giấy là cầm 25 triệu", 1.4),
            ("confinement_control", "CCCD bên em giữ giùm", 1.3),
        ),
        (Exploitation.FORCED_LABOUR,),
        risk=2,
        destination=("VN-59",),
    ),
    Advert(
        "Công ty TNHH May Mẫu Hạ Long tuyển 30 công nhân may, lương 9-12 triệu, đóng BHXH ngay từ tháng đầu, "
        "thử việc 1 tháng có hợp đồng. Hồ sơ nộp trực tiếp tại cổng số 2, số 00 đường Mẫu. Ở xa có xe đưa đón.",
        0.531,
        (
            ("named_company", "Công ty TNHH May Mẫu Hạ Long", -1.2),
            ("contract_insurance", "đóng BHXH ngay từ tháng đầu", -0.8),
            ("pickup_transport", "có xe đưa đón", 0.3),
        ),
        title="Tuyển công nhân may đi làm ngay",
        platform=Platform.JOB_BOARD,
        url="https://bang-viec.mau.example/tin/31",
        precision=Precision.DAY,
        destination=("VN-13",),
        lowered=("Công ty TNHH May Mẫu Hạ Long", "đóng BHXH ngay từ tháng đầu", "Hồ sơ nộp trực tiếp"),
        risk=1,
    ),
    Advert(
        "Cảnh giác mọi người ơi, cháu họ nhà em nghe lời rủ qua Cam làm việc nhẹ lương cao, tới nơi bị thu điện thoại. "
        "Gia đình đang nhờ công an giúp. Ai gặp kiểu mời \u200bnhư vậy đừng đi, xem thêm https://canh-bao.mau.example/tin.",
        0.312,
        (("unrealistic_pay", "việc nhẹ lương cao", 0.8),),
        role=Role.WARNING,
        risk=0,
        reason=FlagReason.AUDIT_SAMPLE,
        lowered=("Cảnh giác mọi người ơi", "đừng đi"),
        precision=Precision.MINUTE,
    ),
    Advert(
        "ສະບາຍດີ ຊອກຫາຄົນເຮັດວຽກ",
        0.05,
        risk=0,
        role=Role.OTHER,
        reason=FlagReason.AUDIT_SAMPLE,
        out_of_scope=OutOfScope.LANGUAGE,
        platform=Platform.TIKTOK,
    ),
)


async def an_advert(conn: Connection, vault: Vault, advert: Advert) -> int:
    """Store, score and flag one advert; returns the flag's id."""
    findings = [
        Finding(code, advert.text.index(words), advert.text.index(words) + len(words), weight)
        for code, words, weight in advert.seen
    ]
    reasons = [Reason(found.start, found.end, found.weight) for found in findings]
    reasons += [
        Reason(advert.text.index(words), advert.text.index(words) + len(words), -0.9) for words in advert.lowered
    ]
    score = a_score(
        advert.score,
        findings=tuple(findings),
        reasons=tuple(reasons),
        exploitation={str(kind): 0.91 if kind in advert.types else 0.04 for kind in Exploitation} | {"smuggling": 0.31},
        destination=tuple(advert.destination),
        risk=advert.risk,
        role=advert.role,
        out_of_scope=advert.out_of_scope,
    )
    return await an_open_flag(
        conn,
        vault,
        advert.text,
        score=score,
        reason=advert.reason,
        title=advert.title,
        platform=advert.platform,
        url=advert.url,
        posted_at=_POSTED,
        posted_precision=advert.precision,
    )


class _Server(uvicorn.Server):
    """A server that says when it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


@asynccontextmanager
async def served(settings: ApiSettings) -> AsyncIterator[tuple[FastAPI, int]]:
    """Serve the application on a free port of loopback until the block ends."""
    app = create_app(settings)
    server = _Server(uvicorn.Config(app, log_level="warning", access_log=False, lifespan="on"))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        task = asyncio.create_task(server.serve(sockets=[listener]))
        await asyncio.wait_for(server.up.wait(), 30)
        try:
            yield app, listener.getsockname()[1]
        finally:
            server.should_exit = True
            with suppress(asyncio.CancelledError):
                await task


@dataclass
class Watched:
    """A browser context that notes every request, every console message and every page error."""

    context: BrowserContext = field(repr=False)
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    async def page(self) -> Page:
        page = await self.context.new_page()
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def _note(self, kind: str, text: str) -> None:
        # Chromium writes a line of its own about every answer of 400 and more; those are answers we mean to give.
        if kind in {"error", "warning"} and not text.startswith("Failed to load resource"):
            self.complaints.append(text)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Start the Chromium of this machine."""
    program = find_chromium()
    assert program is not None, "no Chromium here: install Debian's chromium"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=str(program),
            chromium_sandbox=os.geteuid() != 0,
            args=["--disable-background-networking", "--disable-component-update", "--no-first-run", "--disable-gpu"],
        )
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def watched(browser: Browser, width: int, *, scripts: bool = True, dark: bool = False) -> AsyncIterator[Watched]:
    """Open a fresh browser context of a given width."""
    context = await browser.new_context(
        viewport={"width": width, "height": 900},
        java_script_enabled=scripts,
        locale="vi-VN",
        color_scheme="dark" if dark else "light",
    )
    watch = Watched(context)
    context.on("request", lambda request: watch.requests.append(request.url))
    try:
        yield watch
    finally:
        await context.close()
