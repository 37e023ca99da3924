"""Tables of the ways letters and words are written: invisible marks, look-alikes, leet, chat forms."""

from __future__ import annotations

#: Characters that are there and not seen.
INVISIBLE = frozenset(
    [
        *(0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x3164, 0xFEFF, 0xFFA0),
        *(*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), *range(0x2066, 0x206A)),
        *range(0xFE00, 0xFE10),
    ]
)
INVISIBLE_CHARS = frozenset(map(chr, INVISIBLE))

_LOOK_ALIKES = {
    # Cyrillic
    "а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "у": "y", "х": "x", "і": "i", "ј": "j", "ѕ": "s", "ԁ": "d",
    "һ": "h", "ӏ": "l", "к": "k", "м": "m", "т": "t", "в": "b", "н": "h", "г": "r", "п": "n", "ԛ": "q", "ԝ": "w",
    "ѵ": "v", "ь": "b", "ɡ": "g", "и": "u", "ц": "u", "ё": "e", "ӧ": "o", "ү": "y", "ғ": "f",
    # Greek
    "α": "a", "β": "b", "ε": "e", "η": "n", "ι": "i", "κ": "k", "ν": "v", "ο": "o", "ρ": "p", "τ": "t", "υ": "u",
    "χ": "x", "γ": "y", "ω": "w", "ς": "s", "μ": "u", "ϲ": "c", "ϳ": "j",
    # Latin relatives and small capitals
    "ı": "i", "ȷ": "j", "ɑ": "a", "ɩ": "i", "ʟ": "l", "ᴀ": "a", "ʙ": "b", "ᴄ": "c", "ᴅ": "d", "ᴇ": "e", "ꜰ": "f",
    "ɢ": "g", "ʜ": "h", "ɪ": "i", "ᴊ": "j", "ᴋ": "k", "ᴌ": "l", "ᴍ": "m", "ɴ": "n", "ᴏ": "o", "ᴘ": "p", "ʀ": "r",
    "ꜱ": "s", "ᴛ": "t", "ᴜ": "u", "ᴠ": "v", "ᴡ": "w", "ʏ": "y", "ᴢ": "z", "ł": "l", "ø": "o", "ɖ": "đ", "ð": "đ",
    "ƌ": "d", "ꓲ": "l", "ǝ": "e", "ƙ": "k", "ɓ": "b", "ɗ": "d", "ħ": "h", "ŧ": "t", "ɨ": "i", "ʋ": "v", "ɾ": "r",
    # Armenian and Cherokee letters that print like Latin ones
    "օ": "o", "ս": "u", "ո": "n", "հ": "h", "ց": "g", "ք": "p", "ꮯ": "c", "ꭺ": "a", "ꮇ": "m",
}  # fmt: skip

#: Letters of other scripts that print like a Latin letter (lower case to lower case).
HOMOGLYPHS: dict[int, str] = {ord(look): letter for look, letter in _LOOK_ALIKES.items()}
HOMOGLYPH_CHARS = frozenset(_LOOK_ALIKES)

#: Signs and digits that stand for a letter inside a word; 1 may be either of two letters.
LEET: dict[str, str] = {"@": "a", "4": "a", "0": "o", "1": "il", "3": "e", "5": "s", "!": "i", "$": "s", "€": "e"}

#: Characters put between the letters of one word.
SEPARATORS = frozenset(".-_·•*~'’`^|+=")

_FOREIGN = (
    "massage casino tele telegram zalo game sale online visa bar karaoke spa chat live app bavet shv campuchia "
    "myanmar poipet sihanouk sihanoukville kk telesale cskh xkld xklđ cty ctv mth tgv kpc"
)
#: Words that are no Vietnamese syllables and yet may be written apart or in leet.
FOREIGN_WORDS = frozenset(_FOREIGN.split())

#: Chat forms that have one reading (codebook 5.2); forms with several senses are left as they stand.
CHAT_FORMS: dict[str, str] = {
    "k": "không", "ko": "không", "kg": "không", "khg": "không", "hok": "không", "hông": "không",
    "hong": "không", "hổng": "không", "hỏng": "không", "hem": "không", "kh0ng": "không", "kô": "không", "hk": "không",
    "khum": "không", "dc": "được", "đc": "được",  "đuoc": "được", "j": "gì", "z": "vậy",
    "zậy": "vậy", "dậy": "vậy", "zay": "vậy", "vs": "với", "mn": "mọi người", "mng": "mọi người",
    "mk": "mình", "mik": "mình", "ae": "anh em", "ace": "anh chị em", "ib": "nhắn", "inb": "nhắn",
    "ibox": "nhắn", "inbox": "nhắn", "rep": "trả lời", "lh": "liên hệ", "lhe": "liên hệ", "nv": "nhân viên",
    "lm": "làm", "ng": "người", "ngừi": "người", "vk": "vợ", 
    "sdt": "số điện thoại", "sđt": "số điện thoại", "zl": "zalo", "dalo": "zalo", "zalô": "zalo", "tlgr": "telegram",
    "tele": "telegram", "teleg": "telegram", "ut": "uy tín", "cccd": "căn cước", "cc": "căn cước", "cmnd": "căn cước",
    "cty": "công ty", "ct": "công ty", "cti": "công ty", "đt": "điện thoại", "dt": "điện thoại", "hđ": "hợp đồng",
    "hd": "hợp đồng", "hđlđ": "hợp đồng lao động", "fb": "facebook", "qc": "quảng cáo", "xkld": "xuất khẩu lao động",
    "xklđ": "xuất khẩu lao động", "ctv": "cộng tác viên", "mth": "mang thai hộ", "bhxh": "bảo hiểm xã hội",
    "bhyt": "bảo hiểm y tế", "pv": "phỏng vấn", "sv": "sinh viên", "bg": "bây giờ", "ntn": "như thế nào",
    "r": "rồi", "oy": "rồi", "ròi": "rồi", "ms": "mới", "cx": "cũng", "cg": "cũng", "nc": "nước", "trc": "trước",
    "lun": "luôn", "thik": "thích", "bik": "biết", "bít": "biết", "mún": "muốn", "ny": "người yêu",
    "gđ": "gia đình", "gd": "gia đình", "vn": "việt nam", "tq": "trung quốc", "kpc": "campuchia",
    "sg": "sài gòn", "dìa": "về", "bển": "bên đó", "qá": "quá", "wa": "quá", "nhìu": "nhiều",
    "nhju": "nhiều", "h": "giờ", "ntd": "nhà tuyển dụng", "đvi": "đơn vị", "kn": "kinh nghiệm", "sx": "sản xuất",
    "nx": "nữa", "tgian": "thời gian", "qlý": "quản lý", 
    "lđ": "lao động", "ld": "lao động", "klq": "không liên quan", "vc": "vợ chồng", "vck": "vợ chồng",
}  # fmt: skip
