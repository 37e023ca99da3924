"""The words of an element as a reader sees them: blocks and breaks as new lines, spaces collapsed, no hidden text."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Any

import re2

Element = Any

_PARAGRAPHS = frozenset({"p", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "pre"})
_BLOCKS = frozenset({
    "address", "article", "aside", "body", "center", "dd", "details", "dialog", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "header", "hr", "html", "legend", "li", "main", "menu", "nav", "ol",
    "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul",
})  # fmt: skip
_UNSEEN = frozenset({
    "audio", "button", "canvas", "head", "iframe", "math", "noscript", "object", "option", "script", "select", "style",
    "svg", "template", "textarea", "title", "video",
})  # fmt: skip
_NO_DISPLAY = re2.compile(r"(?i)(?:^|;)\s*display\s*:\s*none")
_SPACES = " \t\n\r\f"
_EMOJI_LENGTH = 8


def words_of(
    element: Element, dropped: Container[Element] = frozenset(), preformatted: Container[Element] = frozenset()
) -> str:
    """Return the words of an element and of what stands in it.

    ``dropped`` elements are left out whole; in ``preformatted`` ones spaces and line ends are kept.
    List entries get ``- `` or their number. No line ends or spaces at either end.
    """
    lines = _Lines()
    depth_kept = 0
    for node, opening in _walk(element, dropped):
        tag = node.tag
        kept = tag == "pre" or (tag != "" and node in preformatted)
        if opening:
            depth_kept += kept
            # An entry that is all there is to read stands in no list.
            lines.open(node, "div" if node is element and tag == "li" else tag)
            lines.text(node.text, depth_kept > 0)
        else:
            depth_kept -= kept
            lines.close(tag)
        if not opening and node is not element:
            lines.text(node.tail, depth_kept > 0)
    return lines.whole()


class _Lines:
    """The text written so far and the line ends and space that the next words will need before them."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._breaks = 0
        self._block = 0
        self._blank = 0
        self._space = False
        self._marker = ""
        self._numbers: list[int | None] = []

    def open(self, node: Element, tag: str) -> None:
        """Begin an element."""
        if tag == "br":
            self._breaks += 1
            self._space = False
        elif tag in ("td", "th"):
            self._space = True
        elif tag == "img":
            self._image(node.get("alt", ""))
        self._boundary(tag)
        if tag in ("ul", "ol", "menu"):
            self._numbers.append(0 if tag == "ol" else None)
        elif tag == "li":
            self._marker = self._next_marker()

    def close(self, tag: str) -> None:
        """End an element."""
        self._boundary(tag)
        if tag in ("ul", "ol", "menu") and self._numbers:
            self._numbers.pop()
        elif tag == "li":
            self._marker = ""

    def text(self, text: str | None, kept: bool) -> None:
        """Add the text of a node; ``kept`` says that its spaces and line ends count."""
        if not text:
            return
        if kept:
            for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")):
                self._breaks += number > 0
                if line.strip(_SPACES):
                    self._write(line)
            return
        words = [word for word in text.translate(_AS_SPACE).split(" ") if word]
        self._space = self._space or text[0] in _SPACES
        if words:
            self._write(" ".join(words))
            self._space = text[-1] in _SPACES

    def whole(self) -> str:
        """Return everything written, without spaces before a line end."""
        return "".join(self._parts)

    def _boundary(self, tag: str) -> None:
        needed = 2 if tag in _PARAGRAPHS else int(tag in _BLOCKS)
        if needed:
            # The last break of a block only ends its line; every earlier one made an empty line.
            self._blank += max(self._breaks - 1, 0)
            self._breaks = 0
            self._block = max(self._block, needed)
            self._space = False

    def _next_marker(self) -> str:
        if not self._numbers or self._numbers[-1] is None:
            return "- "
        self._numbers[-1] = number = self._numbers[-1] + 1
        return f"{number}. "

    def _image(self, alt: str) -> None:
        """Write an image that stands for an emoji or a smiley, not one that shows something."""
        letters = alt.replace(" ", "")
        if letters and len(alt) <= _EMOJI_LENGTH and not letters.isalnum():
            self._write(alt.strip())

    def _write(self, text: str) -> None:
        ends = self._block + self._blank + self._breaks
        if ends and self._parts:
            self._parts.append("\n" * ends)
        elif self._space and self._parts and not self._parts[-1].endswith((" ", "\n")):
            self._parts.append(" ")
        self._parts.append(self._marker + text)
        self._breaks = self._block = self._blank = 0
        self._space = False
        self._marker = ""


_AS_SPACE = str.maketrans({space: " " for space in _SPACES})


def _walk(element: Element, dropped: Container[Element]) -> Iterator[tuple[Element, bool]]:
    """Yield elements with true when they begin and false when they end, without recursion.

    Comments and unseen elements come as an end only, so that the text after them is not lost.
    """
    yield element, True
    stack = [iter(element)]
    open_elements = [element]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
            yield open_elements.pop(), False
        elif not isinstance(child.tag, str) or child in dropped or _is_unseen(child):
            yield _After(child), False
        else:
            yield child, True
            stack.append(iter(child))
            open_elements.append(child)


class _After:
    """What is left of an element that a reader does not see: the text after it."""

    tag = ""
    text = None

    def __init__(self, element: Element) -> None:
        self.tail = element.tail


def _is_unseen(element: Element) -> bool:
    if element.tag in _UNSEEN or "hidden" in element.attrib:
        return True
    style = element.get("style")
    return style is not None and _NO_DISPLAY.search(style) is not None
