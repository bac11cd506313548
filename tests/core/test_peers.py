"""Always high among its peers: surely, for months, and now; and a wave over the city alarms at the city alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from hub.core._peers import Rate, is_chronic, lower_end
from hub.policies.models import BurstRule, Confirmation, Policy, Tier
from hub.policies.patterns import ChronicRule, Patterns
from hub.schemas.inbox import Item
from tests.builders import (
    FAR_VILLAGE,
    LEASES,
    NOISE,
    OTHER_TOWN,
    TOWN,
    VILLAGE,
    WAGES,
    WATER,
    Log,
    a_policy,
    a_report,
)

RULE = ChronicRule(
    name="chronic",
    confirm=Confirmation.OPERATOR,
    tier=Tier.TOWNSHIP,
    category_level=2,
    matters_min=5,
    times_min=2.0,
    prior_matters=2.0,
)
QUIET = BurstRule("burst", 2, 1000, {Tier.VILLAGE: 0.001}, Confirmation.OPERATOR)
POLICY = a_policy(rules=(), burst=QUIET, patterns=Patterns(chronic=RULE))


def months(policy: Policy, noisy: int, days: int = 150) -> Log:
    """Every third day each town has a matter of each kind; the first has `noisy` more of noise on every ninth."""
    log = Log(policy)
    for day in range(0, days, 3):
        items = [
            a_report(f"{day}-{place}-{kind}", place=place, category=kind)
            for place in (VILLAGE, FAR_VILLAGE)
            for kind in (NOISE, WATER, WAGES, LEASES)
        ]
        items += [a_report(f"{day}-x{n}") for n in range(noisy if day % 9 == 0 else 0)]
        log.take(f"{date(2026, 1, 1) + timedelta(days=day):%m-%d} 09:00", *items)
    return log


def found(log: Log) -> set[tuple[str, str, str]]:
    return {
        (one.reason, one.place, one.category) for one in log.decisions() if one.kind == "problem_suspected"
    }


def test_a_town_with_thrice_its_peers_noise_for_months_is_chronic_and_no_other_is() -> None:
    log = months(POLICY, noisy=12)

    assert found(log) == {("CHRONIC", TOWN, NOISE)}
    measure = log.decisions()[0].measure
    assert measure is not None
    assert measure.expected is not None
    assert measure.observed > 2 * measure.expected


def test_towns_alike_are_not_chronic() -> None:
    assert found(months(POLICY, noisy=0)) == set()


def test_few_matters_prove_nothing_however_far_above() -> None:
    few, many = Rate(3, 1, 0.9, 0.4), Rate(60, 20, 18, 8)

    assert few.matters / few.expected == pytest.approx(many.matters / many.expected, rel=0.03)
    assert not is_chronic(few, RULE)
    assert is_chronic(many, RULE)


def test_what_was_high_but_is_no_longer_is_not_chronic() -> None:
    assert not is_chronic(Rate(60, 2, 18, 8), RULE)
    assert not is_chronic(Rate(10, 60, 18, 8), RULE)


def test_the_lower_end_is_the_twentieth_of_the_posterior() -> None:
    # Gamma(10, 1): its 5 % point is 5.425.
    assert lower_end(Rate(8, 0, 0, -1), 2.0) == pytest.approx(5.425, rel=0.01)


def waves() -> Log:
    """Half a year of both towns alike, then three weeks of five times as much noise in both."""
    season = BurstRule("season", 2, 5, {Tier.CITY: 1.0}, Confirmation.OPERATOR)
    local = replace(QUIET, matters_min=3, chance_alarms_per_month={Tier.VILLAGE: 5.0, Tier.TOWNSHIP: 3.0})
    log = Log(a_policy(rules=(), burst=local, patterns=Patterns(season=season)))
    for day in range(180):
        when = f"{date(2026, 1, 1) + timedelta(days=day):%m-%d} 09:00"
        log.take(when, *wave_day(day, 5 if day >= 160 else 1))
    return log


def wave_day(day: int, noise: int) -> list[Item]:
    return [
        a_report(f"{day}-{place}-{kind}-{n}", place=place, category=kind)
        for place in (VILLAGE, FAR_VILLAGE)
        for kind, number in ((NOISE, noise), (WATER, 1))
        for n in range(number)
    ]


def test_a_wave_over_the_whole_city_alarms_at_the_city_and_at_no_town() -> None:
    places = {(reason, place) for reason, place, _ in found(waves())}

    assert [place for reason, place in places if reason == "BURST"] == ["990100000000"]
    assert OTHER_TOWN not in {place for _, place in places}
