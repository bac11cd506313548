"""Rule files of the other kinds: each reads, and each mistake is named with file and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.policies.faults import PolicyError
from hub.policies.load import load_policy
from hub.policies.models import Confirmation, Span, Tier, Unit
from hub.policies.patterns import RECURRENT_DAYS
from tests.policies.folders import a_folder

WIDE = 'name = "x"\nkind = "widespread"\nareas = "county"\nareas_min = 2\nlies_at = "county"\ncategory_level = 2\n'


def fault(tmp_path: Path, text: str, name: str = "rules/more.toml") -> str:
    """The one fault of a folder with this rule file."""
    with pytest.raises(PolicyError) as raised:
        load_policy(a_folder(tmp_path, {name: text}))
    (one,) = raised.value.faults
    return str(one)


def test_a_rule_that_confirms_by_silence_says_for_how_long(tmp_path: Path) -> None:
    text = (
        'name = "redone"\nkind = "redone"\ntimes_min = 2\nconfirm = "after"\n'
        'confirm_after = { count = 1, unit = "working_days" }\n'
    )
    patterns = load_policy(a_folder(tmp_path, {"rules/redone.toml": text})).patterns

    assert patterns.redone is not None
    assert patterns.redone.confirm is Confirmation.AFTER
    assert patterns.redone.confirm_after == Span(1, Unit.WORKING_DAYS)
    assert patterns.passed_around is None


def test_matters_are_remembered_as_long_as_a_rule_asks(tmp_path: Path) -> None:
    lingering = 'name = "l"\nkind = "lingering"\nopen_days = 90\n'
    recurrent = 'name = "r"\nkind = "recurrent"\n'

    none = load_policy(a_folder(tmp_path / "none")).patterns
    some = load_policy(a_folder(tmp_path / "some", {"rules/l.toml": lingering})).patterns
    most = load_policy(
        a_folder(tmp_path / "most", {"rules/r.toml": recurrent, "rules/l.toml": lingering})
    ).patterns

    assert (none.days, some.days, most.days) == (0, 97, RECURRENT_DAYS)


def test_old_category_codes_lead_to_their_successors(tmp_path: Path) -> None:
    policy = load_policy(a_folder(tmp_path, {"recode.csv": "old_code,code\nA0,A1\n"}))

    assert policy.category_aliases == {"A0": "A1"}
    assert policy.version != load_policy(a_folder(tmp_path / "plain")).version


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('name = "x"\nkind = "guess"\n', "kind"),
        ('name = "x"\nkind = "redone"\ntimes_min = 0\n', "times_min"),
        ('name = "x"\nkind = "redone"\nconfirm = "after"\n', "confirm_after"),
        ('name = "x"\nkind = "redone"\nconfirm_after = { count = 1, unit = "days" }\n', "confirm_after"),
        ('name = "x"\nkind = "chronic"\ntier = "city"\ncategory_level = 2\n', "tier"),
        ('name = "x"\nkind = "lingering"\nclosed_min = 2.0\n', "closed_min"),
        ('name = "x"\nkind = "severe"\nseverities = []\n', "severities"),
        ('name = "x"\nkind = "duplicate"\ncategories = ["Q"]\n', "categories[0]"),
        ('name = "x"\nkind = "label"\nlabel = "frequent"\nopen_days = 9\n', "open_days"),
        ('name = "x"\nkind = "label"\nlabel = "sad"\n', "label"),
        (WIDE, "lies_at"),
        (
            'name = "x"\nkind = "burst"\ncategory_level = 2\n[chance_alarms_per_month]\ncity = 1.0\n',
            "chance_alarms_per_month",
        ),
    ],
)
def test_each_mistake_is_named_with_its_key(tmp_path: Path, text: str, where: str) -> None:
    assert fault(tmp_path, text).startswith(f"rules/more.toml: {where}: ")


def test_there_is_one_rule_of_a_kind_but_several_of_labels(tmp_path: Path) -> None:
    twice = {f"rules/r{n}.toml": f'name = "r{n}"\nkind = "redone"\n' for n in range(2)}
    labels = {
        f"rules/l{n}.toml": f'name = "l{n}"\nkind = "label"\nlabel = "{label}"\n'
        for n, label in enumerate(("frequent", "stubborn"))
    }

    with pytest.raises(PolicyError, match="only one rule of kind redone"):
        load_policy(a_folder(tmp_path / "twice", dict(twice)))
    assert len(load_policy(a_folder(tmp_path / "labels", dict(labels))).patterns.labels) == 2


@pytest.mark.parametrize(
    ("row", "said"),
    [("A1,A1", "still a current code"), ("A0,Q", "no category"), ("A 0,A1", "not a valid code")],
)
def test_a_recode_table_that_cannot_be_is_refused(tmp_path: Path, row: str, said: str) -> None:
    assert said in fault(tmp_path, f"old_code,code\n{row}\n", "recode.csv")


def test_widespread_and_chronic_name_tiers_of_the_gazetteer(tmp_path: Path) -> None:
    text = 'name = "c"\nkind = "chronic"\ntier = "township"\ncategory_level = 1\n'

    assert load_policy(a_folder(tmp_path, {"rules/c.toml": text})).patterns.chronic is not None
    assert Tier.TOWNSHIP in {place.tier for place in load_policy(tmp_path).places.values()}
