"""Two invented cities: their policies, and the versions that each may adopt."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from zoneinfo import ZoneInfo

from hub.policies.models import (
    Agency,
    Calendar,
    Confirmation,
    FrequentRule,
    Limits,
    NoticeKind,
    NoticeStep,
    Policy,
    Precedent,
    ReceiptsWanted,
    Rises,
    Span,
    Tier,
    TierPolicy,
    Unit,
    Verification,
)
from tests import builders as town

SECOND_CITY: Final = "990200000000"
TOWN_WORKS: Final = "town-works"
COUNTY_WORKS: Final = "county-works"

LADDER: Final = (
    NoticeStep(NoticeKind.NUDGED, Span(1, Unit.WORKING_DAYS)),
    NoticeStep(NoticeKind.SUPERVISED, Span(3, Unit.WORKING_DAYS)),
    NoticeStep(NoticeKind.LISTED),
)


def _bodies(*without: str) -> dict[str, Agency]:
    """The territorial bodies, which answer at a screen."""
    places = [place for place in town.POLICY.places if place not in without]
    bodies = [Agency(town.body_of(place), place, place, place, publishes=False) for place in places]
    return {body.id: body for body in bodies}


def first_city() -> Policy:
    """China's calendar, working days, ids soon forgotten, a village nobody holds, a department in town and county."""
    departments = (
        Agency(TOWN_WORKS, "镇建设", "Town works", town.TOWN, ("A",)),
        Agency(COUNTY_WORKS, "县建设", "County works", town.COUNTY, ("A2",)),
    )
    default = TierPolicy(
        "default",
        (),
        town.STAGES | {Tier.CITY: Span(9, Unit.WORKING_DAYS)},
        acceptance=Span(4, Unit.WORKING_HOURS),
        returns_within=Span(2, Unit.WORKING_DAYS),
        total=Span(45, Unit.DAYS),
        warns_at=(0.5, 0.75),
        silent=Span(4, Unit.WORKING_DAYS),
        notices=LADDER,
        verification=Verification.REVISIT,
        revisit_satisfied_min=0.6,
        watch=Span(20, Unit.DAYS),
        rebound_matters={Tier.TOWNSHIP: 2},
        extension_days_max=6,
        rises=Rises(
            severity={1: Tier.CITY, 2: Tier.COUNTY}, child_areas_min=3, agencies_min=4, not_accepted_min=2
        ),
    )
    wages = replace(
        default,
        name="wages",
        categories=("B",),
        verification=Verification.OPERATOR,
        watch=None,
        floor=Tier.TOWNSHIP,
        ceiling=Tier.COUNTY,
        rises=Rises(agencies_min=2),
    )
    return town.a_policy(
        limits=Limits(remember_days=6),
        agencies=town.POLICY.agencies
        | _bodies(town.NEXT_VILLAGE, town.THIRD_VILLAGE)
        | {agency.id: agency for agency in departments},
        holders={k: v for k, v in town.POLICY.holders.items() if k != town.THIRD_VILLAGE},
        departments={(town.TOWN, "A"): (TOWN_WORKS,), (town.COUNTY, "A2"): (COUNTY_WORKS,)},
        precedents={
            ("", town.NOISE): Precedent(town.NOISE, co=(COUNTY_WORKS, town.COURT)),
            (town.VILLAGE, "B"): Precedent("B", town.VILLAGE, lead=town.COURT),
        },
        tiers=(default, wages),
    )


def second_city() -> Policy:
    """A city with summer time, natural days, a quicker clock for wages, and rules that wait for an operator."""
    agencies = (
        Agency(town.HOTLINE, "热线", "Hotline", town.CITY, receipts=ReceiptsWanted.ALL),
        Agency(town.TOWN_DESK, "乡镇", "Town desk", town.TOWN),
    )
    slow = TierPolicy(
        "slow",
        (),
        {tier: Span(5, Unit.DAYS) for tier in (Tier.VILLAGE, Tier.TOWNSHIP, Tier.COUNTY)},
        acceptance=Span(30, Unit.HOURS),
        warns_at=(0.75,),
        notices=(NoticeStep(NoticeKind.NUDGED, Span(2, Unit.DAYS)), NoticeStep(NoticeKind.CIRCULATED)),
        watch=Span(30, Unit.DAYS, rolls=False),
        rises=Rises(severity={1: Tier.COUNTY}),
    )
    quick = replace(
        slow,
        name="wages",
        categories=("B",),
        stage={Tier.VILLAGE: Span(1, Unit.WORKING_DAYS), Tier.TOWNSHIP: Span(2, Unit.DAYS)},
        acceptance=Span(90, Unit.MINUTES),
        silent=Span(3, Unit.DAYS),
        total=Span(10, Unit.DAYS),
    )
    late = Span(30, Unit.HOURS)
    return town.a_policy(
        jurisdiction=SECOND_CITY,
        letters="SC",
        zone=ZoneInfo("Europe/Berlin"),
        version="v-second",
        calendar=Calendar("weekdays", frozenset(), frozenset()),
        agencies={agency.id: agency for agency in agencies} | _bodies(),
        rules=(
            FrequentRule("village", Tier.VILLAGE, 2, 7, 2, Confirmation.AFTER, confirm_after=late),
            FrequentRule("town", Tier.TOWNSHIP, 1, 20, 4, Confirmation.OPERATOR, frozenset({"complaint"})),
        ),
        tiers=(slow, quick),
    )


def changed(policy: Policy) -> Policy:
    """The same city under its next policy: other stages, another ladder, a longer watch, a rule that needs less."""
    stage = {Tier.VILLAGE: Span(2, Unit.DAYS), Tier.TOWNSHIP: Span(6, Unit.WORKING_DAYS)}
    stage |= {Tier.COUNTY: Span(4, Unit.DAYS), Tier.CITY: Span(8, Unit.WORKING_DAYS)}
    notices = (NoticeStep(NoticeKind.SUPERVISED, Span(2, Unit.WORKING_DAYS)), *LADDER)
    tiers = [
        replace(tiers, stage=stage, notices=notices, watch=tiers.watch and Span(25, Unit.DAYS))
        for tiers in policy.tiers
    ]
    village, *wider = policy.rules
    rules = (replace(village, matters_min=2, confirm=Confirmation.AUTO), *wider)
    return replace(policy, version=f"{policy.version}-next", tiers=tuple(tiers), rules=rules)


def versions(policy: Policy) -> dict[str, Policy]:
    """A city's policy, its next one, and one that lacks a place of the others and may never be adopted."""
    places = {code: place for code, place in policy.places.items() if code != town.FAR_VILLAGE}
    lacking = replace(policy, version=f"{policy.version}-lacking", places=places)
    return {each.version: each for each in (policy, changed(policy), lacking)}
