"""Live answers: an agency replies to its own orders, the desk acts for the rest, and what has moved on is let go."""

from __future__ import annotations

from dataclasses import replace

from hub.policies.models import Agency
from hub.tools.simulate.acts import Saying, command_of, reply_event, speaks
from hub.tools.simulate.answer import Plan, heard
from hub.tools.simulate.habits import Habits
from tests.tools.city import a_city

NOW = 1_750_000_000.0
SPEED = 200.0
BODY = "body-110101"
CITY = a_city()
POLICY = replace(
    CITY, agencies=CITY.agencies | {BODY: Agency(BODY, "渡口社区", "Ferry", "110101", publishes=False)}
)


def a_saying(kind: str, agency: str = "hotline", task: str = "LC25-000001.1.1", at: float = NOW) -> Saying:
    due = at + 5 * 86_400
    return Saying(kind, "LEAD", at, "LC25-000001", "village", "110101", "A1", agency, task, due)


def a_plan(agency: str, seed: int) -> Plan:
    """A plan that knows of a confirmed problem and of a task that was just cut, before anybody was told."""
    plan = Plan(POLICY, Habits(POLICY, seed), SPEED, began=NOW)
    plan.hear(a_saying("problem_confirmed", "", ""), NOW)
    plan.hear(a_saying("task_cut", agency), NOW)
    return plan


def acts(plan: Plan, until: float) -> list[str]:
    """Who does what until an instant."""
    found = []
    while (act := plan.due(until)) is not None:
        found.append(f"{act.agency or 'desk'} {act.verb}")
    return found


def a_prompt_seed(agency: str) -> int:
    """A seed with which the agency accepts in time."""
    habits = (Habits(POLICY, seed) for seed in range(50))
    board = a_plan(agency, 0).board
    saying = a_saying("task_cut", agency)
    return next(h.seed for h in habits if any(a.verb == "accept" for a in h.hear(saying, board)))


def test_an_agency_with_a_topic_replies_when_its_order_reaches_it_and_not_before() -> None:
    plan = a_plan("hotline", a_prompt_seed("hotline"))
    assert acts(plan, NOW + 3600) == []

    plan.hear(a_saying("task_cut"), NOW, agency="hotline")

    assert acts(plan, NOW + 3600)[0] == "hotline accept"


def test_the_desk_answers_for_a_body_without_topics() -> None:
    plan = a_plan(BODY, a_prompt_seed(BODY))

    planned = plan.agenda[0][2]

    assert not speaks(planned, POLICY)
    assert acts(plan, NOW + 3600)[0] == f"{BODY} accept"
    command = command_of(planned, POLICY, "a-1")
    assert (command.kind, command.jurisdiction) == ("reply_task", POLICY.jurisdiction)


def test_nobody_answers_faster_than_the_live_city_lives() -> None:
    plan = a_plan("hotline", a_prompt_seed("hotline"))

    plan.hear(a_saying("task_cut"), NOW, agency="hotline")

    assert NOW + 5 <= plan.agenda[0][0] < NOW + 3 * 86_400 / SPEED


def test_a_task_that_went_to_others_is_let_go() -> None:
    plan = a_plan("hotline", a_prompt_seed("hotline"))
    plan.hear(a_saying("task_cut"), NOW, agency="hotline")

    plan.hear(a_saying("task_cut", "police", "LC25-000001.2.1"), NOW + 1)

    assert [act for act in acts(plan, NOW + 10 * 3600) if act.startswith("hotline")] == []


def test_what_was_decided_long_ago_is_learnt_and_not_answered() -> None:
    plan = Plan(POLICY, Habits(POLICY, 1), SPEED, began=NOW)

    plan.hear(a_saying("problem_suspected", "", "", at=NOW - 60 * 86_400), NOW)

    assert plan.agenda == []
    assert plan.board.stands == {"LC25-000001": "problem_suspected"}


def test_a_decision_line_is_heard_with_its_moments() -> None:
    line = {
        "kind": "task_cut",
        "reason": "LEAD",
        "at": "2025-06-15T23:06:40+08:00",
        "problem_id": "LC25-000001",
        "tier": "village",
        "place": "110101",
        "category": "A1",
        "agency": "hotline",
        "task_id": "LC25-000001.1.1",
        "due_at": "2025-06-20T23:06:40+08:00",
    }

    assert heard(line) == a_saying("task_cut", at=1_750_000_000.0)


def test_a_reply_is_an_event_of_the_agency_that_owes_it() -> None:
    plan = a_plan("hotline", a_prompt_seed("hotline"))
    plan.hear(a_saying("task_cut"), NOW, agency="hotline")

    event = reply_event(plan.agenda[0][2], "a-1", "2025-06-15T23:10:00+08:00")

    assert event["source"] == "urn:linkage:agency:hotline"
    assert event["data"] == {"task_id": "LC25-000001.1.1", "reply": "accept"}
