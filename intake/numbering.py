"""Numbering plans: which digits in a row can be a telephone number, and its E.164 form."""

from __future__ import annotations

from collections.abc import Iterator

#: Calling codes met in recruitment posts, and how many digits a national number there may have.
CALLING_CODES: dict[str, tuple[int, int]] = {
    "84": (9, 10), "855": (8, 9), "856": (8, 10), "95": (7, 10), "86": (10, 11), "66": (8, 9), "60": (8, 10),
    "65": (8, 8), "63": (9, 10), "62": (9, 12), "673": (7, 7), "670": (7, 8), "82": (8, 10), "81": (9, 10),
    "886": (8, 9), "852": (8, 8), "853": (8, 8), "850": (8, 10), "976": (8, 8), "7": (10, 10), "1": (10, 10),
    "44": (9, 10), "49": (9, 11), "33": (9, 9), "34": (9, 9), "39": (9, 10), "31": (9, 9), "32": (8, 9), "30": (10, 10),
    "351": (9, 9), "353": (8, 9), "357": (8, 8), "358": (8, 11), "36": (8, 9), "370": (8, 8), "371": (8, 8),
    "372": (7, 8), "373": (8, 8), "375": (9, 9), "380": (9, 9), "40": (9, 9), "41": (9, 9), "420": (9, 9),
    "421": (9, 9), "43": (9, 13), "45": (8, 8), "46": (7, 10), "47": (8, 8), "48": (9, 9), "61": (9, 9), "64": (8, 10),
    "90": (10, 10), "91": (10, 10), "92": (10, 10), "94": (9, 9), "880": (10, 10), "977": (10, 10), "971": (8, 9),
    "972": (8, 9), "973": (8, 8), "974": (8, 8), "965": (8, 8), "966": (9, 9), "968": (8, 8), "20": (10, 10),
    "27": (9, 9), "234": (10, 10), "244": (9, 9), "52": (10, 10), "55": (10, 11), "56": (9, 9),
}  # fmt: skip
#: Codes that are believed without a plus sign when a cue stands before the number.
_NEIGHBOUR_CODES = ("855", "856", "95", "86", "66", "60", "63", "62", "82", "886", "852", "853", "65", "81")
_MOBILE = frozenset("35789")
#: The eleven-digit mobile prefixes of before 2018 and what they became.
_OLD_MOBILE = {
    "120": "70", "121": "79", "122": "77", "126": "76", "128": "78", "123": "83", "124": "84", "125": "85",
    "127": "81", "129": "82", "162": "32", "163": "33", "164": "34", "165": "35", "166": "36", "167": "37",
    "168": "38", "169": "39", "186": "56", "188": "58", "199": "59",
}  # fmt: skip
#: One reading of digits as a number: tokens taken, E.164 form, whether it is believed only after a cue.
Reading = tuple[int, str, bool]


def readings(digits: str, plus: bool) -> Iterator[Reading]:
    """Give every reading of the digits as a number, the likeliest first."""
    if digits.startswith("00"):
        yield from ((count + 2, form, needs_cue) for count, form, needs_cue in _international(digits[2:], False))
    if digits.startswith("0"):
        yield from _national(digits)
    elif plus:
        yield from _international(digits, False)
    else:
        if digits.startswith("84") and len(digits) > 2 and digits[2] in "0235789":
            yield from _international(digits, False)
        if digits.startswith(_NEIGHBOUR_CODES):
            yield from _international(digits, True)
        if digits[0] in _MOBILE and len(digits) >= 9:
            yield 9, f"+84{digits[:9]}", True


def _national(digits: str) -> Iterator[Reading]:
    """Give the readings of digits that begin with Vietnam's trunk zero."""
    second = digits[1:2]
    if second and second in _MOBILE:
        if len(digits) >= 10:
            yield 10, f"+84{digits[1:10]}", False
        if len(digits) >= 11:  # one digit too many: a slip of the hand, still somebody's number
            yield 11, f"+84{digits[1:11]}", False
        if len(digits) >= 9:  # one digit too few
            yield 9, f"+84{digits[1:9]}", True
    elif second == "2" and len(digits) >= 11:
        yield 11, f"+84{digits[1:11]}", False
    elif digits[1:4] in _OLD_MOBILE and len(digits) >= 11:
        yield 11, f"+84{_OLD_MOBILE[digits[1:4]]}{digits[4:11]}", False


def _international(digits: str, needs_cue: bool) -> Iterator[Reading]:
    """Give the readings of digits that begin with a calling code, the longest number first."""
    for width in (3, 2, 1):
        code = digits[:width]
        if code not in CALLING_CODES:
            continue
        trunk = 1 if digits[width : width + 1] == "0" and code not in ("1", "7", "39") else 0
        least, most = CALLING_CODES[code]
        if code == "84":
            least = most = 10 if digits[width + trunk : width + trunk + 1] == "2" else 9
        for length in range(most, least - 1, -1):
            count = width + trunk + length
            if count <= len(digits):
                yield count, f"+{code}{digits[width + trunk : count]}", needs_cue
        return
