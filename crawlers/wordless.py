"""Writes faults to the log by their type and place, never in their own words, which may quote a page or a row."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from types import TracebackType
from typing import Any, cast

from twisted.logger import STDLibLogObserver, globalLogBeginner

from records.errors import RiskscanError

Fault = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

OURS = "riskscan"


class WordlessFormatter(logging.Formatter):
    """A formatter that shows the words of our own log lines and errors only.

    A library's line may quote what it failed on, as asyncio quotes the fault of a task nobody waited for; of such
    a line only the place in the library is shown.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        if record.name != OURS and not record.name.startswith(f"{OURS}."):
            kept = {name: getattr(record, name) for name in ("name", "levelno", "levelname", "pathname", "lineno")}
            kept |= {"created": record.created, "msecs": record.msecs, "exc_info": record.exc_info}
            record = logging.makeLogRecord(kept | {"msg": f"{record.filename}:{record.lineno} {record.funcName}"})
        record.exc_text, record.stack_info = None, None
        return super().format(record)

    def formatException(self, ei: Fault) -> str:  # noqa: N802 - the name is logging's
        """Return the type and the places of a fault, those of a group's members too."""
        return "" if ei[1] is None else "\n".join(_lines(ei[1]))


def write_wordless(level: int) -> None:
    """Send every log line, stray fault and warning of this process to standard error without foreign words."""
    handler = logging.StreamHandler()
    handler.setFormatter(WordlessFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level, handlers=[handler])
    # Twisted writes faults that nobody fetched to standard error, in full, until somebody listens.
    observer = cast(Any, STDLibLogObserver("twisted"))
    globalLogBeginner.beginLoggingTo([observer], discardBuffer=True, redirectStandardIO=False)
    # After Twisted, which takes warnings for itself when it begins.
    logging.captureWarnings(True)
    sys.excepthook = _log_stray
    threading.excepthook = _log_stray_of_thread
    sys.unraisablehook = _log_unraisable


def _log_stray(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
    logging.getLogger(OURS).critical("a fault nobody expected", exc_info=(kind, fault, trace))


def _log_stray_of_thread(hook: threading.ExceptHookArgs) -> None:
    fault = hook.exc_value
    logging.getLogger(OURS).critical("a fault in a thread", exc_info=fault)


def _log_unraisable(hook: Any) -> None:
    logging.getLogger(OURS).critical("a fault that could not be raised", exc_info=hook.exc_value)


def _lines(fault: BaseException) -> list[str]:
    shown = str(fault) if isinstance(fault, RiskscanError) else ""
    lines = [f"{type(fault).__name__} {shown}".rstrip()]
    lines += [line.rstrip() for line in traceback.format_tb(fault.__traceback__)]
    if isinstance(fault, BaseExceptionGroup):
        for member in fault.exceptions:
            lines += _lines(member)
    elif fault.__cause__ is not None:
        lines += ["caused by", *_lines(fault.__cause__)]
    return lines
