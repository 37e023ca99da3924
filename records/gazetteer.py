"""The table of places: ISO codes with the names, old names and chat spellings people use for them.

Names are facts; the spellings come from codebook section 6. A province merged on 1 July 2025 stands as an alias of the
province it became part of. Names written without diacritics are read by ``places``; they need no entry here.
"""

from __future__ import annotations

#: Communes, wards and special zones of Quảng Ninh since 1 July 2025 (54).
QUANG_NINH_UNITS = (
    "An Sinh", "Đông Triều", "Bình Khê", "Mạo Khê", "Hoàng Quế", "Yên Tử", "Vàng Danh", "Uông Bí", "Đông Mai",
    "Hiệp Hòa", "Quảng Yên", "Hà An", "Phong Cốc", "Liên Hòa", "Tuần Châu", "Việt Hưng", "Bãi Cháy", "Hà Tu",
    "Hà Lầm", "Cao Xanh", "Hồng Gai", "Hạ Long", "Hoành Bồ", "Mông Dương", "Quang Hanh", "Cẩm Phả", "Cửa Ông",
    "Móng Cái 1", "Móng Cái 2", "Móng Cái 3", "Hải Sơn", "Hải Ninh", "Vĩnh Thực", "Quảng La", "Thống Nhất",
    "Hải Hòa", "Tiên Yên", "Điền Xá", "Đông Ngũ", "Hải Lạng", "Lương Minh", "Kỳ Thượng", "Ba Chẽ", "Quảng Tân",
    "Đầm Hà", "Quảng Hà", "Đường Hoa", "Quảng Đức", "Hoành Mô", "Lục Hồn", "Bình Liêu", "Cái Chiên", "Vân Đồn",
    "Cô Tô",
)  # fmt: skip

#: Units whose name is borne by many places or is an ordinary word: no sign of the province by themselves.
COMMON_NAMES = frozenset(
    [
        *("hiệp hòa", "việt hưng", "thống nhất", "hải sơn", "hải ninh", "hải hòa", "liên hòa", "hà an", "quảng đức"),
        *("an sinh", "quảng tân", "lương minh"),
    ]
)

#: The 34 provinces and cities since 1 July 2025, each with its aliases.
PROVINCES: dict[str, tuple[str, ...]] = {
    "VN-HN": ("Hà Nội", "HN", "hnoi", "Mỹ Đình", "Nội Bài", "Cầu Giấy", "Hà Đông", "Đống Đa", "Thanh Xuân", "Sóc Sơn",
              "Đông Anh", "Hoàng Mai", "Long Biên", "Gia Lâm", "Thạch Thất", "Hoàn Kiếm", "Thăng Long"),
    "VN-SG": ("TP.HCM", "TPHCM", "HCM", "Hồ Chí Minh", "Sài Gòn", "SG", "Bình Dương", "Bà Rịa", "Vũng Tàu", "Thủ Đức",
              "Bình Tân", "Tân Bình", "Gò Vấp", "Bình Chánh", "Hóc Môn", "Củ Chi", "Dĩ An", "Thuận An", "Thủ Dầu Một",
              "Tân Sơn Nhất", "An Sương", "Côn Đảo", "Quận 1", "Quận 7", "Quận 12", "Tân Phú", "Bình Thạnh",
              "Bến Cát",
              "Nhà Bè", "Cần Giờ", "Chợ Lớn", "Hồ Tràm"),
    "VN-HP": ("Hải Phòng", "Hải Dương", "Đồ Sơn", "Cát Bà", "Cát Hải", "Thủy Nguyên", "Chí Linh", "An Dương"),
    "VN-DN": ("Đà Nẵng", "Quảng Nam", "Hội An", "Tam Kỳ", "Điện Bàn", "Phước Sơn", "Sơn Trà"),
    "VN-CT": ("Cần Thơ", "Sóc Trăng", "Hậu Giang", "Ninh Kiều", "Cái Răng", "Trần Đề", "Vị Thanh", "Ngã Bảy"),
    "VN-26": ("Huế", "Thừa Thiên Huế", "Phú Bài", "A Lưới"),
    "VN-01": ("Lai Châu", "Ma Lù Thàng", "Mường Tè", "Phong Thổ"),
    "VN-02": ("Lào Cai", "Yên Bái", "Sa Pa", "Sapa", "Mường Khương", "Si Ma Cai", "Bắc Hà", "Mù Cang Chải",
              "Bát Xát", "Lục Yên", "Cốc Lếu"),
    "VN-04": ("Cao Bằng", "Tà Lùng", "Trà Lĩnh", "Sóc Giang", "Trùng Khánh"),
    "VN-05": ("Sơn La", "Lóng Sập", "Chiềng Khương", "Mộc Châu"),
    "VN-07": ("Tuyên Quang", "Hà Giang", "Mèo Vạc", "Xín Mần", "Vị Xuyên", "Mã Quan"),
    "VN-09": ("Lạng Sơn", "Hữu Nghị", "Tân Thanh", "Chi Ma", "Lộc Bình", "Đồng Đăng", "Cốc Nam", "Hữu Lũng"),
    "VN-13": ("Quảng Ninh", "Hòn Gai", "Trà Cổ", "Bình Ngọc", "Mũi Ngọc", "Tràng Vĩ", "Vạn Gia", "Cái Rồng", "V.Đồn",
              "Móng Cái", "M.C", "Bắc Luân", "Bắc Phong Sinh", "Ka Long", "Hải Yên", "Hải Hà", "Po Hèn", "Cái Lân",
              "Texhong", "Đông Mai", "Quảng Yên", "Minh Châu", "Quan Lạn", "Cửa Ông", "Hạ Long", "Hải Xuân"),
    "VN-18": ("Ninh Bình", "Hà Nam", "Nam Định", "Phủ Lý", "Kiện Khê", "Tam Điệp", "Đồng Văn Hà Nam"),
    "VN-21": ("Thanh Hóa", "Na Mèo", "Sầm Sơn", "Nghi Sơn"),
    "VN-22": ("Nghệ An", "Nậm Cắn", "Vinh", "Cửa Lò", "Diễn Châu", "Quỳnh Lưu", "Hoàng Mai Nghệ An"),
    "VN-23": ("Hà Tĩnh", "Cầu Treo", "Kỳ Anh", "Vũng Áng", "Formosa"),
    "VN-25": ("Quảng Trị", "Quảng Bình", "Lao Bảo", "Khe Sanh", "La Lay", "Cha Lo", "Đồng Hới", "Đông Hà"),
    "VN-29": ("Quảng Ngãi", "Kon Tum", "Bờ Y", "Dung Quất", "Lý Sơn", "Ngọc Hồi", "Măng Đen"),
    "VN-30": ("Gia Lai", "Bình Định", "Pleiku", "Quy Nhơn", "Lệ Thanh", "Đức Cơ", "Chư Sê", "Ia Grai"),
    "VN-33": ("Đắk Lắk", "Đắc Lắc", "Daklak", "Phú Yên", "Buôn Ma Thuột", "BMT", "Krông Pắc", "Tuy Hòa", "Buôn Hồ",
              "Sông Cầu", "Cư M'gar"),
    "VN-34": ("Khánh Hòa", "Ninh Thuận", "Nha Trang", "Cam Ranh", "Phan Rang", "Cà Ná", "Vạn Ninh"),
    "VN-35": ("Lâm Đồng", "Đắk Nông", "Đắc Nông", "Bình Thuận", "Đà Lạt", "Phan Thiết", "Phú Quý", "Bảo Lộc",
              "Mũi Né",
              "La Gi", "Gia Nghĩa", "Di Linh", "Đức Trọng"),
    "VN-37": ("Tây Ninh", "Long An", "Mộc Bài", "Xa Mát", "Bến Cầu", "Gò Dầu", "Trảng Bàng", "Phước Tân", "Bình Hiệp",
              "Đức Huệ", "Tân An", "Đức Hòa", "Bến Lức", "Mộc Hóa", "Tân Biên", "Châu Thành Tây Ninh", "Long Hậu"),
    "VN-39": ("Đồng Nai", "Bình Phước", "Biên Hòa", "Hoa Lư", "Long Khánh", "Nhơn Trạch", "Long Thành",
              "Xuân Lộc", "Trảng Bom",
              "Lộc Ninh", "Đồng Xoài", "Bù Đăng", "Chơn Thành", "Amata", "Bù Đốp"),
    "VN-44": ("An Giang", "Kiên Giang", "Châu Đốc", "Tịnh Biên", "Vĩnh Xương", "Long Bình", "Khánh Bình", "An Phú",
              "Bình Di", "Hà Tiên", "Rạch Giá", "Phú Quốc", "Long Xuyên", "Tân Châu", "Giang Thành",
              "Thổ Chu", "An Thới"),
    "VN-45": ("Đồng Tháp", "Tiền Giang", "Dinh Bà", "Thường Phước", "Mỹ Tho", "Cao Lãnh", "Hồng Ngự", "Sa Đéc",
              "Gò Công", "Cái Bè", "Tân Hồng"),
    "VN-49": ("Vĩnh Long", "Bến Tre", "Trà Vinh", "Bình Đại", "Ba Tri", "Duyên Hải"),
    "VN-56": ("Bắc Ninh", "Bắc Giang", "Yên Phong", "Quế Võ", "Việt Yên", "Vân Trung", "Từ Sơn", "VSIP Bắc Ninh",
              "Quang Châu", "Yên Dũng", "Lục Ngạn"),
    "VN-59": ("Cà Mau", "Bạc Liêu", "Sông Đốc", "Rạch Gốc", "Năm Căn", "Gành Hào", "Ngọc Hiển"),
    "VN-66": ("Hưng Yên", "Thái Bình", "Phố Nối", "Mỹ Hào"),
    "VN-68": ("Phú Thọ", "Vĩnh Phúc", "Hòa Bình", "Việt Trì", "Vĩnh Yên", "Phúc Yên", "Mai Châu"),
    "VN-69": ("Thái Nguyên", "Bắc Kạn", "Sông Công", "Phổ Yên", "Na Rì", "Samsung Thái Nguyên"),
    "VN-71": ("Điện Biên", "Tây Trang"),
}  # fmt: skip

#: Countries with the zones, towns and chat spellings posts use.
COUNTRIES: dict[str, tuple[str, ...]] = {
    "KH": ("Campuchia", "Cam pu chia", "Căm pu chia", "Cambodia", "KPC", "Cam bốt", "Bavet", "Ba Vét", "Ba Vẹt",
           "Bà Vẹt", "Ba Vet", "Svay Rieng", "Sihanoukville", "Sihanouk", "Xi ha núc", "Shv", "Phnom Penh",
           "Phnôm Pênh", "Nông Pênh", "Nam Vang", "Poipet", "Pôi Pét", "Poi pet", "O'Smach", "Ô Smach", "Osmach",
           "O Smach", "Chrey Thom", "Chrây Thum", "Chray Thum", "Koh Kong", "Cô Công", "Dara Sakor", "Pailin",
           "Mondulkiri", "Kampot", "Kpot", "Kampong Cham", "Bokor", "Kim Sa", "Tam Thái Tử", "chùa tháp",
           "Kandal", "đất K", "bên K",
           "Siem Reap", "Xiêm Riệp", "Takeo", "biển Cam", "Svay Riêng", "Chrey Thum"),
    "MM": ("Myanmar", "Myanma", "Mi an ma", "Miến Điện", "bên Miến", "sang Miến", "qua Miến", "Myawaddy", "Miawadi",
           "Myawady", "Mi a oa đi", "KK Park", "KK pak", "khu KK", "Shwe Kokko", "Suê Cốc Cô", "Laukkai", "Laukkaing",
           "Lão Nhai", "Kokang", "Tachileik", "Ta chi lếch", "Muse", "Shan", "đi Miến", "Lao Kai"),
    "LA": ("Lào", "bên Lào", "Tam Giác Vàng", "TGV", "Bò Kẹo", "Bokeo", "Ton Phueng", "Tôn Phầng", "Boten", "Bô Tèn",
           "Viêng Chăn", "Vientiane", "Savannakhet", "Xa va na khét", "Mô Đinh", "Champasak", "Pakse", "Xiêng Khoảng",
           "Atapeu", "Attapeu", "Sê Kông", "Khăm Muộn"),
    "TH": ("Thái Lan", "Thái", "Bangkok", "Băng Cốc", "BKK", "Mae Sot", "Mẹ Sót", "Mae Sai", "Pattaya", "Phuket"),
    "CN": ("Trung Quốc", "TQ", "Trung Của", "Đông Hưng", "Dongxing", "东兴", "Phòng Thành", "Fangchenggang", "Nam Ninh",
           "Bằng Tường", "Pingxiang", "Quảng Tây", "Quảng Đông", "Quảng Châu", "Đông Quản", "Hà Khẩu", "Hekou",
           "Vân Nam", "Thâm Quyến", "Đài Nam TQ", "Động Trung", "Lý Hỏa", "Côn Minh", "bên Trung",
           "sang Trung", "qua Trung",
           "đi Trung", "bên Tàu", "sang Tàu", "qua Tàu", "Phúc Kiến", "Quý Châu", "Hồ Nam", "Giang Tây",
           "An Huy", "Hà Nam TQ",
           "chồng Trung", "ck Trung", "China", "Thượng Hải", "Bắc Kinh", "Quảng Tây TQ", "Chiết Giang", "Sán Đầu"),
    "PH": ("Philippines", "Philippin", "Phi líp pin", "Manila", "Pasay", "bên Phi", "sang Phi", "đi Phil", "Phil",
           "qua Phil"),
    "MY": ("Malaysia", "Malay", "Mã Lai", "Kuala Lumpur", "Johor", "Penang"),
    "AE": ("Dubai", "Đu bai", "UAE", "Abu Dhabi"),
    "TW": ("Đài Loan", "Đài", "Đài Bắc", "Đài Trung", "Cao Hùng", "Đài Nam", "Đào Viên", "Taiwan"),
    "KR": ("Hàn Quốc", "Hàn", "Korea", "Seoul", "Busan", "Incheon", "Ansan", "Jeju"),
    "JP": ("Nhật Bản", "Nhật", "Tokyo", "Osaka", "Japan", "Saitama", "Nagoya", "Hokkaido"),
    "GB": ("nước Anh", "Anh quốc", "Ăng lê", "London", "Birmingham", "Luân Đôn", "UK"),
    "DE": ("nước Đức", "đi Đức", "sang Đức", "bên Đức", "qua Đức", "CHLB Đức", "Berlin", "tại Đức", "ở Đức"),
    "FR": ("nước Pháp", "đi Pháp", "sang Pháp", "Paris", "Calais"),
    "AU": ("Úc", "Australia", "Sydney", "Melbourne"),
    "SG": ("Singapore", "Sing", "Singapo", "Xing ga po"),
    "SA": ("Ả Rập", "Ả Rập Xê Út", "Saudi", "Arab", "Riyadh"),
    "PL": ("Ba Lan", "Warsaw"),
    "US": ("nước Mỹ", "đi Mỹ", "sang Mỹ", "qua Mỹ", "bên Mỹ", "Hoa Kỳ", "USA"),
    "MO": ("Macau", "Ma Cao", "Macao", "Áo Môn"),
    "CA": ("Canada",),
    "RU": ("nước Nga", "đi Nga", "sang Nga", "bên Nga", "Matxcova", "Moscow"),
    "AO": ("Angola", "Luanda", "Ăng gô la"),
    "OM": ("Oman", "Ô man"),
    "HU": ("Hungary", "Hung ga ri", "đi Hung", "Budapest"),
    "RO": ("Romania", "Rumani", "Ru ma ni"),
    "RS": ("Serbia", "Novi Sad", "Xéc bi a"),
    "CZ": ("Séc", "Cộng hòa Séc", "Praha"),
    "NZ": ("New Zealand", "Niu Di Lân"),
    "IL": ("Israel", "I xra en"),
    "GE": ("Georgia", "Gruzia"),
    "CY": ("Síp", "Cyprus"),
    "FI": ("Phần Lan",),
    "IT": ("nước Ý", "Italia", "Italy"),
    "KW": ("Kuwait", "Cô oét"),
    "LT": ("Litva", "Lithuania"),
    "BG": ("Bungari", "Bulgaria"),
    "MZ": ("Mozambique", "Mô dăm bích"),
    "JO": ("Jordan",),
    "QA": ("Qatar",),
    "PT": ("Bồ Đào Nha",),
    "ES": ("Tây Ban Nha",),
    "TR": ("Thổ Nhĩ Kỳ",),
    "DZ": ("Algeria",),
    "IN": ("Ấn Độ",),
    "ID": ("Indonesia", "Indo"),
    "HK": ("Hồng Kông", "Hong Kong", "Hongkong"),
    "BN": ("Brunei",),
    "IE": ("Ireland", "Dublin"),
    "GR": ("Hy Lạp",),
    "SK": ("Slovakia",),
    "LV": ("Latvia",),
    "HR": ("Croatia",),
}  # fmt: skip


_HOTSPOTS = (
    "bavet;ba vét;ba vẹt;bà vẹt;ba vet;sihanoukville;sihanouk;xi ha núc;shv;poipet;pôi pét;poi pet;"
    "o'smach;ô smach;osmach;o smach;chrey thom;chrây thum;chray thum;chrey thum;koh kong;cô công;"
    "dara sakor;pailin;mondulkiri;bokor;kim sa;tam thái tử;myawaddy;miawadi;myawady;mi a oa đi;kk park;"
    "kk pak;khu kk;shwe kokko;suê cốc cô;laukkai;laukkaing;lão nhai;kokang;tachileik;ta chi lếch;muse;"
    "tam giác vàng;tgv;bò kẹo;bokeo;ton phueng;tôn phầng;boten;bô tèn;mô đinh;mae sot;mẹ sót;mae sai;"
    "mộc bài;xa mát;bến cầu;gò dầu;phước tân;bình hiệp;tịnh biên;vĩnh xương;long bình;khánh bình;bình di;"
    "hà tiên;dinh bà;thường phước;hoa lư;lệ thanh;bờ y;lao bảo;móng cái;đông hưng;bắc phong sinh;"
    "hoành mô;campuchia;cam pu chia;căm pu chia;kpc;cambodia;myanmar;myanma;miến điện;bên k;đất k;"
    "phnom penh;phnôm pênh;nông pênh;nam vang;bằng tường;lao kai;svay rieng;svay riêng"
)
#: Known compound towns and border staging places (codebook 6.3-6.4): context for an offer, never a sign alone.
HOTSPOTS = frozenset(_HOTSPOTS.split(";"))
