"""Writes faults to the log by their type and place, never in their own words, which may quote a page or a row."""

from __future__ import annotations

import logging
import traceback
from types import TracebackType

from records.errors import RiskscanError

Fault = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class WordlessFormatter(logging.Formatter):
    """A formatter that shows the words of our own errors only."""

    def formatException(self, ei: Fault) -> str:  # noqa: N802 - the name is logging's
        """Return the type and the places of a fault, those of a group's members too."""
        return "" if ei[1] is None else "\n".join(_lines(ei[1]))


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
