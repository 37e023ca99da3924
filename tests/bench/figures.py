"""Keeps what a benchmark measured, and writes the page that shows it."""

from __future__ import annotations

import json
import platform
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "build" / "bench"


def keep(name: str, title: str, rows: list[tuple[str, str]], note: str = "") -> None:
    """Keep the figures of one benchmark as rows of (what, figure)."""
    KEPT.mkdir(parents=True, exist_ok=True)
    told = {"title": title, "rows": rows, "note": note}
    (KEPT / f"{name}.json").write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    print(f"\n{title}")
    for what, figure in rows:
        print(f"  {what}: {figure}")


def page() -> str:
    """Return the page of all figures kept by the last `make bench`."""
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench` on one machine in one run"
        f" ({platform.machine()}, Python {platform.python_version()}). Trust ratios more than seconds.",
    ]
    for path in sorted(KEPT.glob("*.json")):
        told = json.loads(path.read_text(encoding="utf-8"))
        if "title" not in told:
            continue
        lines += ["", f"## {told['title']}", "", "| what | figure |", "| --- | --- |"]
        lines += [f"| {what} | {figure} |" for what, figure in told["rows"]]
        lines += ["", told["note"]] if told["note"] else []
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
