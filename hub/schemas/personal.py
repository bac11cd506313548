"""What personal data looks like in a text or in a field's name; pure recognisers without state.

Sources: GB 11643 (identity numbers), GA 36 (vehicle plates), ISO/IEC 7812 (bank cards), the national plan of
mobile numbers. A number is judged with the words before it, as case numbers often look like mobile numbers.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import Final

_FIELD_WORDS: Final = frozenset(
    {
        *("address", "addr", "birth", "birthday", "birthdate", "birthplace", "dob", "email", "mail", "face"),
        *(
            "gender",
            "sex",
            "idcard",
            "idcardno",
            "idno",
            "idnumber",
            "identitycard",
            "identityno",
            "passport",
        ),
        *(
            "identitynumber",
            "mobile",
            "mobilephone",
            "msisdn",
            "phone",
            "tel",
            "telephone",
            "name",
            "surname",
        ),
        *(
            "username",
            "fullname",
            "firstname",
            "lastname",
            "realname",
            "nickname",
            "plate",
            "carplate",
            "plateno",
        ),
        *(
            "platenumber",
            "licenseplate",
            "openid",
            "qq",
            "wechat",
            "weixin",
            "bankcard",
            "bankcardno",
            "cardno",
        ),
        *("contact", "petitioner", "complainant", "caller", "fingerprint", "iris"),
    }
)
_FIELD_HAN: Final = re.compile(
    "姓名|名字|电话|手机|联系方式|联系人|身份证|证件号|护照|住址|家庭地址|通讯地址|详细地址|出生|生日|性别|人脸|照片|"
    "指纹|车牌|邮箱|微信|银行卡|账号|信访人|投诉人|举报人|来电人|当事人"
)
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORD_BREAK: Final = re.compile(r"[\W_]+")

_GAP: Final = r"[ ._·/—–-]?"
_IDENTITY: Final = re.compile(
    rf"(?<![0-9])([1-9][0-9]{{5}}{_GAP}[12][0-9]{{7}}{_GAP}[0-9]{{3}}{_GAP}[0-9Xx])(?![0-9])"
)
_EIGHT_DIGITS: Final = b"00000000"
_DIGITS_AS_ZERO: Final = bytes(b"0"[0] if b"0"[0] <= byte <= b"9"[0] else b" "[0] for byte in range(256))
_OLD_IDENTITY: Final = re.compile(r"(?<![0-9])([1-9][0-9]{14})(?![0-9])")
_PROVINCES: Final = frozenset(
    {
        *(
            "11",
            "12",
            "13",
            "14",
            "15",
            "21",
            "22",
            "23",
            "31",
            "32",
            "33",
            "34",
            "35",
            "36",
            "37",
            "41",
            "42",
            "43",
        ),
        *(
            "44",
            "45",
            "46",
            "50",
            "51",
            "52",
            "53",
            "54",
            "61",
            "62",
            "63",
            "64",
            "65",
            "71",
            "81",
            "82",
            "83",
        ),
    }
)
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_DAYS_OF_MONTH: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

# The groupings people write a mobile number in; any other grouping is several numbers side by side.
_GROUPINGS: Final = (
    (3, 4, 4),
    (3, 3, 5),
    (4, 4, 3),
    (4, 3, 4),
    (5, 6),
    (3, 8),
    (5, 3, 3),
    (3, 2, 2, 2, 2),
    (1,) * 11,
)
_MOBILE: Final = re.compile(
    r"(?<![0-9])(?:(?:\+|00)?86[ -]?)?(?=1[ ._·/—–-]?[3-9])(?:[0-9]{11}|"
    + "|".join(r"[ ._·/—–-]{1,2}".join(f"[0-9]{{{size}}}" for size in sizes) for sizes in _GROUPINGS)
    + r")(?![0-9])"
)
_CARD: Final = re.compile(
    r"(?<![0-9])(?:[0-9]{15,19}|[0-9]{4}(?:[ -][0-9]{4}){3}(?:[ -]?[0-9]{1,3})?)(?![0-9])"
)
# Length by the issuer's first digits: UnionPay, old debit cards, Visa, Mastercard, JCB, American Express.
_CARD_HEAD: Final = re.compile(
    r"(?:62[0-9]{14,17}|60[0-9]{14,17}|9[0-9]{15,18}|4[0-9]{15}|5[1-5][0-9]{14}|35[0-9]{14}|3[47][0-9]{13})"
)
_PLATE: Final = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使][ ]?[A-HJ-NP-Z][ ·.•-]{0,2}"
    r"(?=(?:[A-Z]*[0-9]){3})(?:[A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9挂学警港澳领]|[DF][A-HJ-NP-Z0-9][0-9]{4}|[0-9]{5}[DF])(?![A-Z0-9])",
    re.IGNORECASE,
)
_EMAIL: Final = re.compile(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]+ ?@ ?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_CALLED: Final = re.compile(
    r"(?:电话|手机|联系|微信|致电|拨打|来电|短信|号码|机号|tel|phone|mobile|call|wechat|wx|vx)[^0-9，。；;,]{0,8}$",
    re.IGNORECASE,
)
_CARD_CALLED: Final = re.compile(
    r"(?:银行卡|卡号|账号|帐号|账户|转账|汇款|card)[^0-9，。；;,]{0,8}$", re.IGNORECASE
)
_NUMBERED: Final = re.compile(
    r"(?:编号|案号|工单|诉求件|件号|单号|受理号|序号|流水号?|文号|订单|合同|工号|档案|证号|批号|户号|表号|编码|代码|案件|"
    r"信访件|来件|追踪码|查询码|交易号|发票|№|no\.?)[号码为是]{0,2} ?[:#_-]? ?[(\[〔【]? ?$",
    re.IGNORECASE,
)
_LETTERED: Final = re.compile(r"[A-Za-z][:#_-]?$")
_IDENTITY_CALLED: Final = re.compile(r"(?:身份证|证件|公民)[^0-9，。；;,]{0,8}$")
_HAN_DIGITS: Final = str.maketrans("零〇一幺二两三四五六七八九", "0011223456789")
_HAN_NUMBER: Final = re.compile("[零〇一幺二两三四五六七八九]{11,}")
_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u20e3\ufe00-\ufe0f\ufeff]"
)


def is_known_field(name: str) -> bool:
    """Whether a field's name is, as a whole, one of the Chinese words for personal data."""
    return _FIELD_HAN.fullmatch(name) is not None


def is_personal_field(name: str) -> bool:
    """Whether a field's name speaks of a person: `phone`, `contactPhone`, `ID_CARD`, `姓名`."""
    if _FIELD_HAN.search(name):
        return True
    words = [word for word in _WORD_BREAK.split(_CAMEL.sub("_", name).lower()) if word]
    joined = ["".join(words), *words, *("".join(pair) for pair in pairwise(words))]
    return not _FIELD_WORDS.isdisjoint(joined)


def plain(text: str) -> str:
    """`text` as read: full-width forms narrowed, invisible characters gone, spoken digits written."""
    narrowed = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return _HAN_NUMBER.sub(lambda found: found[0].translate(_HAN_DIGITS), narrowed)


def has_personal_data(text: str) -> bool:
    """Whether a `plain` text holds an identity, mobile or card number, a vehicle plate or an e-mail."""
    return (
        has_identity_number(text)
        or _has_old_identity_number(text)
        or _has_mobile(text)
        or _has_card(text)
        or _PLATE.search(text) is not None
        or _EMAIL.search(text) is not None
    )


def has_identity_number(text: str) -> bool:
    """Whether `text` holds an identity number of 18 characters: province, birth date, checksum."""
    # Asked of every event, and nearly always in vain: a birth date is eight digits in a row.
    if _EIGHT_DIGITS not in text.encode(errors="replace").translate(_DIGITS_AS_ZERO):
        return False
    return any(_is_identity_number(_digits(found[1])) for found in _IDENTITY.finditer(text))


def _has_old_identity_number(text: str) -> bool:
    # 15 digits carry no checksum, and a place code with its grid has 15 too: without the word for it before,
    # only a birth year from 1930 on counts, and no number that is introduced as another kind.
    for found in _OLD_IDENTITY.finditer(text):
        number = found[1]
        if number[:2] in _PROVINCES and _is_birth_day("19" + number[6:12]):
            announced = _IDENTITY_CALLED.search(text, max(0, found.start() - 16), found.start())
            if announced or (number[6] >= "3" and _is_free(text, found.start(), _IDENTITY_CALLED)):
                return True
    return False


def _is_identity_number(number: str) -> bool:
    if number[:2] not in _PROVINCES or not _is_birth_day(number[6:14]):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == number[17].upper()


def _is_birth_day(digits: str) -> bool:
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    return 1900 <= year <= 2099 and 1 <= month <= 12 and 1 <= day <= _DAYS_OF_MONTH[month - 1]


def _has_mobile(text: str) -> bool:
    return any(_is_free(text, found.start(), _CALLED) for found in _MOBILE.finditer(text))


def _has_card(text: str) -> bool:
    for found in _CARD.finditer(text):
        number = _digits(found[0])
        if _CARD_HEAD.fullmatch(number) and _is_luhn(number) and _is_free(text, found.start(), _CARD_CALLED):
            return True
    return False


def _is_free(text: str, start: int, called: re.Pattern[str]) -> bool:
    """Whether the number at `start` is not the number of a case: none by the word before it, nor by a letter.

    Words that announce a person's number outweigh a letter (`wx138…`), but not a case word right before it.
    """
    before = text[max(0, start - 16) : start]
    if _NUMBERED.search(before):
        return False
    return not _LETTERED.search(before) or called.search(before) is not None


def _is_luhn(number: str) -> bool:
    doubled = (int(digit) * 2 for digit in number[-2::-2])
    return (
        sum(int(digit) for digit in number[-1::-2]) + sum(d - 9 if d > 9 else d for d in doubled)
    ) % 10 == 0


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isascii() and letter.isalnum())
