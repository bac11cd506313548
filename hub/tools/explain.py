"""Why: what each rule says of one event or of one problem, under the policy each decision was taken by."""

from __future__ import annotations

from typing import Any, Final

import orjson
from sqlalchemy import Connection, func, or_, select

from hub.core._sentence import sentence
from hub.policies.models import Policy
from hub.schemas.reasons import Lang, reason_text
from hub.store.dialect import writer
from hub.store.load import load_matters, load_state
from hub.store.pair_tables import PAIR
from hub.store.tables import DECISION, JOURNAL, MEMBER, PROBLEM
from hub.tools.standing import standings

Fields = dict[str, Any]

TOLD_OF: Final = ("seq", "at", "kind", "reason", "policy", "cause")


def explain_event(sql: Connection, policy: Policy, event_id: str, lang: Lang) -> Fields | None:
    """Give what became of an event (its id within its source): outcome, how its matter stands to each rule, problems.

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
    return {**row, "stands": _stands(sql, policy, matter, lang), "problems": [dict(one) for one in problems]}


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


def _stands(sql: Connection, policy: Policy, matter: str, lang: Lang) -> list[Fields]:
    """Load what a worker would, and hold the matter against it; an event that is of no matter stands to nothing."""
    pairs = sql.execute(
        select(func.count()).where(
            PAIR.c.jurisdiction == policy.jurisdiction, or_(PAIR.c.first == matter, PAIR.c.second == matter)
        )
    ).scalar_one()
    loading = writer(sql.engine)
    state = load_state(loading, policy)
    load_matters(loading, state, [matter])
    loading.close()
    if matter not in state.matters:
        return []
    return [stand.told(lang) for stand in standings(state, state.matters[matter], pairs)]
