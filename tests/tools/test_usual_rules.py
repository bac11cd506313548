"""A new city starts with every kind of suspicion and label that its tiers allow, each file sound."""

from __future__ import annotations

from itertools import combinations

import pytest

from hub.policies.load import load_policy
from hub.policies.models import Tier
from hub.schemas.reasons import Label
from hub.tools.usual_rules import usual_rules
from tests.policies.folders import a_folder

CHAINS = [
    [*below, Tier.CITY]
    for n in range(4)
    for below in combinations([t for t in Tier if t is not Tier.CITY], n)
]


@pytest.mark.parametrize("tiers", CHAINS)
@pytest.mark.parametrize("levels", [1, 2, 3])
def test_the_rules_of_any_set_of_tiers_speak_of_these_tiers_alone(tiers: list[Tier], levels: int) -> None:
    files = usual_rules(tiers, levels)

    for tier in set(Tier) - set(tiers):
        assert not [
            name for name, text in files.items() if f'tier = "{tier}"' in text or f"\n{tier} = " in text
        ]


def test_a_city_with_all_tiers_has_every_kind(tmp_path_factory: pytest.TempPathFactory) -> None:
    files = {f"rules/{name}.toml": text for name, text in usual_rules(list(Tier), 2).items()}
    folder = a_folder(tmp_path_factory.mktemp("city"), dict(files))

    patterns = load_policy(folder).patterns

    single = ("season", "chronic", "recurrent", "lingering", "severe", "redone", "passed_around")
    assert all(getattr(patterns, name) is not None for name in single)
    assert [rule.lies_at for rule in patterns.widespread] == [Tier.CITY, Tier.COUNTY]
    assert {rule.label for rule in patterns.labels} == set(Label)
    assert len(patterns.duplicates) == 1
