"""Shows how long work is coming along: a live display on a terminal, plain flushed lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console


@dataclass(slots=True)
class Progress:
    """Names the stages of a command and remembers how many seconds each took."""

    console: Console = field(default_factory=lambda: Console(highlight=False, soft_wrap=True))
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, title: str) -> Iterator[None]:
        """Show a stage while it runs, and its time when it is done."""
        began = time.monotonic()
        if self.console.is_terminal:
            with self.console.status(f"{title} …"):
                yield
        else:
            yield
        self.seconds[title] = time.monotonic() - began
        self.say(f"  {title}: {self.seconds[title]:.1f} s")

    def say(self, line: str) -> None:
        """Print one line at once."""
        if self.console.is_terminal:
            self.console.print(line)
        else:
            print(line, flush=True)

    def warn(self, line: str) -> None:
        """Print one line to standard error at once."""
        print(line, file=sys.stderr, flush=True)
