"""Who may ask what: a seat asks for what its role may, where it holds, at the command's place in the log."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from hub.console.deeds import JUDGE, OF_PROBLEM, OF_TASK
from hub.core._seats import ACTORS, CENTRE
from hub.schemas.commands import (
    AdoptPolicy,
    Command,
    ConfirmProblem,
    DismissProblem,
    MergeProblems,
    NameLead,
    RaiseProblem,
    ReplyTask,
    Seat,
    SettleProblem,
    VerifyTask,
    WaiveTask,
    written,
)
from hub.schemas.reasons import DismissReason
from tests.builders import CITY, COUNTY, COURT, NEXT_VILLAGE, TOWN, VILLAGE, Log, a_report, body_of
from tests.core.rounds import CO_TASK, FIRST, LEAD_TASK, SECOND, VILLAGE_BODY, a_round, ask, problem, refusal

OF_THE_CITY = Seat(role="duty", territory=CITY)
OF_THE_TOWN = Seat(role="duty", territory=TOWN)
OF_NEXT_VILLAGE = Seat(role="duty", territory=NEXT_VILLAGE)
NOON = "03-05 12:00"


def an_agency(agency: str) -> Seat:
    return Seat(role="agency", territory=CITY, agency=agency)


def answer(log: Log, seat: Seat | None, kind: type[Command], **said: Any) -> str | None:  # noqa: ANN401 - any field
    """Why a command from a seat is refused; None where it is done. A refusal says nothing else."""
    told = ask(log, NOON, kind, seat=seat, **said)
    code = refusal(told)
    assert code is None or told.posts == []
    return code


def test_an_agency_answers_its_own_task() -> None:
    said = {"task_id": CO_TASK, "agency": COURT, "reply": "accept"}

    assert answer(a_round(co=(COURT,)), an_agency(COURT), ReplyTask, **said) is None


def test_an_agency_answers_nobody_else_s_task_though_it_names_whose_it_is() -> None:
    said = {"task_id": LEAD_TASK, "agency": VILLAGE_BODY, "reply": "accept"}

    assert answer(a_round(co=(COURT,)), an_agency(COURT), ReplyTask, **said) == "NOT_THE_ACTOR"


def test_an_agency_does_not_answer_another_s_task_in_its_own_name() -> None:
    said = {"task_id": LEAD_TASK, "agency": COURT, "reply": "accept"}

    assert answer(a_round(co=(COURT,)), an_agency(COURT), ReplyTask, **said) == "UNKNOWN_TASK"


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (RaiseProblem, {"problem_id": FIRST}),
        (NameLead, {"problem_id": FIRST, "agency": COURT}),
        (WaiveTask, {"task_id": CO_TASK}),
        (VerifyTask, {"task_id": LEAD_TASK, "passed": True}),
        (SettleProblem, {"problem_id": FIRST, "agency": body_of(TOWN)}),
        (AdoptPolicy, {"version": "v2"}),
    ],
)
def test_what_is_the_centre_s_no_agency_and_no_monitor_asks_for(
    kind: type[Command], said: dict[str, Any]
) -> None:
    log = a_round(co=(COURT,))

    for seat in (an_agency(COURT), Seat(role="monitor", territory=CITY)):
        assert answer(log, seat, kind, **said) == "NOT_THE_ACTOR"


@pytest.mark.parametrize("seat", [OF_THE_CITY, OF_THE_TOWN, Seat(role="duty", territory=VILLAGE), None])
def test_the_centre_acts_on_what_lies_where_it_holds(seat: Seat | None) -> None:
    assert answer(a_round(), seat, RaiseProblem, problem_id=FIRST) is None


@pytest.mark.parametrize("seat", [OF_NEXT_VILLAGE, Seat(role="duty"), Seat(role="duty", territory="nowhere")])
def test_what_lies_elsewhere_is_refused_task_or_problem(seat: Seat) -> None:
    log = a_round(co=(COURT,))

    assert answer(log, seat, RaiseProblem, problem_id=FIRST) == "OUTSIDE_TERRITORY"
    assert answer(log, seat, WaiveTask, task_id=CO_TASK) == "OUTSIDE_TERRITORY"


def test_a_seat_may_act_where_its_agency_takes_part() -> None:
    seat = Seat(role="duty", territory=NEXT_VILLAGE, agency=COURT)

    assert answer(a_round(), seat, RaiseProblem, problem_id=FIRST) == "OUTSIDE_TERRITORY"
    assert answer(a_round(co=(COURT,)), seat, RaiseProblem, problem_id=FIRST) is None


def test_a_merge_takes_in_nothing_that_lies_elsewhere() -> None:
    log = a_round()
    log.take("03-05 11:30", *(a_report(f"n{n}", place=NEXT_VILLAGE) for n in range(3)))

    said = {"problem_id": SECOND, "others": (FIRST,)}

    assert answer(log, OF_NEXT_VILLAGE, MergeProblems, **said) == "OUTSIDE_TERRITORY"
    assert answer(log, OF_THE_TOWN, MergeProblems, **said) is None


@pytest.mark.parametrize(
    ("seat", "code"),
    [
        (Seat(role="leader", territory=VILLAGE), "OUTSIDE_TERRITORY"),
        (Seat(role="leader", territory=TOWN), None),
        (Seat(role="leader", territory=COUNTY), None),
        (Seat(role="duty", territory=COUNTY), "NOT_THE_ACTOR"),
    ],
)
def test_to_settle_by_force_takes_a_head_of_the_tier_above(seat: Seat, code: str | None) -> None:
    log = a_round()

    assert answer(log, seat, SettleProblem, problem_id=FIRST, agency=body_of(TOWN)) == code


def test_a_policy_is_the_whole_city_s() -> None:
    log = a_round()
    said = {"version": "v2", "by": "one", "proposed_by": "another"}

    assert answer(log, Seat(role="admin", territory=TOWN), AdoptPolicy, **said) == "OUTSIDE_TERRITORY"
    assert answer(log, Seat(role="admin", territory=CITY), AdoptPolicy, **said) == "UNKNOWN_POLICY"


def test_what_nobody_knows_is_refused_as_that() -> None:
    assert answer(a_round(), OF_NEXT_VILLAGE, ConfirmProblem, problem_id=SECOND) == "UNKNOWN_PROBLEM"


def test_a_command_of_a_log_without_seats_is_judged_without_and_written_without() -> None:
    log = a_round()
    command = DismissProblem(jurisdiction=CITY, id="c1", problem_id=FIRST, reason=DismissReason.EXPECTED)

    log.command(NOON, command)

    assert problem(log).phase == "dismissed"
    assert "seat" not in written(command)


def test_a_screen_offers_to_a_role_what_the_core_lets_it_ask_for() -> None:
    for deed in (*OF_PROBLEM.values(), *OF_TASK.values(), JUDGE):
        assert {role.value for role in deed.roles} <= ACTORS.get(deed.command, CENTRE), deed.command


def test_every_kind_that_has_actors_of_its_own_is_a_command() -> None:
    kinds = {kind.__dataclass_fields__["kind"].default for kind in get_args(Command)}

    assert ACTORS.keys() <= kinds
