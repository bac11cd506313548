"""Who reports what: agencies with an events topic, by the role their name tells, within what they may."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hub.tools.simulate.demand import KINDS, Draw

if TYPE_CHECKING:
    from hub.policies.models import Agency, Policy
    from hub.tools.simulate.demand import Spot, Topic

NATURES: Final = ("complaint", "help", "consultation", "suggestion", "request", "report")


@dataclass(frozen=True, slots=True)
class Role:
    """How one sort of agency reports.

    `shares` are its weights among petitions, disputes and incidents; `takes_any` says for which of them
    it reports every category (else only those it answers for). `natures` follow `NATURES`; `promise_days` is
    what it tells people (0: working days of the hotline rule), `mediation` the kinds of mediation it offers.
    """

    words: str
    shares: tuple[float, float, float]
    takes_any: tuple[bool, bool, bool]
    channels: tuple[tuple[str, float], ...]
    natures: tuple[float, ...]
    repeat_share: float
    promise_days: int
    mediation: tuple[str, ...] = ()


# The share of the phone is that of large hotlines (about nine tenths). A court or a police station takes any
# dispute for mediation (律调进院, 公调对接).
ROLES: Final = (
    Role(
        "12345|热线|便民|hotline|311",
        (62, 5, 14),
        (True, True, True),
        (("hotline", 88), ("online", 12)),
        (54, 18, 20, 6, 1, 1),
        0.07,
        0,
    ),
    Role(
        "信访|petition|ombuds",
        (13, 2, 0),
        (True, True, True),
        (("letter", 22), ("visit", 28), ("online", 50)),
        (26, 8, 2, 8, 50, 6),
        0.26,
        60,
    ),
    Role(
        "综治|网格|治理中心|联动|grid|neighbourhood",
        (15, 56, 42),
        (True, True, True),
        (("grid", 84), ("patrol", 16)),
        (42, 38, 2, 10, 2, 6),
        0.05,
        7,
        ("people",),
    ),
    Role(
        "公安|派出所|警|police",
        (5, 14, 20),
        (False, True, False),
        (("police", 100),),
        (48, 34, 4, 2, 2, 10),
        0.06,
        7,
        ("police_station",),
    ),
    Role(
        "法院|court",
        (0, 7, 0),
        (False, True, False),
        (("court", 100),),
        (20, 20, 0, 0, 60, 0),
        0.05,
        30,
        ("judicial", "judicial", "lawyer_in_court", "mobile_court"),
    ),
    Role(
        "司法|调解|justice|mediat",
        (1, 16, 0),
        (False, True, False),
        (("mediation", 100),),
        (15, 45, 5, 0, 35, 0),
        0.05,
        30,
        ("people", "people", "administrative"),
    ),
    Role(
        "应急|消防|emergency|fire",
        (2, 0, 24),
        (False, False, False),
        (("patrol", 40), ("inspection", 45), ("other", 15)),
        (30, 40, 2, 2, 0, 26),
        0.03,
        3,
    ),
)
DEPARTMENT: Final = Role(
    "",
    (7, 1, 10),
    (False, False, False),
    (("online", 46), ("inspection", 38), ("other", 16)),
    (44, 20, 22, 8, 4, 2),
    0.06,
    15,
)


@dataclass(frozen=True, slots=True)
class Reporter:
    """An agency that reports, with its draws made once."""

    id: str
    source: str
    territory: str
    categories: frozenset[str]
    role: Role
    channels: tuple[str, ...]
    channel_draw: Draw
    nature_draw: Draw


def make_reporters(policy: Policy) -> tuple[Reporter, ...]:
    """All agencies with an events topic, in the order of their ids."""
    return tuple(
        _reporter(policy.agencies[id_]) for id_ in sorted(policy.agencies) if policy.agencies[id_].publishes
    )


def _reporter(agency: Agency) -> Reporter:
    text = f"{agency.name_zh} {agency.name_en} {agency.id}".lower()
    role = next((role for role in ROLES if re.search(role.words, text)), DEPARTMENT)
    return Reporter(
        agency.id,
        f"urn:linkage:agency:{agency.id}",
        agency.territory,
        frozenset(agency.categories),
        role,
        tuple(name for name, _ in role.channels),
        Draw(weight for _, weight in role.channels),
        Draw(role.natures),
    )


class Reporters:
    """The choice of a reporter for a kind, a place and a category, and the name of who is in charge."""

    def __init__(self, policy: Policy) -> None:
        self.all = make_reporters(policy)
        self._policy = policy
        self._territories = frozenset(reporter.territory for reporter in self.all)
        self._draws: dict[tuple[int, tuple[str, ...], str], tuple[tuple[Reporter, ...], Draw]] = {}
        self._covering: dict[str, tuple[str, ...]] = {}
        self._in_charge: dict[tuple[str, str], str | None] = {}
        self._answers = _answering(policy)

    def pick(self, kind: int, spot: Spot, topic: Topic, u: float) -> Reporter:
        """The reporter for a uniform number in [0, 1); `kind` indexes `KINDS`."""
        covering = self._covering.get(spot.coarse)
        if covering is None:
            # The coarse place decides: an agency that may report it may report the finer ones below it too.
            chain = self._policy.places[spot.coarse].chain
            covering = self._covering[spot.coarse] = tuple(
                code for code in chain if code in self._territories
            )
        key = (kind, covering, topic.code)
        found = self._draws.get(key)
        if found is None:
            found = self._draws[key] = self._candidates(kind, covering, topic)
        reporters, draw = found
        return reporters[draw.pick(u)]

    def _candidates(
        self, kind: int, covering: tuple[str, ...], topic: Topic
    ) -> tuple[tuple[Reporter, ...], Draw]:
        chain = frozenset(self._policy.categories[topic.code].chain)
        here = [reporter for reporter in self.all if reporter.territory in covering]
        able = [r for r in here if r.role.takes_any[kind] or not chain.isdisjoint(r.categories)]
        weighted = [(r, r.role.shares[kind]) for r in able if r.role.shares[kind] > 0]
        if not weighted:
            # A city without hotline or grid: whoever is there reports.
            weighted = [(r, 1.0) for r in here]
        # Reporters of one role share its weight, or thirty departments would outweigh the hotline.
        crowd: dict[int, int] = {}
        for reporter, _ in weighted:
            crowd[id(reporter.role)] = crowd.get(id(reporter.role), 0) + 1
        draw = Draw(weight / crowd[id(reporter.role)] for reporter, weight in weighted)
        return tuple(reporter for reporter, _ in weighted), draw

    def in_charge(self, place: str, category: str) -> str | None:
        """The agency that answers for the category at the place, nearest first; else the place's holder."""
        key = (place, category)
        if key not in self._in_charge:
            self._in_charge[key] = self._find_in_charge(place, category)
        return self._in_charge[key]

    def _find_in_charge(self, place: str, category: str) -> str | None:
        chain = self._policy.places[place].chain
        for code in self._policy.categories[category].chain:
            for node in chain:
                found = self._answers.get((node, code))
                if found is not None:
                    return found
        return self._policy.holders.get(place)


def _answering(policy: Policy) -> dict[tuple[str, str], str]:
    """Give who answers for a category in a territory: the first by id."""
    found: dict[tuple[str, str], str] = {}
    for _, agency in sorted(policy.agencies.items()):
        for code in agency.categories:
            found.setdefault((agency.territory, code), agency.id)
    return found


assert all(len(role.shares) == len(KINDS) and len(role.natures) == len(NATURES) for role in ROLES)
