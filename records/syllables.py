"""Which letter strings are Vietnamese syllables, and where a syllable carries its tone."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_ONSETS = (
    "", "b", "c", "ch", "d", "đ", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh", "nh", "p", "ph", "qu",
    "r", "s", "t", "th", "tr", "v", "x",
)  # fmt: skip
_RIMES = (
    "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây e ec em en eng eo ep et "
    "ê êch êm ên ênh êp êt êu i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu o oa oac oach oai oam oan oang "
    "oanh oao oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong ooc oong op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi "
    "ơm ơn ơp ơt u ua uân uâng uât uây uc uê uêch uênh ui um un ung uôc uôi uôm uôn uông uôt up ut uy uya uych uyên "
    "uyêt uynh uyt uyu uơ ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu y yêm yên yêng yêt yêu"
)

#: Tone marks as combining characters: grave, acute, tilde, hook above, dot below.
TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_QUALITY = frozenset("ăâêôơư")
_VOWELS = frozenset("aăâeêioôơuưy")
LONGEST = 7  # "nghiêng", the longest syllable


def _plain_letter(letter: str) -> str:
    """Return a letter without any diacritic; đ becomes d, which no normal form does."""
    return "d" if letter == "đ" else unicodedata.normalize("NFD", letter)[0]


#: Lower-case Vietnamese letters that carry a diacritic, and what they fold to.
_MARKED = [
    unicodedata.normalize("NFC", base + tone)
    for base in "aăâeêioôơuưy"
    for tone in ("", *sorted(TONES))
    if base + tone not in "aeiouy"
] + ["đ"]
PLAIN_LETTER: dict[int, str] = {ord(letter): _plain_letter(letter) for letter in _MARKED}
PLAIN_LETTER |= {ord(letter.upper()): _plain_letter(letter).upper() for letter in _MARKED}


def without_marks(word: str) -> str:
    """Return ``word`` (NFC) with every Vietnamese diacritic taken off, one letter for one."""
    return word.translate(PLAIN_LETTER)


def _spelt_together(onset: str, rime: str) -> bool:
    """Say whether spelling rules let this onset stand before this rime (k before i, e, y; c elsewhere …)."""
    front = rime[0] in "eiy"
    if onset in ("k", "gh", "ngh"):
        return front
    if onset in ("c", "ng"):
        return not front
    if onset == "g":
        return not front or rime in ("i", "in", "iêc", "iêng")
    return True


_PLAIN_SYLLABLES = frozenset(
    without_marks(onset + rime)
    for onset in _ONSETS
    for rime in _RIMES.split()
    if _spelt_together(onset, without_marks(rime))
)


def is_syllable(word: str) -> bool:
    """Say whether ``word`` (lower case, NFC, with or without diacritics) can be one Vietnamese syllable."""
    if without_marks(word) not in _PLAIN_SYLLABLES:
        return False
    return word.isascii() or sum(mark in TONES for mark in unicodedata.normalize("NFD", word)) <= 1


def split_syllables(letters: str) -> tuple[str, ...]:
    """Cut a run of letters into the fewest syllables; empty when it cannot be cut.

    Linear in the length: each position looks back at most ``LONGEST`` letters.
    """
    fewest: list[int | None] = [0] + [None] * len(letters)
    cut = [0] * (len(letters) + 1)
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - LONGEST), end):
            before = fewest[start]
            if before is None or not is_syllable(letters[start:end]):
                continue
            best = fewest[end]
            if best is None or before + 1 < best:
                fewest[end], cut[end] = before + 1, start
    if not letters or fewest[-1] is None:
        return ()
    parts, end = [], len(letters)
    while end:
        parts.append(letters[cut[end] : end])
        end = cut[end]
    return tuple(reversed(parts))


@lru_cache(maxsize=16384)
def canonical_tone(word: str) -> str:
    """Move the tone mark of a syllable to its one canonical letter: hoà becomes hòa, thuỷ thủy.

    Words with no tone, several tones, or no vowel cluster we know are returned unchanged; length never changes.
    """
    letters, tone = [], ""
    for letter in word:
        parts = unicodedata.normalize("NFD", letter)
        marks = [mark for mark in parts if mark in TONES]
        if marks and tone:
            return word
        tone = marks[0] if marks else tone
        letters.append(unicodedata.normalize("NFC", "".join(mark for mark in parts if mark not in TONES)))
    if not tone:
        return word
    at = _tone_place("".join(letters))
    if at is None:
        return word
    letters[at] = unicodedata.normalize("NFC", letters[at] + tone)
    return "".join(letters)


def _tone_place(bare: str) -> int | None:
    """Return the index of the letter that carries the tone in a syllable written without it."""
    first = 2 if bare.startswith(("qu", "gi")) and len(bare) > 2 and bare[2] in _VOWELS else 0
    vowels = [index for index, letter in enumerate(bare) if index >= first and letter in _VOWELS]
    if not vowels or vowels[-1] - vowels[0] != len(vowels) - 1:
        return None
    marked = [index for index in vowels if bare[index] in _QUALITY]
    if marked:
        return marked[-1]
    closed = vowels[-1] < len(bare) - 1
    if len(vowels) == 1:
        return vowels[0]
    return vowels[1] if closed or len(vowels) > 2 else vowels[0]
