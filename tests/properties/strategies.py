"""Any log of the test city: what agencies may say, in any order, with repeats, at any pace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final, cast

from hypothesis import strategies as st

from hub.core._fold import fold
from hub.core._posts import Told
from hub.model.lifecycle import is_open
from hub.model.state import State, empty_state, find_task
from hub.policies.models import (
    Agency,
    Confirmation,
    FrequentRule,
    Limits,
    NoticeKind,
    NoticeStep,
    Policy,
    Precedent,
    Rises,
    Span,
    Tier,
    TierPolicy,
    Unit,
    Verification,
)
from hub.schemas.commands import (
    AddCoAgency,
    AnswerAsked,
    Command,
    ConfirmProblem,
    DismissProblem,
    GiveNotice,
    LowerProblem,
    MergeProblems,
    NameLead,
    RaiseProblem,
    RecutTask,
    ReopenProblem,
    ReplyTask,
    RuleTask,
    SettleProblem,
    SplitProblem,
    VerifyTask,
    WaiveTask,
)
from hub.schemas.inbox import Item, Message, Packed, Tick
from hub.schemas.reasons import DismissReason
from tests.builders import (
    CITY,
    COURT,
    HEARTBEAT,
    HOTLINE,
    NEXT_VILLAGE,
    NOISE,
    POLICY,
    TOWN,
    VILLAGE,
    WATER,
    a_policy,
    a_rejected,
    a_reply,
    a_report,
    an_update,
    at,
)

START: Final = at("02-10 08:00")
HOUR: Final = 3_600_000

BODY: Final = "body"
"""One body holds every place, so that a drawn reply is often from whom the task is."""

ROUNDS: Final = TierPolicy(
    "default",
    (),
    {
        Tier.VILLAGE: Span(3, Unit.WORKING_DAYS),
        Tier.TOWNSHIP: Span(5, Unit.DAYS),
        Tier.COUNTY: Span(30, Unit.WORKING_HOURS),
        Tier.CITY: Span(7, Unit.WORKING_DAYS),
    },
    acceptance=Span(4, Unit.WORKING_HOURS),
    returns_within=Span(2, Unit.DAYS),
    total=Span(40, Unit.WORKING_DAYS),
    warns_at=(0.5, 0.8),
    silent=Span(3, Unit.DAYS),
    notices=(
        NoticeStep(NoticeKind.NUDGED, Span(1, Unit.WORKING_DAYS)),
        NoticeStep(NoticeKind.SUPERVISED, Span(30, Unit.HOURS)),
        NoticeStep(NoticeKind.LISTED),
    ),
    verification=Verification.REVISIT,
    revisit_satisfied_min=0.5,
    watch=Span(10, Unit.DAYS),
    extension_days_max=5,
    rises=Rises(severity={2: Tier.TOWNSHIP}, child_areas_min=2, not_accepted_min=2),
)

# Low bars and a short memory, so that a short log meets problems, rises and forgotten ids.
EAGER: Final = a_policy(
    limits=Limits(remember_days=4),
    rules=(
        FrequentRule("village", Tier.VILLAGE, 2, 5, 2, Confirmation.AUTO),
        FrequentRule("town", Tier.TOWNSHIP, 1, 9, 3, Confirmation.AFTER, confirm_after=Span(2, Unit.DAYS)),
    ),
    tiers=(ROUNDS,),
    holders=dict.fromkeys(POLICY.places, BODY),
    agencies=POLICY.agencies | {BODY: Agency(BODY, "属地", "Body", CITY, publishes=False)},
    precedents={("", NOISE): Precedent(NOISE, co=(COURT,))},
)

STATUSES: Final = ("accepted", "transferred", "resolved", "reopened", "unresolved", "withdrawn", "diverted")


def events() -> st.SearchStrategy[Item]:
    """One item as intake may write it; few names, so that repeats and updates meet."""
    ids = st.integers(0, 14).map("e{}".format)
    matters = st.integers(0, 6).map("m{}".format)
    places = st.sampled_from((VILLAGE, VILLAGE, NEXT_VILLAGE, TOWN))
    categories = st.sampled_from((NOISE, NOISE, WATER))
    late_ms = st.integers(0, 12 * 24).map(lambda hours: hours * HOUR)
    reports = st.builds(
        lambda event, matter, place, category, late, severity: a_report(
            matter, event, place=place, category=category, at_ms=-late, severity=severity
        ),
        ids,
        matters,
        places,
        categories,
        late_ms,
        st.sampled_from((4, 4, 4, 2)),
    )
    updates = st.builds(
        lambda event, matter, status, word: an_update(status, matter, event, satisfaction=word),
        ids,
        matters,
        st.sampled_from(STATUSES),
        st.sampled_from(("", "satisfied", "dissatisfied")),
    )
    corrections = st.builds(
        lambda event, matter, place, category: an_update(
            "corrected", matter, event, place=place, category=category
        ),
        ids,
        matters,
        places,
        st.sampled_from(("", NOISE, WATER)),
    )
    rest = st.builds(lambda event: a_report("", event, type=HEARTBEAT), ids)
    rejected = st.builds(a_rejected, st.sampled_from(("refused", "quarantined")), ids)
    said = st.one_of(reports, reports, reports, updates, corrections, rest, rejected)
    return st.builds(
        lambda item, agency, partition: item._replace(agency=agency, partition=partition),
        said,
        st.sampled_from((HOTLINE, HOTLINE, COURT)),
        st.integers(0, 1),
    )


AGENCIES: Final = (BODY, COURT, HOTLINE)
SAID: Final[tuple[dict[str, object], ...]] = (
    {"reply": "accept"},
    {"reply": "return", "ground": "not ours"},
    {"reply": "return", "ground": "not ours"},
    {"reply": "progress", "note": "on it"},
    {"reply": "done", "result": "repaired"},
    {"reply": "done", "result": "repaired"},
    {"reply": "extend", "days": 2, "ground": "late"},
    {"reply": "ledger", "ground": "winter", "review_on": "2026-03-10"},
)
ASKED: Final[tuple[type[Command], ...]] = (
    ConfirmProblem,
    DismissProblem,
    MergeProblems,
    SplitProblem,
    NameLead,
    AddCoAgency,
    GiveNotice,
    RaiseProblem,
    LowerProblem,
    SettleProblem,
    ReopenProblem,
    RecutTask,
    RuleTask,
    RuleTask,
    WaiveTask,
    AnswerAsked,
    AnswerAsked,
    ReplyTask,
    VerifyTask,
    VerifyTask,
    VerifyTask,
)
WAITS_FOR: Final[dict[type[Command], tuple[str, ...]]] = {
    ConfirmProblem: ("suspected",),
    ReopenProblem: ("settled",),
    RecutTask: ("returned",),
    RuleTask: ("disputed",),
    VerifyTask: ("done",),
}
"""In which phase a command finds something to do; the others are asked of whatever is open."""


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody does, before it is known to what: the `pick`-th thing there is when its turn comes."""

    pick: int
    kind: type[Command] | None = None
    said: dict[str, object] = field(default_factory=dict)


def acts() -> st.SearchStrategy[Act]:
    """One reply of an agency, or one thing an operator asks."""
    picks = st.integers(0, 40)
    replied = st.builds(Act, picks, st.none(), st.sampled_from(SAID))
    return st.one_of(replied, st.builds(Act, picks, st.sampled_from(ASKED)))


def played(state: State, act: Act, number: int) -> Item | Command:
    """Give what an act comes to in the state it meets."""
    live = sorted(problem.id for problem in state.problems.values() if is_open(problem.phase))
    tasks = sorted(task for problem_id in live for task in state.tasks.get(problem_id, {}))
    if act.kind is not None:
        return _command(state, act, number, live, tasks)
    late = [task for task in tasks if int(task.split(".")[1]) == state.problems[task.split(".")[0]].round]
    task_id = _picked(late or tasks, act.pick, f"{FIRST}.1.1")
    task = find_task(state, task_id)
    agency = HOTLINE if task is None or act.pick % 9 == 0 else task.agency
    more = {name: value for name, value in act.said.items() if name != "reply"}
    return a_reply(str(act.said["reply"]), task_id, agency, f"r{number}", **more)


def _command(state: State, act: Act, number: int, live: list[str], tasks: list[str]) -> Command:
    kind, pick = act.kind, act.pick
    assert kind is not None, "an act of an operator has a kind"
    phases = WAITS_FOR.get(kind, ())
    said: dict[str, object] = {"jurisdiction": state.jurisdiction, "id": f"c{number - (pick % 11 == 0)}"}
    fields = kind.__dataclass_fields__
    if "problem_id" in fields:
        fit = [one for one in live if state.problems[one].phase in phases]
        said["problem_id"] = _picked(fit or live, pick, FIRST)
    else:
        found = [task for task in map(partial(find_task, state), tasks) if task is not None]
        wanted = [one.id for one in found if one.phase in phases or (kind is AnswerAsked and one.asked)]
        said["task_id"] = _picked(wanted or tasks, pick, f"{FIRST}.1.1")
    more: dict[str, object] = {
        "agency": BODY if kind is SettleProblem else AGENCIES[pick % 3],
        "reason": DismissReason.EXPECTED,
        "others": tuple(live[pick % 2 : pick % 2 + 2]) or (FIRST,),
        "matters": tuple(sorted(state.members.get(str(said.get("problem_id")), {}))[: 1 + pick % 2])
        or ("none",),
        "step": ("supervised", "vetoed")[pick % 2],
        "granted": pick % 4 > 0,
        "passed": pick % 4 > 0,
        "reply": ("accept", "done", "extend", "ledger")[pick % 4],
    }
    build = cast("Callable[..., Command]", kind)
    return build(**said, **{name: value for name, value in more.items() if name in fields})


def _picked(names: list[str], pick: int, otherwise: str) -> str:
    return names[pick % len(names)] if names else otherwise


@dataclass(frozen=True, slots=True)
class Pace:
    """One record before it has its place: hours after the one before, and what is in it; nothing: a tick."""

    hours: int
    items: tuple[Item, ...]
    act: Act | None = None


def paces() -> st.SearchStrategy[list[Pace]]:
    """A log's records in order; between them from no time to a fortnight; most begin with what makes problems."""
    hours = st.sampled_from((0, 0, 0, 1, 1, 2, 5, 20, 60, 330))
    packed = st.builds(Pace, hours, st.lists(events(), max_size=4).map(tuple))
    acted = st.builds(Pace, hours, st.just(()), acts())
    rest = st.lists(st.one_of(packed, acted, acted, acted), min_size=1, max_size=18)
    return st.builds(lambda first, then: [*first, *then], st.sampled_from(BEGINNINGS), rest)


FIRST: Final = "TC26-000001"
VILLAGE_NOISE: Final = Pace(1, tuple(a_report(f"m{n}", f"b{n}") for n in range(3)))
NEXT_NOISE: Final = Pace(2, tuple(a_report(f"m{n}", f"b{n}", place=NEXT_VILLAGE) for n in (3, 4)))
BEGINNINGS: Final = ((), (VILLAGE_NOISE,), (VILLAGE_NOISE,), (VILLAGE_NOISE, NEXT_NOISE))


def dated(paces: list[Pace], policy: Policy) -> list[tuple[int, Message]]:
    """Give each record its append time and its message, and each item its position and its own time.

    An act is played against the state that the log before it made.
    """
    now_ms, position = START, 0
    city = policy.jurisdiction
    state = empty_state(policy)
    log: list[tuple[int, Message]] = []
    for pace in paces:
        now_ms += pace.hours * HOUR
        message: Message | None = None
        drawn = pace.items
        if pace.act is not None:
            act = played(state, pace.act, len(log))
            if isinstance(act, Item):
                drawn = (act,)
            else:
                message = act
        items = []
        for item in drawn:
            position += 1
            # A negative time says how long before the record the event happened.
            items.append(item._replace(position=position, at_ms=now_ms + item.at_ms, clock_ms=now_ms))
        message = message or (Packed(jurisdiction=city, items=items) if items else Tick())
        fold(state, policy, message, now_ms, Told())
        log.append((now_ms, message))
    return log


def logs(policy: Policy = EAGER) -> st.SearchStrategy[list[tuple[int, Message]]]:
    """Any log of a city."""
    return paces().map(lambda drawn: dated(drawn, policy))
