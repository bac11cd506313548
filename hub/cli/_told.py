"""One problem as a person reads it: where it stands, what was promised, who is at work, every decision with why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Any

from hub.cli.text import ENGLISH, t
from hub.core._sentence import sentence
from hub.policies.models import Tier
from hub.schemas.reasons import DecisionKind, Lang, reason_text, text

TIERS = {
    Tier.VILLAGE: ("村(社区)", "village"),
    Tier.TOWNSHIP: ("乡镇(街道)", "township"),
    Tier.COUNTY: ("县(市、区)", "county"),
    Tier.CITY: ("市", "city"),
}


def told(found: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[str]:
    """Give the lines of `hub problems show`; times are those of the jurisdiction.

    `names` gives the names of places, categories and agencies by code; a code stands for itself.
    """
    lines = found["decisions"]
    zone = datetime.fromisoformat(lines[0]["at"]).tzinfo if lines else None
    cell = f"{_name(names, found['place'])} × {_name(names, found['category'])}"
    yield f"{found['id']}  {found['phase']}  {tier(found['tier'])}  {cell}"
    yield t(
        f"件数 {found['matters']} · 反弹 {found['rebounds']} · 标签 {' '.join(found['labels']) or '无'}",
        f"matters {found['matters']} · rebounds {found['rebounds']} · labels {' '.join(found['labels']) or 'none'}",
    )
    for name, due_ms in found["promised"]:
        yield t("承诺 ", "promised ") + f"{tier(name)} ≤ {_at(due_ms, zone)}"
    for task in found["tasks"]:
        due = _at(task["due_ms"], zone)
        who = _name(names, task["agency"])
        yield f"{task['id']}  {task['role']}  {who}  {task['phase']}  {t('时限', 'due')} {due}"
    for line in lines:
        yield decided(line, names)
        said = sentence(line, "en" if ENGLISH else "zh", names)
        if said:
            yield f"    {said}"


def decided(line: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Give one decision in words: when, what, why, at which tier, who, until when, and under which policy."""
    lang: Lang = "en" if ENGLISH else "zh"
    kind = DecisionKind(line["kind"])
    parts = [
        line["at"][:16].replace("T", " "),
        f"{text(kind, lang)}({reason_text(kind, line['reason'], lang)})",
        tier(line["tier"]),
        names.get(line.get("agency", ""), line.get("agency", "")),
        line.get("task_id", ""),
        t("时限 ", "due ") + line["due_at"][:16].replace("T", " ") if "due_at" in line else "",
        t("规则 ", "policy ") + line["policy"],
    ]
    return "  ".join(part for part in parts if part)


def fallen(line: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Give one decision as it falls: when, of which problem, what and why, at which tier, and who."""
    lang: Lang = "en" if ENGLISH else "zh"
    kind = DecisionKind(line["kind"])
    place, category, agency = (line.get(of, "") for of in ("place", "category", "agency"))
    parts = [
        line["at"][:19].replace("T", " "),
        line.get("problem_id", ""),
        f"{text(kind, lang)}({reason_text(kind, line['reason'], lang)})",
        tier(line["tier"]) if line.get("tier") else "",
        names.get(place, place),
        names.get(category, category),
        names.get(agency, agency),
    ]
    return "  ".join(part for part in parts if part)


def tier(name: str) -> str:
    """Give a tier in the language of this run."""
    return t(*TIERS[Tier(name)])


def _name(names: Mapping[str, str], code: str) -> str:
    """Give a thing's name beside its code, which other commands ask for."""
    return f"{names[code]}({code})" if code in names else code


def _at(at_ms: int | None, zone: tzinfo | None) -> str:
    if at_ms is None:
        return t("无", "none")
    return datetime.fromtimestamp(at_ms / 1000, tz=zone).isoformat(sep=" ", timespec="minutes")
