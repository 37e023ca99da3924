"""Vietnamese and foreign telephone numbers, by their shape; whether a number is in use is not asked.

Money and numbers part at the leading zero: "0912.345.678đ" is a number, for no sum begins with a zero, and
"912.345.678đ" is money. A public help line (111, 1800 …, 1900 …) has none of the shapes and so stays readable.
"""

from __future__ import annotations

from collections.abc import Iterator

import re2

from intake.cues import is_registered_number, kind_after, kind_before
from intake.digits import LOOK_ALIKES, DigitRun, digit_runs
from intake.numbering import readings
from intake.shadow import Shadow
from intake.sighting import Sighting, Strength
from records.contact import ContactKind

_HEX_AFTER = re2.compile(rb"^[a-f]+[0-9]")
_HEX_LETTERS = frozenset("abcdef")
_OPENING = re2.compile(rb"[+(]{1,2}(?: ?[(])? ?$")
_MONEY_AFTER = re2.compile(rb"^ ?(?:d|dong|vnd|k|tr|trieu|ty|usd|\$|nghin|cu|te|rmb|won|yen|baht)(?:[^a-z]|$)")
_NUMBER_KINDS = frozenset(
    {ContactKind.ZALO, ContactKind.TELEGRAM, ContactKind.WECHAT, ContactKind.LINE, ContactKind.WHATSAPP}
)

_NO_NUMBER = (0, "", ContactKind.PHONE)


def find_phones(shadow: Shadow) -> Iterator[Sighting]:
    """Find phone numbers; one that a channel's name announces is a contact of that channel."""
    for run in digit_runs(shadow):
        token = taken = 0
        while token < len(run.values):
            # Most tokens stand in the midst of a number; asking no further keeps long lists of wages cheap.
            midst = token and run.sorts[token - 1] == "d" and run.ends[token - 1] == run.starts[token]
            count, canonical, kind = _NO_NUMBER if midst and run.sorts[token] != "w" else _number(run, token, taken)
            if not count:
                token += 1
                continue
            start, end = _with_opening(run.text, run.starts[token]), run.ends[token + count - 1]
            yield Sighting(Strength.PHONE, start, end, kind, canonical)
            token = taken = token + count


def _number(run: DigitRun, token: int, taken: int) -> tuple[int, str, ContactKind]:
    """Read a number that starts at this token: how many tokens it takes (0: none), its normal form, its kind."""
    start = _with_opening(run.text, run.starts[token])
    plus = "+" in run.text[start : run.starts[token]]
    is_zero = run.values[token] == "0"
    if not plus and (run.values[token] in "124" or not (is_zero or run.sorts[token] == "d")):
        return _NO_NUMBER
    possible = [
        reading for reading in readings(run.values[token : token + 18], plus) if _ends_well(run, token, reading[0])
    ]
    if not possible or not _may_start(run, token):
        return _NO_NUMBER
    kind = kind_before(run.text, start)
    for count, canonical, needs_cue in possible:
        if needs_cue and kind is None:
            continue
        if _is_believable(run, token, count, taken, kind is not None, plus):
            return count, canonical, _kind(run, token, count, kind)
    return _NO_NUMBER


def _with_opening(text: str, start: int) -> int:
    """Move the start to the left over a plus sign and an opening bracket: they belong to the spelling."""
    if text[start - 1 : start] not in ("+", "(", " "):
        return start
    match = _OPENING.search(text[max(0, start - 4) : start].encode())
    return start if match is None else start - (match.end() - match.start())


def _may_start(run: DigitRun, token: int) -> bool:
    """Say whether a number may begin here and not in the midst of a longer number or word."""
    start = run.starts[token]
    before = run.text[start - 1 : start]
    if not before.isalpha():
        return True
    if run.sorts[token] in "ol":
        return False
    if run.sorts[token] == "w":
        return bool(token) and run.ends[token - 1] == start and run.sorts[token - 1] == "w"
    return run.text[max(0, start - 3) : start].strip() == "so" or kind_before(run.text, start) is not None


def _ends_well(run: DigitRun, token: int, count: int) -> bool:
    """Say whether a number may end after ``count`` tokens."""
    after = token + count
    if after < len(run.values) and run.is_glued(after) and run.sorts[after] == "d":
        return False
    end = run.ends[after - 1]
    if run.sorts[after - 1] == "w" and run.text[end : end + 1].isalpha() and run.starts[after : after + 1] != [end]:
        return False  # the "ba" of "bàn"
    return run.text[end : end + 1] not in _HEX_LETTERS or _HEX_AFTER.search(run.text[end : end + 12].encode()) is None


def _is_believable(run: DigitRun, token: int, count: int, taken: int, cued: bool, plus: bool) -> bool:
    """Say whether the spelling is one in which people write phone numbers, not money, dates, times or lists."""
    groups, gaps = run.groups(token, count), run.gaps(token, count)
    sorts = run.sorts[token : token + count]
    if not _is_written_out(run, token, count, sorts, cued or plus):
        return False
    if is_registered_number(run.text, run.starts[token]):
        return False
    leading_zero = run.values[token] == "0"
    uniform = len(set(gaps)) <= 1
    if "w" not in sorts and _is_decimals(groups, gaps, uniform):
        return False
    if sorts[0] == "o" and groups[0] == 1 and not cued and run.values[token : token + count].endswith("000"):
        return False  # "ở 300 000 000"
    if leading_zero and groups[0] == 1 and gaps[:1] in (["."], [","]) and len(groups) == 2:
        return cued  # 0.912345678 is a decimal number
    if leading_zero and "w" not in sorts and _is_dated(run.values[token : token + count], groups, gaps):
        return False
    if max(groups) == 2 and not uniform and not cued and "w" not in sorts:
        return False
    if not leading_zero and _is_money(run, token, count, groups, gaps, cued):
        return False
    if token > taken and run.gap(token) in (".", ",") and groups[0] <= 3 and run.sorts[token - 1] == "d" and not cued:
        return False  # the tail of 1.050.000.000
    return cued or not _is_in_a_list(run, token, count, taken, groups)


def _is_written_out(run: DigitRun, token: int, count: int, sorts: str, cued: bool) -> bool:
    """Say whether enough true digits or digit words stand among the look-alike letters."""
    true, zeros, others, words = (sorts.count(sort) for sort in "dolw")
    if not zeros and not others and not words:
        return True
    if not _groups_of_letters_are_numbers(run, token, count, cued):
        return False
    if words:
        if words == 1 and true >= 7:  # "0912 000 bốn 12"; not "08/2025 - 200 bà"
            return cued or (sorts[0] == "d" and len(set(run.gaps(token, count))) <= 1)
        return words >= 2 and true + words + zeros >= (6 if cued else 8)
    return true >= 2 if cued else true >= 3 and true + zeros >= 7


def _groups_of_letters_are_numbers(run: DigitRun, token: int, count: int, cued: bool) -> bool:
    """Refuse groups that are words: of letters only, and neither "ooo" nor three or more of o, l and i.

    After a cue three or more of any look-alike letters are believed.
    """
    if max(run.groups(token, count)) <= (2 if cued else 1) and len(set(run.gaps(token, count))) == 1:
        return True  # 0.9.1.z.0.0: a pattern that words do not have
    place, long_enough = token, set(LOOK_ALIKES) if cued else set("oli")
    for length in run.groups(token, count):
        sorts = run.sorts[place : place + length]
        letters = set(run.text[run.starts[place] : run.ends[place + length - 1]])
        if "d" not in sorts and "w" not in sorts and letters != {"o"} and not (length >= 3 and letters <= long_enough):
            return False
        place += length
    return True


def _is_decimals(groups: list[int], gaps: list[str], uniform: bool) -> bool:
    """Say whether commas or points stand as in decimal numbers: "21,0285", "0,5 - 0,7 - 0,9"."""
    if "," in gaps and (not uniform or (groups[0] < 3 and max(groups) > 1)):
        return True
    return not uniform and max(groups) == 1 and set(gaps[::2]) == {"."} and "." not in gaps[1::2]


def _is_dated(digits: str, groups: list[int], gaps: list[str]) -> bool:
    """Say whether the spelling begins with a date, as 05/09/2025 08 does, or strings days together."""
    if groups[:3] == [2, 2, 4] and digits[4:6] in ("19", "20") and len(set(gaps[:2])) == 1:
        return len(gaps) > 2 and gaps[2] != gaps[0]
    return "/" in gaps and groups[0] <= 2 and len(set(gaps)) > 1


def _is_money(run: DigitRun, token: int, count: int, groups: list[int], gaps: list[str], cued: bool) -> bool:
    """Say whether a number without a leading zero is written in thousands, as money is."""
    end = run.ends[token + count - 1]
    if _MONEY_AFTER.search(run.text[end : end + 8].encode()) is not None:
        return True
    stuck_plus = run.text[run.starts[token] - 1 : run.starts[token]] == "+"
    if (cued or stuck_plus) and not run.values[token : token + count].endswith("00"):
        return False
    in_thousands = len(groups) > 1 and groups[0] <= 3 and set(groups[1:]) == {3} and len(set(gaps)) == 1
    return in_thousands and gaps[0] in (".", ",", " ") and not run.values.startswith("84", token)


def _is_in_a_list(run: DigitRun, token: int, count: int, taken: int, groups: list[int]) -> bool:
    """Say whether small groups go on before or after, as sizes, ages and lottery numbers do."""
    if max(groups) > 2 or len(groups) < 2:
        return False
    inner = run.gap(token + count - 1) if not run.is_glued(token + count - 1) else run.gap(token + groups[0])
    after = token + count
    goes_on = after < len(run.values) and run.gap(after) == inner and run.sorts[after] == "d"
    came_on = token > taken and run.gap(token) == inner and run.sorts[token - 1] == "d"
    return goes_on or came_on


def _kind(run: DigitRun, token: int, count: int, before: ContactKind | None) -> ContactKind:
    """Name the kind: the channel named right before, else the one right after, else a phone."""
    if before in _NUMBER_KINDS:
        return before
    if before is None:
        return kind_after(run.text, run.ends[token + count - 1]) or ContactKind.PHONE
    return ContactKind.PHONE
