"""Tables and small drawings for the notebooks; everything written into them is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from IPython.display import HTML, SVG

#: From quiet to loud, told apart by lightness as well as by hue.
COLOURS = ("#d5dde3", "#f2cf8d", "#dd8a4b", "#9c3b33")
_WIDE, _ROW, _LEFT, _RIGHT = 720, 24, 190, 60
_FONT = 'font-family="sans-serif" font-size="13"'


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> HTML:
    """Return a table; numbers stand right-aligned, fractions with three decimals."""
    lines = ["<tr>" + "".join(f"<th>{escape(name)}</th>" for name in head) + "</tr>"]
    lines += ["<tr>" + "".join(map(_cell, row)) + "</tr>" for row in rows]
    return HTML("<table>" + "".join(lines) + "</table>")


def _cell(value: object) -> str:
    if isinstance(value, str):
        return f'<td style="text-align:left;white-space:pre-wrap">{escape(value)}</td>'
    if value is None:
        return "<td>none</td>"
    shown = f"{value:.3f}" if isinstance(value, float) else f"{value:,}"
    return f'<td style="text-align:right">{shown}</td>'


def bars(rows: Mapping[str, Sequence[float]], parts: Sequence[str]) -> SVG:
    """Return one stacked bar for each row, split into ``parts``, with the row's total at its end."""
    longest = max(sum(row) for row in rows.values()) or 1
    scale = (_WIDE - _LEFT - _RIGHT) / longest
    drawn = []
    for place, part in enumerate(parts):
        x = _LEFT + place * 120
        drawn.append(f'<rect x="{x}" y="6" width="13" height="13" fill="{COLOURS[place]}"/>')
        drawn.append(_words(x + 18, 17, part))
    for line, (name, row) in enumerate(rows.items()):
        y, x = 32 + line * _ROW, float(_LEFT)
        drawn.append(_words(_LEFT - 8, y + 14, name, "end"))
        for place, size in enumerate(row):
            drawn.append(f'<rect x="{x:.1f}" y="{y}" width="{size * scale:.1f}" height="18" fill="{COLOURS[place]}"/>')
            x += size * scale
        drawn.append(_words(x + 6, y + 14, f"{sum(row):,}"))
    return _picture(_WIDE, 40 + len(rows) * _ROW, drawn)


def square(points: Sequence[tuple[float, float]], across: str, up: str, *, diagonal: bool = False) -> SVG:
    """Return a line through points of the unit square; ``diagonal`` adds the line of perfect agreement."""
    left, top, side = 60, 14, 320
    places = [(left + x * side, top + (1 - y) * side) for x, y in points]
    drawn = [f'<rect x="{left}" y="{top}" width="{side}" height="{side}" fill="none" stroke="#777"/>']
    if diagonal:
        drawn.append(f'<path d="M{left} {top + side}L{left + side} {top}" stroke="#999" stroke-dasharray="4 4"/>')
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    drawn.append(f'<polyline points="{line}" fill="none" stroke="{COLOURS[3]}" stroke-width="2"/>')
    if len(places) <= 20:
        drawn += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{COLOURS[3]}"/>' for x, y in places]
    for share in (0, 0.25, 0.5, 0.75, 1):
        drawn.append(_words(left + share * side, top + side + 18, f"{share:g}", "middle"))
        drawn.append(_words(left - 8, top + (1 - share) * side + 5, f"{share:g}", "end"))
    drawn.append(_words(left + side / 2, top + side + 38, across, "middle"))
    drawn.append(f'<g transform="translate(16 {top + side / 2}) rotate(-90)">{_words(0, 0, up, "middle")}</g>')
    return _picture(left + side + 30, top + side + 50, drawn)


def _words(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="#222" {_FONT}>{escape(text)}</text>'


def _picture(wide: int, high: int, drawn: Iterable[str]) -> SVG:
    """Return the drawing on white, so that it can be read under a dark theme too."""
    size = f'width="{wide}" height="{high}" viewBox="0 0 {wide} {high}"'
    ground = f'<rect width="{wide}" height="{high}" fill="#fff"/>'
    return SVG(f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{ground}{"".join(drawn)}</svg>')
