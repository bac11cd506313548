"""How numbers, moments and durations read, in each language's own way."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Final

from hub.model.clock import local
from hub.schemas.reasons import Lang

MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
UNITS: Final[dict[Lang, tuple[str, str, str]]] = {"zh": ("天", "时", "分"), "en": ("d", "h", "min")}
DAY_MIN: Final = 1440


def number(value: float) -> str:
    """Give a count with its thousands apart."""
    return f"{value:,}"


def share(part: int, whole: int) -> str:
    """Give a share in percent with one decimal; a dash when there is nothing to share."""
    return f"{part / whole:.1%}" if whole else "—"


def shade(value: int, top: int) -> int:
    """Give which of six shades a count gets beside the greatest; zero gets none."""
    return 0 if not value else 1 + min(5, value * 6 // (top + 1))


def duration(ms: int, lang: Lang) -> str:
    """Give a length of time by its two biggest units: 3 天 4 时, 2 时 05 分, 12 分."""
    day, hour, minute = UNITS[lang]
    minutes = abs(ms) // 60_000
    if minutes >= DAY_MIN:
        return f"{minutes // DAY_MIN} {day} {minutes % DAY_MIN // 60} {hour}"
    if minutes >= 60:
        return f"{minutes // 60} {hour} {minutes % 60:02} {minute}"
    return f"{minutes} {minute}"


def left(ms: int, lang: Lang) -> str:
    """Give the time left, or by how much it is over."""
    if ms >= 0:
        return duration(ms, lang)
    return f"超 {duration(ms, lang)}" if lang == "zh" else f"{duration(ms, lang)} over"


def moment(at_ms: int, now_ms: int, zone: tzinfo, lang: Lang) -> str:
    """Give a moment as short as it stays clear: today with the time alone, this year without the year."""
    at, now = local(at_ms, zone), local(now_ms, zone)
    clock = at.strftime("%H:%M")
    days = (at.date() - now.date()).days
    near = {"zh": {-1: "昨日", 0: "今日", 1: "明日"}, "en": {-1: "yesterday", 0: "today", 1: "tomorrow"}}[
        lang
    ]
    if days in near:
        return f"{near[days]} {clock}"
    return f"{_day(at, lang, with_year=at.year != now.year)} {clock}"


def day(at_ms: int, now_ms: int, zone: tzinfo, lang: Lang) -> str:
    """Give a day without its time."""
    at = local(at_ms, zone)
    return _day(at, lang, with_year=at.year != local(now_ms, zone).year)


def stamp(at_ms: int, zone: tzinfo) -> str:
    """Give a moment in full to the second, for records and exports."""
    return local(at_ms, zone).strftime("%Y-%m-%d %H:%M:%S")


def _day(at: datetime, lang: Lang, *, with_year: bool) -> str:
    if lang == "zh":
        return at.strftime("%Y-%m-%d" if with_year else "%m-%d")
    return f"{at.day} {MONTHS[at.month - 1]}" + (f" {at.year}" if with_year else "")
