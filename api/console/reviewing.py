"""The queue and the flags: reading, taking, giving back and deciding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.console.flag_view import flag_view
from api.console.language import phrase
from api.console.queue_view import queue_row
from api.console.visit import Visit, go, visit
from intake.door import admit_text
from records.errors import AlreadyDecided, StaleLease
from records.review import Lease, Verdict
from store import flags
from store.reading import contact_kinds

router = APIRouter()

#: A number that a flag could have; beyond bigint there is none.
FlagId = Annotated[int, Path(ge=1, le=2**63 - 1)]

PAGE_ROWS = 25
LAST_PAGE = 400
LEAST_REASON, MOST_REASON = 3, 2_000

NO_VERDICT = phrase("Choose what should happen.")
NO_REASON = phrase("Write a reason of at least three letters.")
LONG_REASON = phrase("The reason is too long.")
_TAKEN = phrase("%(name)s holds this flag until %(time)s.")
_GIVEN_BACK = phrase("Your time ran out or you gave the flag back. It is free: take it again to decide.")
_CLOSED = phrase("Somebody decided meanwhile and the flag is closed.")
_NOT_FREE = phrase("This flag is not free for you.")


@dataclass(frozen=True, slots=True)
class Draft:
    """What a reviewer typed and must not lose."""

    verdict: str = ""
    reason: str = ""


NOTHING = Draft()


@dataclass(frozen=True, slots=True)
class HeldLease:
    """The reader's own lease, as the page shows it; ``seconds`` are those left."""

    token: int
    until: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Holder:
    """Who else holds the flag, and until when."""

    name: str
    until: str


@router.get("/queue")
async def show_queue(request: Request) -> Response:
    """Show the flags that wait, in reading order."""
    async with visit(request) as here:
        number = _number(request, "page", 1, LAST_PAGE)
        skip = (number - 1) * PAGE_ROWS
        rows = await flags.queue(here.conn, limit=PAGE_ROWS + 1, skip=skip, lead=here.is_lead)
        waiting, free = await flags.queue_size(here.conn, lead=here.is_lead)
        await here.note("queue.viewed", page=number)
        return here.page(
            "queue.html",
            rows=[queue_row(row, here.language, here.account_id) for row in rows[:PAGE_ROWS]],
            more=len(rows) > PAGE_ROWS,
            page=number,
            waiting=waiting,
            free=free,
            done=_number(request, "done", 0),
            nothing_free="nothing" in request.query_params,
            here="queue",
            back=f"/console/queue?page={number}",
        )


@router.post("/queue/next")
async def take_next(request: Request) -> Response:
    """Take the first free flag in reading order and open it."""
    async with visit(request) as here:
        here.must_decide()
        return await _next(here)


async def _next(here: Visit, done: int | None = None) -> Response:
    said = "" if done is None else f"done={done}"
    lease = await _take(here)
    if lease is None:
        return go(f"/console/queue?nothing&{said}".rstrip("&"))
    return go(f"/console/flags/{lease.flag_id}?{said}".rstrip("?"))


async def _take(here: Visit, flag_id: int | None = None) -> Lease | None:
    lease = await flags.take(
        here.conn, here.account_id, flag_id=flag_id, lead=here.is_lead, seconds=here.settings.lease_seconds
    )
    if lease is not None:
        await here.note("flag.taken", lease.flag_id, lease_token=lease.token)
    return lease


@router.get("/flags/{flag_id}")
async def show_flag(request: Request, flag_id: FlagId) -> Response:
    """Show one flag; looking at it leaves an audit line."""
    async with visit(request) as here:
        here.must_decide()
        return await _flag_page(here, flag_id)


@router.post("/flags/{flag_id}/take")
async def take_flag(request: Request, flag_id: FlagId) -> Response:
    """Take the named flag; what was typed under a lost lease comes along."""
    async with visit(request) as here:
        here.must_decide()
        draft = _draft(here.form)
        own = await flags.own_lease(here.conn, here.account_id, flag_id)
        if own is None and await _take(here, flag_id) is None:
            return await _flag_page(here, flag_id, draft=draft, lost=True, status=409)
        if draft != NOTHING:
            return await _flag_page(here, flag_id, draft=draft)
        return go(f"/console/flags/{flag_id}")


@router.post("/flags/{flag_id}/extend")
async def extend_lease(request: Request, flag_id: FlagId) -> Response:
    """Keep a lease while its page is in sight."""
    async with visit(request) as here:
        here.must_decide()
        seconds = here.settings.lease_seconds
        try:
            await flags.extend(here.conn, here.account_id, flag_id, _token(here.form), seconds=seconds)
        except StaleLease:
            return JSONResponse({"seconds": 0}, 409)
        return JSONResponse({"seconds": int(seconds)})


@router.post("/flags/{flag_id}/release")
async def release_flag(request: Request, flag_id: FlagId) -> Response:
    """Give a flag back undecided; one that is somebody else's by now stays theirs."""
    async with visit(request) as here:
        here.must_decide()
        try:
            await flags.release(here.conn, here.account_id, flag_id, _token(here.form))
            await here.note("flag.released", flag_id)
        except (StaleLease, AlreadyDecided):
            return go("/console/queue")
        return go("/console/queue")


@router.post("/flags/{flag_id}/decide")
async def decide(request: Request, flag_id: FlagId) -> Response:
    """Keep a decision; under a stale lease nothing is stored and nothing typed is lost."""
    async with visit(request) as here:
        here.must_decide()
        draft, token = _draft(here.form), _token(here.form)
        if fault := _fault(draft):
            return await _flag_page(here, flag_id, draft=draft, fault=fault, status=422)
        try:
            await flags.decide(here.conn, here.account_id, flag_id, token, Verdict(draft.verdict), draft.reason)
        except (StaleLease, AlreadyDecided):
            return await _flag_page(here, flag_id, draft=draft, lost=True, status=409)
        await here.note("flag.decided", flag_id, verdict=draft.verdict, lease_token=token)
        if here.form.get("then") == "next":
            return await _next(here, flag_id)
        return go(f"/console/queue?done={flag_id}")


async def _flag_page(
    here: Visit, flag_id: int, *, draft: Draft = NOTHING, lost: bool = False, fault: str = "", status: int = 200
) -> Response:
    row = await flags.flag(here.conn, flag_id)
    await here.note("flag.viewed", flag_id)
    lease = await flags.own_lease(here.conn, here.account_id, flag_id)
    view = flag_view(row, await contact_kinds(here.conn, row["post_id"]), here.language)
    others = row["taken"] and lease is None
    return here.page(
        "flag.html",
        status,
        flag=view,
        lease=None if lease is None else _held(here, lease),
        holder=Holder(row["taken_by_name"], here.language.clock(row["lease_until"])) if others else None,
        may_take=here.is_lead or not row["escalated"],
        strengths={line.number: line.indicator.strength for line in view.indicators},
        draft=draft,
        lost=_who_holds(here, row) if lost else "",
        fault=fault,
        done=_number(here.request, "done", 0),
        back=f"/console/flags/{flag_id}",
    )


def _held(here: Visit, lease: Lease) -> HeldLease:
    now: datetime = here.settings.now()
    return HeldLease(lease.token, here.language.clock(lease.until), max(int((lease.until - now).total_seconds()), 0))


def _who_holds(here: Visit, row: Mapping[str, Any]) -> str:
    """Say why a flag is not this reader's."""
    say = here.language.gettext
    if row["state"] == "closed":
        return say(_CLOSED)
    if row["taken"] and row["taken_by"] != here.account_id:
        return say(_TAKEN) % {"name": row["taken_by_name"], "time": here.language.clock(row["lease_until"])}
    if row["escalated"] and not here.is_lead:
        return say(_NOT_FREE)
    return say(_GIVEN_BACK)


def _draft(form: Mapping[str, str]) -> Draft:
    """Read what a reviewer typed; contacts are masked before the reason goes anywhere."""
    verdict = form.get("verdict", "")
    return Draft(verdict if verdict in set(Verdict) else "", admit_text(form.get("reason", "")).masked.strip())


def _fault(draft: Draft) -> str:
    if not draft.verdict:
        return NO_VERDICT
    if len(draft.reason) < LEAST_REASON:
        return NO_REASON
    return LONG_REASON if len(draft.reason) > MOST_REASON else ""


def _token(form: Mapping[str, str]) -> int:
    """Return the lease token of a form; one that is no number fences like a stale one."""
    written = form.get("token", "")
    return int(written) if written.isascii() and written.isdecimal() and len(written) <= 18 else 0


def _number(request: Request, name: str, default: int, most: int = 2**62) -> int:
    """Return a whole number of the query; anything else counts as not given."""
    written = request.query_params.get(name, "")
    if not (written.isascii() and written.isdecimal() and len(written) <= 18):
        return default
    return min(max(int(written), default), most)
