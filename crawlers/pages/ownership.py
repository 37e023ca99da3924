"""Which of some chosen elements an element stands in, looked up once for each element of the page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Element = Any


class Ownership:
    """The nearest chosen element at or above any element."""

    def __init__(self, chosen: Iterable[Element]) -> None:
        self._owner: dict[Element, Element | None] = {element: element for element in chosen}

    def of(self, element: Element | None) -> Element | None:
        """Return the nearest chosen element, the element itself included, or none."""
        passed = []
        while element is not None and element not in self._owner:
            passed.append(element)
            element = element.getparent()
        owner = None if element is None else self._owner[element]
        # Remembering the way makes looking up all elements of a page linear in their number.
        self._owner.update((one, owner) for one in passed)
        return owner

    def __contains__(self, element: Element) -> bool:
        return self.of(element) is not None

    def by_owner(self, elements: Iterable[Element]) -> dict[Element, list[Element]]:
        """Return the elements that stand in a chosen one, by that one, in the order given."""
        owned: dict[Element, list[Element]] = {}
        for element in elements:
            owner = self.of(element)
            if owner is not None:
                owned.setdefault(owner, []).append(element)
        return owned
