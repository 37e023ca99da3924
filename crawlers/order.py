"""What a crawl's process is told: one source, where to store, and under which name to ask."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

#: The one line a crawl's process writes to standard output begins so; the number of its crawl run follows.
BEGUN = "crawl run "


@dataclass(frozen=True, slots=True)
class CrawlOrder:
    """One crawl run to do; goes to the process over standard input, because it holds secrets.

    ``answer_seconds`` is how long one answer may take until its last byte.
    """

    source_file: str
    dsn: str = field(repr=False)
    key_file: str
    evidence: str
    user_agent: str
    variables: Mapping[str, str] = field(default_factory=dict)
    answer_seconds: float = 60.0

    def to_json(self) -> bytes:
        """Write the order as the process reads it."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, text: str) -> CrawlOrder:
        """Read an order."""
        return cls(**json.loads(text))

    @property
    def source_path(self) -> Path:
        """The source file's place."""
        return Path(self.source_file)
