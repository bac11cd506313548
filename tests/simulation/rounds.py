"""How the naive hub carries a case from tier to tier: who holds it, who leads, whose parts there are, what warns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hub.policies.models import Precedent, Tier
from tests.simulation.nouns import HELD, OWED, Book, Case, Part
from tests.simulation.spans import ends, moved, warns

TIERS = (Tier.VILLAGE, Tier.TOWNSHIP, Tier.COUNTY, Tier.CITY)


def confirm(book: Book, case: Case, reason: str) -> None:
    """Make a suspected case one that is held."""
    case.phase = "confirmed"
    case.clocks.pop("confirmation", None)
    book.say(case, "problem_confirmed", reason)
    book.fresh.append(case)


def carry_on(book: Book) -> None:
    """Start what was confirmed, fold parts into what they are part of, and name who leads what moved."""
    begin(book)
    for case in list(book.moved):
        whole = book.case(case.parent)
        if whole is None or whole.phase not in HELD or whole in book.moved:
            continue
        if whole.held_at == case.held_at:
            book.moved.remove(case)
            total = soonest(book, [whole, case])
            take_in(book, whole, case, "ROLLED_UP")
            keep_total(book, whole, total)
    going, book.moved = book.moved, []
    for case in going:
        _begin_round(book, case)
    joining, book.joining = book.joining, []
    for case, agency in joining:
        whole = book.case(case.number) or book.case(case.into)
        assert whole is not None, "who rose goes on, by itself or in another"
        if all(part.agency != agency for part in at_work(whole)):
            cut(book, whole, agency, "co", "OPERATOR")


def begin(book: Book) -> None:
    """Start the first stage of what was confirmed, at the tier it demands."""
    fresh, book.fresh = book.fresh, []
    for case in fresh:
        if case.confirmed_ms is None:
            case.confirmed_ms = book.origin.at_ms
            case.total = ends(book.policy, book.origin.at_ms, book.ladder(case).total)
            start(case, "total", case.total)
        start_stage(book, case)
        lift(book, case)
        if leader(book, case) is None:
            rise(book, case, "NO_HOLDER")
        move(book, case)


def move(book: Book, case: Case) -> None:
    """Note that a case came into new hands."""
    if case not in book.moved:
        book.moved.append(case)


def above(book: Book, case: Case) -> str | None:
    """Give the next place that may hold a case."""
    parent = book.holds(case).parent
    ceiling = book.ladder(case).ceiling
    if parent is None:
        return None
    if ceiling is not None and TIERS.index(book.policy.places[parent].tier) > TIERS.index(ceiling):
        return None
    return parent


def rise(book: Book, case: Case, reason: str) -> bool:
    """Lift a case to the next place that somebody holds."""
    rose = False
    while (place := above(book, case)) is not None:
        _hand_over(book, case, place)
        book.say(case, "tier_raised", reason, due=case.due)
        rose = True
        if leader(book, case) is not None:
            break
        reason = "NO_HOLDER"
    if rose:
        move(book, case)
    return rose


def lower(book: Book, case: Case) -> bool:
    """Bring a case down to the next place below that somebody holds."""
    chain = book.policy.places[case.place].chain
    floor = book.ladder(case).floor
    for place in reversed(chain[: chain.index(case.held_at)]):
        if floor is not None and TIERS.index(book.policy.places[place].tier) < TIERS.index(floor):
            return False
        if leader(book, replace(case, held_at=place)) is not None:
            _hand_over(book, case, place)
            book.say(case, "tier_lowered", "OPERATOR", due=case.due)
            move(book, case)
            return True
    return False


def _hand_over(book: Book, case: Case, place: str) -> None:
    case.clocks.pop("reply", None)
    if case.paused_ms is not None:
        resume(book, case)
        start_total(book, case)
    case.phase = "treating" if case.phase == "ledgered" else case.phase
    case.held_at = place
    case.round += 1
    case.cut = case.steps = 0
    start_stage(book, case)


def resume(book: Book, case: Case) -> None:
    """End a pause: the clock over all tiers is due later by it."""
    if case.paused_ms is not None:
        span = book.ladder(case).total
        case.total = moved(book.policy, case.total, case.paused_ms, book.origin.at_ms, span)
        case.paused_ms = None


def stage_end(book: Book, case: Case) -> int | None:
    """Give when a stage is over; a pause under way has moved it by as long as it lasts."""
    if case.paused_ms is None:
        return case.due
    span = book.ladder(case).stage.get(book.holds(case).tier)
    return moved(book.policy, case.due, case.paused_ms, book.origin.at_ms, span)


def start_total(book: Book, case: Case) -> None:
    """Let the clock over all tiers run on, unless it is over."""
    if case.total is not None and case.total > book.origin.at_ms:
        case.clocks["total"] = case.total


def start_stage(book: Book, case: Case) -> None:
    """Start a stage at the holding tier."""
    span = book.ladder(case).stage.get(book.holds(case).tier)
    case.stage_ms = book.origin.at_ms
    case.due = ends(book.policy, book.origin.at_ms, span)
    case.clocks.pop("stage", None)
    start(case, "stage", case.due)
    start_warning(book, case)


def start_warning(book: Book, case: Case) -> None:
    """Start the next warning of a stage."""
    case.clocks.pop("warning", None)
    tiers = book.ladder(case)
    span = tiers.stage.get(book.holds(case).tier)
    if case.due is None or span is None:
        return
    for fraction in tiers.warns_at:
        due = warns(book.policy, case.stage_ms, case.due, fraction, span)
        if due > book.origin.at_ms:
            case.clocks["warning"] = due
            return


def lift(book: Book, case: Case, *joining: str) -> bool:
    """Lift a case to the lowest tier that may hold it, for each reason there is; `joining` is about to take part."""
    before = case.round
    for tier, reason in list(_floors(book, case, joining)):
        while TIERS.index(book.holds(case).tier) < TIERS.index(tier):
            if not rise(book, case, reason):
                return case.round > before
    return case.round > before


def _floors(book: Book, case: Case, joining: tuple[str, ...]) -> Iterator[tuple[Tier, str]]:
    tiers = book.ladder(case)
    if tiers.floor is not None:
        yield tiers.floor, "FLOOR"
    if case.severity in tiers.rises.severity:
        yield tiers.rises.severity[case.severity], "SEVERITY"
    own = TIERS.index(book.policy.places[case.place].tier)
    if TIERS.index(book.holds(case).tier) != own:
        return
    next_up = TIERS[min(own + 1, 3)]
    if tiers.rises.child_areas_min and _areas(book, case, own) >= tiers.rises.child_areas_min:
        yield next_up, "CHILD_AREAS"
    if tiers.rises.agencies_min and len(_bodies(book, case, joining)) >= tiers.rises.agencies_min:
        yield next_up, "AGENCIES"


def _bodies(book: Book, case: Case, joining: tuple[str, ...]) -> set[str]:
    """Give who takes part, or, before anything is cut, who will."""
    bodies = {part.agency for part in at_work(case)}
    found = leader(book, case)
    if not bodies and found is not None:
        agreed = precedent(book, case)
        known = {agency for agency in (agreed.co if agreed else ()) if agency in book.policy.agencies}
        bodies = {found[0]} | known
    return bodies | set(joining)


def _areas(book: Book, case: Case, own: int) -> int:
    if own == 0:
        return 0
    places = book.policy.places
    chains = [places[one.place].chain for one in case.matters.values() if one.counts]
    return len({code for chain in chains for code in chain if places[code].tier == TIERS[own - 1]})


def leader(book: Book, case: Case) -> tuple[str, str] | None:
    """Give who leads at the holding place, and why."""
    agreed = precedent(book, case)
    if agreed is not None and agreed.lead in book.policy.agencies:
        return agreed.lead, "PRECEDENT"
    for category in (case.category, case.category[0]):
        for agency in book.policy.departments.get((case.held_at, category), ()):
            return agency, "CATEGORY"
    body = book.policy.holders.get(case.held_at)
    return None if body is None else (body, "TERRITORY")


def precedent(book: Book, case: Case) -> Precedent | None:
    """Give the nearest precedent: learned here, agreed here, agreed everywhere, and the same a category up."""
    for category in dict.fromkeys((case.category, case.category[0])):
        for known, key in (
            (book.learned, (case.held_at, category)),
            (book.policy.precedents, (case.held_at, category)),
            (book.policy.precedents, ("", category)),
        ):
            if key in known:
                return known[key]
    return None


def of_round(case: Case) -> list[Part]:
    """Give the parts of the present round."""
    return [part for part in case.parts if part.round == case.round]


def at_work(case: Case) -> list[Part]:
    """Give the parts of the present round that are somebody's."""
    return [part for part in of_round(case) if part.phase not in ("passed", "waived")]


def _begin_round(book: Book, case: Case) -> None:
    before = {part.agency for part in case.parts if part.round < case.round and _had(part)}
    for part in case.parts:
        if part.round < case.round and part.phase in OWED:
            end(part, "passed")
    found = leader(book, case)
    if found is not None:
        lead, reason = found
        name_lead(book, case, lead, reason, "LEAD")
        agreed = precedent(book, case)
        for agency in dict.fromkeys(agreed.co if agreed else ()):
            if agency in book.policy.agencies and agency != lead:
                cut(book, case, agency, "co", "PRECEDENT")
    for agency in sorted(before - {part.agency for part in at_work(case)}):
        number = f"{case.number}.{case.round}.copy-{agency}"
        case.parts.append(
            Part(number, case.round, agency, "copy", book.origin.at_ms, None, None, phase="passed")
        )


def _had(part: Part) -> bool:
    """Whether a part was its agency's, or it was in copy already."""
    if part.phase == "waived":
        return part.role == "lead"
    return part.role == "copy" or part.phase in ("cut", "accepted", "ledgered", "done", "verified")


def name_lead(book: Book, case: Case, agency: str, reason: str, why: str) -> None:
    """Name who leads; who led before works on."""
    for part in of_round(case):
        if part.role == "lead":
            part.role = "co"
    case.lead = agency
    book.say(case, "lead_named", reason, agency=agency, due=case.due)
    mine = [part for part in at_work(case) if part.agency == agency][:1]
    if mine and mine[0].phase in OWED:
        mine[0].role = "lead"
    else:
        cut(book, case, agency, "lead", why)


def cut(book: Book, case: Case, agency: str, role: str, why: str, *, returns: int = 0) -> None:
    """Cut one part and start its clocks."""
    case.phase = "treating"
    case.cut += 1
    tiers, at_ms = book.ladder(case), book.origin.at_ms
    part = Part(
        f"{case.number}.{case.round}.{case.cut}",
        case.round,
        agency,
        role,
        at_ms,
        ends(book.policy, at_ms, tiers.returns_within),
        case.due,
        returns=returns,
        ruled=why == "RULED",
    )
    case.parts.append(part)
    start(part, "acceptance", ends(book.policy, at_ms, tiers.acceptance))
    listen(book, case, part)
    book.say(case, "task_cut", why, part=part, due=part.due)


def listen(book: Book, case: Case, part: Part) -> None:
    """Let an agency's silence begin anew."""
    start(part, "silence", ends(book.policy, book.origin.at_ms, book.ladder(case).silent))


def end(part: Part, phase: str) -> None:
    """End a part: none of its clocks runs on."""
    part.phase, part.asked = phase, ""
    part.clocks.clear()


def take_in(book: Book, whole: Case, other: Case, reason: str) -> None:
    """Let a case go on as part of another."""
    for matter, listed in sorted(other.matters.items()):
        known = whole.matters.get(matter)
        if known is None or (listed.counts and not known.counts):
            whole.matters[matter] = replace(listed)
    whole.severity = min(whole.severity, other.severity)
    leave_work(other, "merged")
    other.into = whole.number
    whole.claims += [cell for cell in other.claims if cell not in whole.claims]
    for case in book.cases:
        if case.parent == other.number and book.case(case.number):
            case.parent = _parent_after(book, case, other, whole)
    book.say(other, "problem_merged", reason, into=whole.number)


def soonest(book: Book, cases: list[Case]) -> int | None:
    """Give the earliest total due of what somebody has; a pause moves it by as long as it lasted."""
    dues = []
    for case in cases:
        due = case.total if case.phase in (*HELD, "ledgered") else None
        if case.paused_ms is not None:
            due = moved(book.policy, due, case.paused_ms, book.origin.at_ms, book.ladder(case).total)
        dues.append(due)
    return min((due for due in dues if due is not None), default=None)


def keep_total(book: Book, whole: Case, total: int | None) -> None:
    """Keep what was promised of any part."""
    if total is not None and (whole.total is None or total < whole.total):
        whole.total = total
        if whole.phase in HELD:
            whole.clocks["total"] = max(total, book.origin.at_ms)


def _parent_after(book: Book, case: Case, gone: Case, whole: Case) -> str:
    if case is whole:
        return gone.parent if gone.parent != whole.number else ""
    if whole.place in book.policy.places[case.place].chain and case.category.startswith(whole.category):
        return whole.number
    return gone.parent if gone.parent != case.number else ""


def leave_work(case: Case, phase: str) -> None:
    """End a case with all its clocks and what its agencies still owe."""
    case.phase = phase
    case.due = None
    case.clocks.clear()
    for part in case.parts:
        if part.phase in OWED:
            end(part, "passed" if phase == "merged" else "waived")
        part.clocks.clear()


def start(owner: Case | Part, kind: str, due: int | None) -> None:
    """Start a clock, if there is one."""
    if due is not None:
        owner.clocks[kind] = due
