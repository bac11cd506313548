"""What is wrong with an event: code, pointer and a sentence in two languages, never the offending value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from hub.schemas.reasons import QuarantineCode, RefusalCode, text


@dataclass(frozen=True, slots=True)
class Flaw:
    """One reason to refuse one event.

    `pointer` is a JSON pointer (RFC 6901) into the event, "" for the whole. `event_id` is given when it
    could be read and holds nothing personal.
    """

    code: RefusalCode | QuarantineCode
    pointer: str
    message_zh: str
    message_en: str
    event_id: str = ""


def flaw(code: RefusalCode | QuarantineCode, pointer: str = "", event_id: str = "") -> Flaw:
    """A flaw that says no more than its code does."""
    return Flaw(code, pointer, text(code, "zh"), text(code, "en"), event_id)


# pydantic error type -> sentence; `{…}` are numbers or lists of the contract, never a value of the event.
_SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "missing": ("缺少必填字段", "a required field is missing"),
    "extra_forbidden": ("约定中没有这个字段, 请删除", "the contract has no such field; leave it out"),
    "string_type": ("应为字符串", "must be a string"),
    "string_too_short": ("不能短于 {min_length} 个字符", "must have at least {min_length} characters"),
    "string_too_long": ("不能超过 {max_length} 个字符", "must have at most {max_length} characters"),
    "string_unicode": ("含无法编码的字符", "holds a character that cannot be encoded"),
    "literal_error": ("只能是 {expected} 之一", "must be one of {expected}"),
    "union_tag_invalid": ("只能是 {expected_tags} 之一", "must be one of {expected_tags}"),
    "union_tag_not_found": ("缺少必填字段", "a required field is missing"),
    "bool_type": ("应为 true 或 false", "must be true or false"),
    "int_type": ("应为整数", "must be an integer"),
    "int_from_float": ("应为整数", "must be an integer"),
    "float_type": ("应为数字", "must be a number"),
    "finite_number": ("应为有限数字", "must be a finite number"),
    "greater_than_equal": ("不能小于 {ge}", "must be at least {ge}"),
    "less_than_equal": ("不能大于 {le}", "must be at most {le}"),
    "too_short": ("至少要有 {min_length} 项", "must have at least {min_length} items"),
    "too_long": ("最多 {max_length} 项", "must have at most {max_length} items"),
    "model_type": ("应为 JSON 对象", "must be a JSON object"),
    "model_attributes_type": ("应为 JSON 对象", "must be a JSON object"),
    "tuple_type": ("应为 JSON 数组", "must be a JSON array"),
    "date_from_datetime_parsing": ("不是有效日期", "is no valid date"),
    "date_parsing": ("不是有效日期", "is no valid date"),
    "datetime_parsing": ("不是有效时刻", "is no valid time"),
    "datetime_from_date_parsing": ("不是有效时刻", "is no valid time"),
    "correction_empty": ("更正须给出 place 或 category", "a correction needs place, category, or both"),
}
_SHAPES: Final[dict[str, tuple[str, str]]] = {
    "text": (
        "不能含控制字符 (换行、制表符、NUL 等)",
        "must not hold control characters (line breaks, tabs, NUL)",
    ),
    "instant": (
        "应为带时区的 RFC 3339 时刻, 如 2026-03-02T09:00:00+08:00",
        "must be an RFC 3339 time with offset, such as 2026-03-02T09:00:00+08:00",
    ),
    "day": ("应为日期, 如 2026-03-02", "must be a date such as 2026-03-02"),
    "pattern": ("应符合格式 {pattern}", "must match the pattern {pattern}"),
}


def sentence(kind: str, context: Mapping[str, object], shape: str) -> tuple[str, str]:
    """The Chinese and English sentence for a pydantic error type; `shape` names what a pattern stands for."""
    if kind == "string_pattern_mismatch":
        zh, en = _SHAPES[shape]
    else:
        zh, en = _SENTENCES.get(
            kind, (text(RefusalCode.SCHEMA_INVALID, "zh"), text(RefusalCode.SCHEMA_INVALID, "en"))
        )
    return zh.format_map(context), en.format_map(context)
