"""One problem in the hands of agencies: a policy with every clock of a round, and acts that name only what matters."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from hub.core._posts import Order, Told
from hub.model.problem import Problem
from hub.model.state import find_task
from hub.model.task import Task
from hub.policies.models import (
    Confirmation,
    FrequentRule,
    NoticeKind,
    NoticeStep,
    Policy,
    Precedent,
    Span,
    TierPolicy,
    Unit,
)
from hub.schemas.commands import Command
from tests.builders import (
    CITY,
    NOISE,
    PER_VILLAGE,
    STAGES,
    VILLAGE,
    Log,
    a_policy,
    a_reply,
    body_of,
    three_reports,
)

FIRST: Final = "TC26-000001"
SECOND: Final = "TC26-000002"
LEAD_TASK: Final = f"{FIRST}.1.1"
CO_TASK: Final = f"{FIRST}.1.2"
THIRD_TASK: Final = f"{FIRST}.1.3"
VILLAGE_BODY: Final = body_of(VILLAGE)
OPENED: Final = "03-05 11:00"
"""When `three_reports` open the problem: a Thursday."""

LADDER: Final = (
    NoticeStep(NoticeKind.NUDGED, Span(1, Unit.WORKING_DAYS)),
    NoticeStep(NoticeKind.SUPERVISED, Span(2, Unit.WORKING_DAYS)),
    NoticeStep(NoticeKind.CIRCULATED),
)


def a_tier_policy(**changes: Any) -> TierPolicy:  # noqa: ANN401 - any field
    """Acceptance within 4 working hours, return within a working day, three notices, a watch of ten days."""
    usual = TierPolicy(
        "default",
        (),
        STAGES,
        acceptance=Span(4, Unit.WORKING_HOURS),
        returns_within=Span(1, Unit.WORKING_DAYS),
        notices=LADDER,
        watch=Span(10, Unit.DAYS),
        extension_days_max=5,
    )
    return replace(usual, **changes)


def a_round_policy(
    *,
    co: tuple[str, ...] = (),
    rules: tuple[FrequentRule, ...] = (PER_VILLAGE,),
    **tier: Any,  # noqa: ANN401 - any field
) -> Policy:
    """The test city under that tier policy; `co` take part in every problem about noise."""
    precedents = {("", NOISE): Precedent(NOISE, co=co)} if co else {}
    return a_policy(rules=rules, tiers=(a_tier_policy(**tier),), precedents=precedents)


def a_round(*, co: tuple[str, ...] = (), **tier: Any) -> Log:  # noqa: ANN401 - any field of a tier policy
    """A log in which the village's body leads a problem, opened on Thursday 03-05 at 11:00, with these beside it."""
    log = Log(a_round_policy(co=co, **tier))
    three_reports(log)
    return log


def a_suspicion() -> Log:
    """A log with a problem that waits for an operator's word."""
    log = Log(a_round_policy(rules=(replace(PER_VILLAGE, confirm=Confirmation.OPERATOR),)))
    three_reports(log)
    return log


def ask(log: Log, when: str, kind: type[Command], **said: Any) -> Told:  # noqa: ANN401 - fields of a command
    """Put an operator's command in the log, under an id of its own."""
    number = len(log.told.entries)
    return log.command(when, kind(jurisdiction=CITY, id=f"c{number}", **said))


def reply(
    log: Log,
    when: str,
    said: str,
    task: str = LEAD_TASK,
    agency: str = VILLAGE_BODY,
    **more: Any,  # noqa: ANN401 - fields of a reply
) -> Told:
    """Let an agency reply to a task, under an event id of its own."""
    return log.take(when, a_reply(said, task, agency, f"r{len(log.told.entries)}", **more))


def refusal(told: Told) -> str | None:
    """Why the last message was refused; None when it was taken."""
    return told.entries[-1].code


def problem(log: Log, number: str = FIRST) -> Problem:
    """The problem of a number, open or ended."""
    return log.state.problems[number]


def task(log: Log, number: str = LEAD_TASK) -> Task:
    """The task of a number."""
    found = find_task(log.state, number)
    assert found is not None, f"{number} was never cut"
    return found


def orders(told: Told) -> list[tuple[str, str, str, bool]]:
    """What agencies hear on their own topics: agency, decision, task, recalled."""
    return [
        (said.agency, said.decision.kind, said.task_id, said.recalled)
        for said in told.posts
        if isinstance(said, Order)
    ]


def all_done(log: Log, when: str, *others: tuple[str, str]) -> Told:
    """The lead, then others (task, agency), say that their part is done."""
    told = reply(log, when, "done", result="repaired")
    for number, agency in others:
        told = reply(log, when, "done", number, agency, result="repaired")
    return told
