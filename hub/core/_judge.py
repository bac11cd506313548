"""What a person's word about a pair changes: the later matter counts nowhere, or exactly where it did before."""

from __future__ import annotations

from msgspec.structs import replace

from hub.core._said import Turn
from hub.core.correlate import correlate, leave
from hub.model.lifecycle import is_open
from hub.model.matter import Matter, Standing
from hub.model.pair import Pair, PairStanding
from hub.model.state import displace_matter, keep_episode, keep_member, keep_pair, keep_problem, place_matter
from hub.schemas.answers import CommandCode


def judge(turn: Turn, pair_id: str, *, same: bool) -> CommandCode | None:
    """Two matters are one from here, or are two after all.

    A matter is told again at most once, and what is told again has no other told again.
    """
    state = turn.state
    pair = state.pairs.get(pair_id)
    if pair is None:
        return CommandCode.UNKNOWN_PAIR
    standing = PairStanding.CONFIRMED if same else PairStanding.APART
    if standing is pair.standing or (same and {pair.first, pair.second} & state.twins.keys()):
        return CommandCode.NOT_ALLOWED
    if same and pair.second in state.twins.values():
        return CommandCode.NOT_ALLOWED
    if same:
        _make_one(turn, pair)
    elif pair.standing is PairStanding.CONFIRMED:
        _make_two(turn, pair)
    else:
        keep_pair(state, pair._replace(standing=standing))
    return None


def release(turn: Turn, first: str) -> None:
    """A matter was withdrawn: what told it again stands for itself from here."""
    state = turn.state
    for second in [second for second, known in state.twins.items() if known == first]:
        pair = next(one for one in state.pairs.values() if one.first == first and one.second == second)
        _make_two(turn, pair)


def _make_one(turn: Turn, pair: Pair) -> None:
    state = turn.state
    second = state.matters[pair.second]
    if second.standing is not Standing.WITHDRAWN:
        displace_matter(state, second)
    left = leave(turn, second.key)
    keep_pair(state, pair._replace(standing=PairStanding.CONFIRMED, problems=" ".join(left)))
    keep_episode(state, second)


def _make_two(turn: Turn, pair: Pair) -> None:
    state = turn.state
    second = state.matters[pair.second]
    keep_pair(state, pair._replace(standing=PairStanding.APART, problems=""))
    if second.standing is Standing.WITHDRAWN:
        return
    cells = place_matter(state, second)
    for number in pair.problems.split():
        _count_again(turn, number, second)
    correlate(turn, second, cells)


def _count_again(turn: Turn, number: str, matter: Matter) -> None:
    """Let a matter count in a problem as it did; one that ended since keeps what it ended with."""
    state = turn.state
    problem = state.problems.get(number)
    member = state.members.get(number, {}).get(matter.key)
    if problem is None or member is None or member.counts or not is_open(problem.phase):
        return
    keep_member(state, number, member._replace(counts=True))
    keep_problem(state, replace(problem, matters=problem.matters + 1))
