"""A notice in words, zh or en: what is asked of whom, why, until when, and where to look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.policies.models import Policy
from hub.schemas.reasons import DecisionKind, Lang, reason_text, text


def title(line: Mapping[str, Any], lang: Lang) -> str:
    """Give the heading of a notice."""
    return f"[{text(DecisionKind(line['kind']), lang)}] {line['problem_id']}"


def words(line: Mapping[str, Any], policy: Policy, lang: Lang) -> str:
    """Give the text of a notice from its decision line."""
    kind = DecisionKind(line["kind"])
    place, category = policy.places[line["place"]], policy.categories[line["category"]]
    agency = policy.agencies.get(line["agency"])
    due = line.get("due_at", "")[:16].replace("T", " ")
    why = reason_text(kind, line["reason"], lang)
    if lang == "zh":
        who = agency.name_zh if agency else line["agency"]
        until = f",请于 {due} 前办理或答复" if due else ""
        return (
            f"{who}:{place.name} {category.name_zh} 问题({line['problem_id']}),"
            f"{text(kind, lang)}({why}){until}。任务 {line.get('task_id') or '—'}"
        )
    who = agency.name_en if agency else line["agency"]
    until = f"; answer or act by {due}" if due else ""
    return (
        f"{who}: {category.name_en} at {place.name} ({line['problem_id']}): "
        f"{text(kind, lang)} ({why}){until}. Task {line.get('task_id') or '—'}"
    )
