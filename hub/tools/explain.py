"""Why: what each rule says of one event or of one problem, under the policy each decision was taken by."""

from __future__ import annotations

from typing import Any, Final

import orjson
from sqlalchemy import Connection, select

from hub.core._sentence import sentence
from hub.model.place import Cells
from hub.policies.models import Policy
from hub.schemas.reasons import Lang, reason_text
from hub.store.tables import DECISION, JOURNAL, MEMBER, PROBLEM

Fields = dict[str, Any]

TOLD_OF: Final = ("seq", "at", "kind", "reason", "policy", "cause")


def explain_event(sql: Connection, policy: Policy, event_id: str) -> Fields | None:
    """Give what became of an event (its id within its source): the outcome, where it counts, what it is part of.

    None when the journal does not know it.
    """
    rows = (
        sql.execute(
            select(JOURNAL).where(
                JOURNAL.c.jurisdiction == policy.jurisdiction, JOURNAL.c.event_id == event_id
            )
        )
        .mappings()
        .all()
    )
    if not rows:
        return None
    row = {str(name): value for name, value in rows[-1].items() if name != "body"}
    counted = []
    if row["place"] in policy.places and row["category"] in policy.categories:
        nature = _nature(rows[-1]["body"])
        for number, cell in Cells(policy).of(row["place"], row["category"], nature):
            rule = policy.rules[number]
            counted.append(
                {
                    "rule": rule.name,
                    "place": cell[0],
                    "category": cell[1],
                    "matters_min": rule.matters_min,
                    "within_days": rule.within_days,
                }
            )
    matter = f"{row['agency']}/{row['matter_id']}"
    problems = (
        sql.execute(
            select(PROBLEM.c.id, PROBLEM.c.rule, PROBLEM.c.reason, PROBLEM.c.phase, MEMBER.c.counts)
            .join(
                MEMBER,
                (MEMBER.c.jurisdiction == PROBLEM.c.jurisdiction) & (MEMBER.c.problem_id == PROBLEM.c.id),
            )
            .where(PROBLEM.c.jurisdiction == policy.jurisdiction, MEMBER.c.matter == matter)
            .order_by(PROBLEM.c.id)
        )
        .mappings()
        .all()
    )
    return {**row, "counted_in": counted, "problems": [dict(problem) for problem in problems]}


def explain_problem(sql: Connection, policy: Policy, number: str, lang: Lang) -> Fields | None:
    """Give why a problem is one: its sentence, evidence and counter-evidence, and each decision with its policy.

    None when there is no such problem.
    """
    found = (
        sql.execute(
            select(PROBLEM).where(PROBLEM.c.jurisdiction == policy.jurisdiction, PROBLEM.c.id == number)
        )
        .mappings()
        .first()
    )
    if found is None:
        return None
    names = names_of(policy, lang)
    lines = [orjson.loads(line) for line in _lines(sql, policy, number)]
    members = (
        sql.execute(
            select(MEMBER.c.event, MEMBER.c.counts)
            .where(MEMBER.c.jurisdiction == policy.jurisdiction, MEMBER.c.problem_id == number)
            .order_by(MEMBER.c.entry)
        )
        .tuples()
        .all()
    )
    return {
        "id": number,
        "rule": found["rule"],
        "key": found["key"],
        "predecessor": found["predecessor"],
        "sentences": [said for line in lines if (said := sentence(line, lang, names))],
        "evidence": [event for event, counts in members if counts],
        "counter_evidence": [event for event, counts in members if not counts],
        "decisions": [
            {name: line.get(name) for name in TOLD_OF}
            | {"why": reason_text(line["kind"], line["reason"], lang)}
            for line in lines
        ],
        "policies": sorted({line["policy"] for line in lines}),
    }


def names_of(policy: Policy, lang: Lang) -> dict[str, str]:
    """Give the names of places, categories and agencies by code, in a language."""
    names = {code: place.name for code, place in policy.places.items()}
    for kind in (policy.categories, policy.agencies):
        for code, found in kind.items():
            names[code] = found.name_zh if lang == "zh" else found.name_en
    return names


def _lines(sql: Connection, policy: Policy, number: str) -> list[str]:
    query = (
        select(DECISION.c.line)
        .where(DECISION.c.jurisdiction == policy.jurisdiction, DECISION.c.problem_id == number)
        .order_by(DECISION.c.seq)
    )
    return list(sql.execute(query).scalars())


def _nature(body: str) -> str:
    nature = orjson.loads(body)["data"].get("nature", "") if body else ""
    return str(nature)
