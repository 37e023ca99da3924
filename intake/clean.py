"""From bytes or any string to text that every room may hold."""

from __future__ import annotations

import codecs
import unicodedata

from records.post import Note, SafeText

#: Code points kept of one post.
TEXT_CAP = 20_000
_REPLACEMENT = "\ufffd"
#: UTF-32's little-endian mark begins with UTF-16's, so the longer marks stand first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: A declaration may name only these: codecs such as "zip" or "idna" are no text encodings of ours.
_DECLARABLE = frozenset(
    [
        "utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1258", "cp1252", "iso8859-1", "ascii", "gb2312", "gbk",
        "gb18030", "big5", "tis-620", "cp874"
    ]
)  # fmt: skip


def safe_text(value: str | bytes, *, cap: int = TEXT_CAP, declared: str = "") -> SafeText:
    """Return ``value`` in NFC, without NUL or lone surrogates, cut after ``cap`` code points.

    Bytes are read by their byte order mark, as UTF-8, as ``declared`` (an encoding's name from a header),
    as windows-1258, or as latin-1, whichever fits first; no bytes are refused.
    """
    text = decoded(value, declared) if isinstance(value, bytes) else value
    notes: set[Note] = set()
    if not text.isascii():
        whole = _without_surrogates(text)
        if whole is not text:
            notes.add(Note.SURROGATE_REPLACED)
            text = whole
        if not unicodedata.is_normalized("NFC", text):
            text = unicodedata.normalize("NFC", text)
    if "\0" in text:
        notes.add(Note.NUL_REPLACED)
        text = text.replace("\0", _REPLACEMENT)
    removed = max(0, len(text) - cap)
    if removed:
        notes.add(Note.CUT_AT_CAP)
        text = text[:cap]
    return SafeText(text, frozenset(notes), removed)


def decoded(raw: bytes, declared: str = "") -> str:
    """Read bytes as text; what no encoding fits is read as latin-1, which fits everything."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(encoding, "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return _decoded_otherwise(raw, declared)


def _decoded_otherwise(raw: bytes, declared: str) -> str:
    """Read bytes that are no sound UTF-8."""
    mended = raw.decode("utf-8", "replace")
    high = sum(letter > "\x7f" for letter in mended)
    # A page cut in mid-letter is still UTF-8: most of its letters outside ASCII were read whole.
    if mended.count(_REPLACEMENT) * 4 <= high:
        return mended
    for encoding in (*_declared_encoding(declared), "cp1258"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def _declared_encoding(declared: str) -> tuple[str, ...]:
    """Return the declared encoding's Python name where it is one that we read."""
    try:
        name = codecs.lookup(declared.strip()).name if declared.isascii() and "\0" not in declared else ""
    except LookupError:
        return ()
    return (name,) if name in _DECLARABLE else ()


def _without_surrogates(text: str) -> str:
    """Join surrogate pairs and replace lone surrogates; the same object when there are none."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
