"""Every rule of every jurisdiction that is delivered keeps the examples written beside it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from hub.policies.load import folders_of, load_examples, load_policies
from hub.policies.models import RuleExample
from hub.tools.check import outcome

DELIVERED = Path(__file__).resolve().parents[2] / "deploy" / "jurisdictions"
FOLDERS = folders_of(DELIVERED)
EXAMPLES = [example for folder in FOLDERS for example in load_examples(folder)]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"{one.rule.name}-{one.number}")
def test_a_rule_keeps_its_own_examples(example: RuleExample) -> None:
    assert outcome(example.rule, example.days) == example.expect


def test_every_rule_shows_when_it_fires_and_when_not() -> None:
    shown = Counter((example.rule.name, example.expect) for example in EXAMPLES)
    for policy in load_policies(DELIVERED).values():
        for rule in policy.rules:
            assert shown[rule.name, "suspected"], rule.name
            assert shown[rule.name, "nothing"], rule.name
