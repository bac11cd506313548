"""The sentence under a suspicion or label: what was counted, against what, and how often chance shows the like.

Which interval is meant is always said: that over all cells of the tier together. Never a p value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from hub.schemas.reasons import Label, Lang, SuspicionReason, text

TEN_YEARS_DAYS: Final = 3_650

AREA: Final = {
    "village": ("全乡镇(街道)", "the township"),
    "township": ("全县(市、区)", "the county"),
    "county": ("全市", "the city"),
    "city": ("历年同期", "its own past years"),
}
"""What a tier's cells are held against."""


class Said(NamedTuple):
    """One sentence, in Chinese and in English."""

    zh: str
    en: str


def sentence(line: Mapping[str, Any], lang: Lang, names: Mapping[str, str]) -> str:
    """Say the measure of a decision line in one sentence; "" where it has none.

    `names` gives the name of its place and category by code, in the language asked for; a code stands for itself.
    """
    measure = line.get("measure")
    if not measure:
        return ""
    where = names.get(line["place"], line["place"]), names.get(line["category"], line["category"])
    if line["kind"] == "problem_suspected":
        said = SUSPICIONS[SuspicionReason(line["reason"])](line, measure)
    elif line.get("label"):
        said = LABELS[Label(line["label"])](measure)
        label = text(Label(line["label"]), lang)
        return f"{label}：{said.zh}。" if lang == "zh" else f"{label.capitalize()}: {said.en}."
    else:
        return ""
    if lang == "zh":
        return f"{where[0]}“{where[1]}”{said.zh}。"
    return f'{where[0]}, "{where[1]}": {said.en}.'


def interval(days: float, lang: Lang) -> str:
    """Say after how long chance shows such a thing; beyond ten years only that."""
    if days > TEN_YEARS_DAYS:
        return "> 10 年" if lang == "zh" else "> 10 years"
    return f"约 {days:.0f} 天" if lang == "zh" else f"about {days:.0f} days"


def _burst(line: Mapping[str, Any], measure: Mapping[str, Any]) -> Said:
    days, seen, expected = measure["window_days"], measure["observed"], measure["expected"]
    area_zh, area_en = AREA[line["place_tier"]]
    chance = measure["chance_interval_days"]
    cells = measure.get("cells")
    of_zh = f"全部 {cells} 个单元合计" if cells else "同级全部单元合计"
    of_en = f"all {cells} cells of the tier together" if cells else "all cells of the tier together"
    held_zh = f"按{area_zh}水平" if line["place_tier"] == "city" else f"按{area_zh}同期水平"
    return Said(
        f"{days} 天内 {seen:g} 件，{held_zh}应约 {expected:g} 件；"
        f"这样的偏离，{of_zh}{interval(chance, 'zh')}才会偶然出现一次",
        f"{seen:g} matters in {days} days, where {area_en} would give about {expected:g}; "
        f"by chance, {of_en} show such a departure once in {interval(chance, 'en')}",
    )


def _frequent(_line: Mapping[str, Any], measure: Mapping[str, Any]) -> Said:
    days, seen = measure["window_days"], measure["observed"]
    if seen == 1:
        return Said("一件即达重大等级", "one matter severe enough to be a problem by itself")
    return Said(f"{days} 天内 {seen:g} 件", f"{seen:g} matters in {days} days")


def _chronic(_line: Mapping[str, Any], measure: Mapping[str, Any]) -> Said:
    days, seen, expected = measure["window_days"], measure["observed"], measure["expected"]
    return Said(
        f"近 {days} 天约 {seen:g} 件（越早折算越轻），按同级地方水平应约 {expected:g} 件，长期偏高",
        f"about {seen:g} matters in {days} days (the older, the less they weigh), where its peers' pace gives about"
        f" {expected:g}; high for months",
    )


def _recurrent(_line: Mapping[str, Any], measure: Mapping[str, Any]) -> Said:
    times, matters = measure["observed"], measure["matters"]
    return Said(
        f"办结后 90 天内再发，半年内达第 {times:g} 级，共 {matters} 件",
        f"back within 90 days after closure, level {times:g} within half a year, {matters} matters",
    )


def _lingering(_line: Mapping[str, Any], measure: Mapping[str, Any]) -> Said:
    days = measure["observed"]
    return Said(f"受理后 {days:g} 天仍未办结", f"still open {days:g} days after it came")


def _redone(_line: Mapping[str, Any], measure: Mapping[str, Any]) -> Said:
    return Said(f"已重办 {measure['observed']:g} 次", f"reopened {measure['observed']:g} times")


def _passed(_line: Mapping[str, Any], measure: Mapping[str, Any]) -> Said:
    times = measure["observed"]
    return Said(f"已转办 {times:g} 次，无单位受理", f"passed on {times:g} times and taken by nobody")


def _widespread(_line: Mapping[str, Any], measure: Mapping[str, Any]) -> Said:
    areas, days, matters = measure["observed"], measure["window_days"], measure["matters"]
    return Said(
        f"{days} 天内 {areas:g} 个地方出现同类未结顽疾，共 {matters} 件",
        f"open problems of this kind in {areas:g} areas within {days} days, {matters} matters",
    )


SUSPICIONS: Final = {
    SuspicionReason.BURST: _burst,
    SuspicionReason.FREQUENT: _frequent,
    SuspicionReason.CHRONIC: _chronic,
    SuspicionReason.RECURRENT: _recurrent,
    SuspicionReason.LINGERING: _lingering,
    SuspicionReason.REDONE: _redone,
    SuspicionReason.PASSED_AROUND: _passed,
    SuspicionReason.WIDESPREAD: _widespread,
}


def _often(measure: Mapping[str, Any]) -> Said:
    days, seen = measure["window_days"], measure["observed"]
    return Said(f"{days} 天内 {seen:g} 件", f"{seen:g} matters in {days} days")


def _stubborn(measure: Mapping[str, Any]) -> Said:
    return Said(f"已立案 {measure['observed']:g} 天", f"open for {measure['observed']:g} days")


def _typical(measure: Mapping[str, Any]) -> Said:
    number, matters = measure["observed"], measure["matters"]
    return Said(
        f"{matters} 件相当于均匀分布在 {number:g} 个地方",
        f"{matters} matters, spread as over {number:g} equal areas",
    )


def _spread(measure: Mapping[str, Any]) -> Said:
    number, margin, matters = measure["observed"], measure.get("expected", 0), measure["matters"]
    return Said(
        f"{matters} 件的有效分布数为 {number:g}，全部事项为 {margin:g}",
        f"{matters} matters with an effective number of {number:g}, against {margin:g} of all",
    )


def _department(measure: Mapping[str, Any]) -> Said:
    share, peers, matters = measure["observed"], measure.get("expected", 0), measure["matters"]
    return Said(
        f"主办 {matters} 件，逾期 {share:.0%}，其他单位 {peers:.0%}",
        f"leads {matters} problems, {share:.0%} of them late, against {peers:.0%} of other agencies",
    )


LABELS: Final = {
    Label.FREQUENT: _often,
    Label.STUBBORN: _stubborn,
    Label.TYPICAL: _typical,
    Label.INDUSTRY: _spread,
    Label.LOCAL: _spread,
    Label.DEPARTMENT: _department,
}
