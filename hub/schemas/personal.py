"""What personal data looks like in a string or in a field's name; pure recognisers without state.

Sources: GB 11643 (identity numbers), GA 36 (vehicle plates), ISO/IEC 7812 (bank cards), 工信部 number plan (mobiles).
"""

from __future__ import annotations

import re
from typing import Final

_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORD_BREAK: Final = re.compile(r"[\W_]+")
_NAME_ASCII: Final = frozenset(
    "address addr birth birthday birthdate birthplace carplate dob email face gender idcard idcardno idno idnumber "
    "identitycard identityno identitynumber licenseplate mail mobile mobilephone msisdn name openid passport phone "
    "plate plateno platenumber qq sex surname tel telephone username wechat weixin bankcard bankcardno cardno "
    "fullname firstname lastname realname nickname contact petitioner complainant caller fingerprint iris".split()
)
_NAME_HAN: Final = re.compile(
    "姓名|名字|电话|手机|联系方式|联系人|身份证|证件号|护照|住址|家庭地址|通讯地址|详细地址|出生|生日|性别|人脸|照片|"
    "指纹|车牌|邮箱|微信|银行卡|账号|信访人|投诉人|举报人|来电人|当事人"
)
_IDENTITY: Final = re.compile(r"(?<![0-9])([1-9][0-9]{16}[0-9Xx]|[1-9][0-9]{14})(?![0-9])")
_PROVINCES: Final = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83".split()
)
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_DAYS_OF_MONTH: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def is_personal_name(field: str) -> bool:
    """Whether a field's name speaks of a person: `phone`, `contactPhone`, `ID_CARD`, `姓名` and their like."""
    if _NAME_HAN.search(field):
        return True
    words = [word for word in _WORD_BREAK.split(_CAMEL.sub("_", field).lower()) if word]
    if "".join(words) in _NAME_ASCII or any(word in _NAME_ASCII for word in words):
        return True
    return any("".join(pair) in _NAME_ASCII for pair in zip(words, words[1:], strict=False))


def has_identity_number(text: str) -> bool:
    """Whether `text` holds a resident identity number: 18 characters with a true checksum, or the old 15 digits."""
    return any(_is_identity_number(found[1]) for found in _IDENTITY.finditer(text))


def _is_identity_number(number: str) -> bool:
    if number[:2] not in _PROVINCES:
        return False
    if len(number) == 15:
        return _is_birth_day("19" + number[6:12])
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == number[17].upper() and _is_birth_day(number[6:14])


def _is_birth_day(digits: str) -> bool:
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    return 1900 <= year <= 2099 and 1 <= month <= 12 and 1 <= day <= _DAYS_OF_MONTH[month - 1]
