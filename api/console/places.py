"""Names of the countries and provinces that destinations point to."""

from __future__ import annotations

# ISO 3166-1; the Vietnamese and the English name.
COUNTRIES: dict[str, tuple[str, str]] = {
    "AE": ("Các Tiểu vương quốc Ả Rập Thống nhất", "United Arab Emirates"),
    "AO": ("Angola", "Angola"),
    "AU": ("Úc", "Australia"),
    "CA": ("Canada", "Canada"),
    "CN": ("Trung Quốc", "China"),
    "CY": ("Síp", "Cyprus"),
    "CZ": ("Séc", "Czechia"),
    "DE": ("Đức", "Germany"),
    "FI": ("Phần Lan", "Finland"),
    "FR": ("Pháp", "France"),
    "GB": ("Anh", "United Kingdom"),
    "GE": ("Gruzia", "Georgia"),
    "HK": ("Hồng Kông", "Hong Kong"),
    "HU": ("Hungary", "Hungary"),
    "ID": ("Indonesia", "Indonesia"),
    "IL": ("Israel", "Israel"),
    "IN": ("Ấn Độ", "India"),
    "JP": ("Nhật Bản", "Japan"),
    "KH": ("Campuchia", "Cambodia"),
    "KR": ("Hàn Quốc", "South Korea"),
    "LA": ("Lào", "Laos"),
    "MM": ("Myanmar", "Myanmar"),
    "MO": ("Ma Cao", "Macao"),
    "MY": ("Malaysia", "Malaysia"),
    "NZ": ("New Zealand", "New Zealand"),
    "OM": ("Oman", "Oman"),
    "PH": ("Philippines", "Philippines"),
    "PL": ("Ba Lan", "Poland"),
    "QA": ("Qatar", "Qatar"),
    "RO": ("Romania", "Romania"),
    "RS": ("Serbia", "Serbia"),
    "RU": ("Nga", "Russia"),
    "SA": ("Ả Rập Xê Út", "Saudi Arabia"),
    "SG": ("Singapore", "Singapore"),
    "TH": ("Thái Lan", "Thailand"),
    "TR": ("Thổ Nhĩ Kỳ", "Türkiye"),
    "TW": ("Đài Loan", "Taiwan"),
    "US": ("Hoa Kỳ", "United States"),
    "VN": ("Việt Nam", "Viet Nam"),
}

# ISO 3166-2:VN; the standard still lists the provinces before the mergers of 2025, and so do posts.
PROVINCES: dict[str, str] = {
    "VN-01": "Lai Châu", "VN-02": "Lào Cai", "VN-03": "Hà Giang", "VN-04": "Cao Bằng", "VN-05": "Sơn La",
    "VN-06": "Yên Bái", "VN-07": "Tuyên Quang", "VN-09": "Lạng Sơn", "VN-13": "Quảng Ninh", "VN-14": "Hòa Bình",
    "VN-18": "Ninh Bình", "VN-20": "Thái Bình", "VN-21": "Thanh Hóa", "VN-22": "Nghệ An", "VN-23": "Hà Tĩnh",
    "VN-24": "Quảng Bình", "VN-25": "Quảng Trị", "VN-26": "Huế", "VN-27": "Quảng Nam", "VN-28": "Kon Tum",
    "VN-29": "Quảng Ngãi", "VN-30": "Gia Lai", "VN-31": "Bình Định", "VN-32": "Phú Yên", "VN-33": "Đắk Lắk",
    "VN-34": "Khánh Hòa", "VN-35": "Lâm Đồng", "VN-36": "Ninh Thuận", "VN-37": "Tây Ninh", "VN-39": "Đồng Nai",
    "VN-40": "Bình Thuận", "VN-41": "Long An", "VN-43": "Bà Rịa - Vũng Tàu", "VN-44": "An Giang",
    "VN-45": "Đồng Tháp", "VN-46": "Tiền Giang", "VN-47": "Kiên Giang", "VN-49": "Vĩnh Long", "VN-50": "Bến Tre",
    "VN-51": "Trà Vinh", "VN-52": "Sóc Trăng", "VN-53": "Bắc Kạn", "VN-54": "Bắc Giang", "VN-55": "Bạc Liêu",
    "VN-56": "Bắc Ninh", "VN-57": "Bình Dương", "VN-58": "Bình Phước", "VN-59": "Cà Mau", "VN-61": "Hải Dương",
    "VN-63": "Hà Nam", "VN-66": "Hưng Yên", "VN-67": "Nam Định", "VN-68": "Phú Thọ", "VN-69": "Thái Nguyên",
    "VN-70": "Vĩnh Phúc", "VN-71": "Điện Biên", "VN-72": "Đắk Nông", "VN-73": "Hậu Giang", "VN-CT": "Cần Thơ",
    "VN-DN": "Đà Nẵng", "VN-HN": "Hà Nội", "VN-HP": "Hải Phòng", "VN-SG": "TP. Hồ Chí Minh",
}  # fmt: skip


def place_name(code: str, language: str) -> str:
    """Return a destination's name; a code this table does not know is shown as it is."""
    if code in COUNTRIES:
        return COUNTRIES[code][0 if language == "vi" else 1]
    return PROVINCES.get(code, code)
