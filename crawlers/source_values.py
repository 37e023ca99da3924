"""The values of a source file by dotted key: TOML read, every key known and of its shape, placeholders filled."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import re2

from crawlers.pages.selector import SelectorRefused, declared_selector
from crawlers.source_keys import ALLOWED_KEYS, Key, Shape
from records.errors import SourceFileError
from records.source import SourceKind

_PLACEHOLDER = re2.compile(r"\$\{([^}]*)\}")
_SECTIONS = frozenset(key.partition(".")[0] for key in ALLOWED_KEYS if "." in key)
_KINDS = ", ".join(kind.value for kind in SourceKind if kind is not SourceKind.TIP)

Values = dict[str, Any]
"""The values of one source file by dotted key, each of the shape that its key says."""


def load_values(path: Path, variables: Mapping[str, str]) -> tuple[bytes, SourceKind, Values]:
    """Return the file's bytes, the kind of source and its values.

    Raises SourceFileError: unreadable, no TOML, an unknown or missing key, a wrong shape, an unknown
    placeholder or a bad selector.
    """
    content, values = _load(path)
    kind = _kind(path, values)
    _check_keys(path, kind, values)
    _fill_placeholders(path, values, variables)
    _check_selectors(path, values)
    return content, kind, values


def _load(path: Path) -> tuple[bytes, Values]:
    try:
        content = path.read_bytes()
        tree = tomllib.loads(content.decode("utf-8"))
    except OSError as error:
        raise SourceFileError(str(path), "file", f"a file that can be read ({error.strerror})") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise SourceFileError(str(path), "file", f"TOML in UTF-8 ({error})") from error
    return content, _flat(path, tree)


def _flat(path: Path, tree: Values) -> Values:
    values: Values = {}
    for name, value in tree.items():
        if name in _SECTIONS:
            if not isinstance(value, dict):
                raise SourceFileError(str(path), name, f"a section [{name}]")
            values |= {f"{name}.{inner}": below for inner, below in value.items()}
        else:
            values[name] = value
    return values


def _kind(path: Path, values: Values) -> SourceKind:
    try:
        kind = SourceKind(str(values.get("kind")))
    except ValueError:
        kind = SourceKind.TIP
    if kind is SourceKind.TIP:
        raise SourceFileError(str(path), "kind", f"one of {', '.join(_KINDS)}")
    return kind


def _check_keys(path: Path, kind: SourceKind, values: Values) -> None:
    allowed = {name: key for name, key in ALLOWED_KEYS.items() if kind in key.kinds}
    for name, value in values.items():
        if name not in allowed:
            raise SourceFileError(str(path), name, f"unknown for {kind}; allowed there: {_neighbours(name, allowed)}")
        if not _fits(allowed[name].shape, value):
            raise SourceFileError(str(path), name, f"{allowed[name].shape}: {allowed[name].allowed}")
    for name, key in allowed.items():
        if key.needed and name not in values:
            raise SourceFileError(str(path), name, f"missing; needed: {key.allowed}")


def _neighbours(name: str, allowed: Mapping[str, Key]) -> str:
    section, dot, _ = name.partition(".")
    near = [other for other in allowed if other.startswith(section + ".")] if dot else []
    return ", ".join(near or [other for other in allowed if "." not in other] + sorted(_SECTIONS))


def _fits(shape: Shape, value: object) -> bool:
    match shape:
        case Shape.FLAG:
            return isinstance(value, bool)
        case Shape.WHOLE:
            return isinstance(value, int) and not isinstance(value, bool)
        case Shape.NUMBER:
            return isinstance(value, int | float) and not isinstance(value, bool)
        case Shape.TEXTS:
            return isinstance(value, list) and all(isinstance(one, str) and one.strip() for one in value)
        case Shape.NAMES:
            return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())
        case _:
            return isinstance(value, str) and value.strip() != ""


def _fill_placeholders(path: Path, values: Values, variables: Mapping[str, str]) -> None:
    for name, value in values.items():
        match value:
            case str():
                values[name] = _filled(path, name, value, variables)
            case list():
                values[name] = [_filled(path, name, one, variables) for one in value]
            case dict():
                values[name] = {inner: _filled(path, name, one, variables) for inner, one in value.items()}


def _filled(path: Path, key: str, text: str, variables: Mapping[str, str]) -> str:
    for name in _PLACEHOLDER.findall(text):
        if name not in variables:
            known = ", ".join(f"${{{one}}}" for one in sorted(variables)) or "none here"
            raise SourceFileError(str(path), key, f"unknown placeholder ${{{name}}}; known: {known}")
        text = text.replace(f"${{{name}}}", variables[name])
    return text


def _check_selectors(path: Path, values: Values) -> None:
    for name, value in values.items():
        shape = ALLOWED_KEYS[name].shape
        if shape not in (Shape.SELECTOR, Shape.VALUE):
            continue
        try:
            selector = declared_selector(value)
        except SelectorRefused as error:
            raise SourceFileError(str(path), name, f"{shape} ({error})") from error
        if shape is Shape.SELECTOR and selector.css != " ".join(value.split()):
            raise SourceFileError(str(path), name, f"{shape} without ::text or ::attr(name)")
