"""The rules of a new city but the counted ones, until its own people decide otherwise: what other cities' data bear."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from hub.policies.models import Tier

NATURES: Final = 'natures = ["complaint", "help", "request", "report"]\n'

BUDGETS: Final = {Tier.VILLAGE: 5.0, Tier.TOWNSHIP: 3.0, Tier.COUNTY: 2.0}
"""Alarms a month that chance alone may raise at each tier; chosen on Boston, confirmed on Chicago."""

PLAIN: Final = {
    "recurrent": "# What was closed comes back within ninety days, twice in half a year. Of such keys .56 (Boston)\n"
    "# and .53 (Chicago) come back once more, of all .11 and .14; the ranking's AUC is .717 and .711.\n"
    'name = "recurrent"\nkind = "recurrent"\nlevel_min = 2\nchance_max = 0.01\nconfirm = "auto"\n',
    "lingering": "# Open for more than ninety days, where its source closes at least half of its matters.\n"
    'name = "lingering"\nkind = "lingering"\nopen_days = 90\nclosed_min = 0.5\nnatures = ["request"]\n'
    'confirm = "operator"\n',
    "redone": '# Reopened three times.\nname = "redone"\nkind = "redone"\ntimes_min = 3\nconfirm = "auto"\n',
    "passed-around": "# Passed on three times and taken by nobody.\n"
    'name = "passed-around"\nkind = "passed-around"\ntimes_min = 3\nconfirm = "auto"\n',
    "severe": "# One matter of grade I or II is a problem by itself.\n"
    'name = "severe"\nkind = "severe"\nseverities = [1, 2]\nconfirm = "auto"\n',
    "duplicates": "# Told over two channels: same place, at most three days apart, alike enough. Against Chicago's\n"
    "# own marks of two periods: F1 .87 and .89.\n"
    'name = "duplicates"\nkind = "duplicate"\nwithin_days = 3\nsteps_max = 0\nalike_min = 0.5\n',
    "label-frequent": "# Five matters in thirty days.\n"
    'name = "label-frequent"\nkind = "label"\nlabel = "frequent"\nmatters_min = 5\nwithin_days = 30\n',
    "label-stubborn": "# Back twice, or open for ninety days, or two tiers above its place.\n"
    'name = "label-stubborn"\nkind = "label"\nlabel = "stubborn"\nlevel_min = 2\nopen_days = 90\nrises_min = 2\n',
    "label-local": "# The place has three branches of kinds with a tenth each.\n"
    'name = "label-local"\nkind = "label"\nlabel = "local"\nbranches_min = 3\nmatters_min = 30\nshare_min = 0.1\n'
    "margin = 1.0\n",
}


def usual_rules(tiers: list[Tier], levels: int) -> dict[str, str]:
    """Give the rule files by name, for the tiers and levels of categories that a city has."""
    below = [tier for tier in tiers if tier is not Tier.CITY]
    level = min(2, levels)
    files = dict(PLAIN)
    files["season"] = (
        "# A kind over the whole city against its own years; one alarm a month by chance.\n"
        f'name = "season"\nkind = "season"\ncategory_level = {level}\nmatters_min = 5\n'
        f'chance_alarms_per_month = 1.0\nconfirm = "operator"\n{NATURES}'
    )
    if below:
        files["burst"] = (
            "# More than the area above explains; how many alarms a month chance alone may raise at each tier.\n"
            f'name = "burst"\nkind = "burst"\ncategory_level = {level}\nmatters_min = 3\nconfirm = "operator"\n'
            f"{NATURES}\n[chance_alarms_per_month]\n"
            + "".join(f"{tier} = {BUDGETS[tier]}\n" for tier in below)
        )
        files["chronic"] = (
            "# For months surely twice what its share of all other kinds lets expect.\n"
            f'name = "chronic"\nkind = "chronic"\ntier = "{below[min(1, len(below) - 1)]}"\n'
            f'category_level = {level}\nmatters_min = 8\ntimes_min = 2.0\nprior_matters = 2.0\nconfirm = "operator"\n'
        )
    for areas, lies_at in pairwise(tiers[1:]):
        files[f"widespread-{lies_at}"] = (
            f"# Open problems of one kind in three areas of tier {areas} within ninety days.\n"
            f'name = "widespread-{lies_at}"\nkind = "widespread"\nareas = "{areas}"\nareas_min = 3\n'
            f'lies_at = "{lies_at}"\ncategory_level = {level}\nwithin_days = 90\nconfirm = "operator"\n'
        )
    for label in _of_areas(below):
        files[f"label-{label}"] = _label(label, below[min(1, len(below) - 1)])
    return files


def _of_areas(below: Sequence[Tier]) -> tuple[str, ...]:
    return ("typical", "industry", "department") if below else ()


def _label(label: str, tier: Tier) -> str:
    head = f'name = "label-{label}"\nkind = "label"\nlabel = "{label}"\ntier = "{tier}"\n'
    if label == "typical":
        return f"# Its matters lie in three areas as evenly as the effective number tells.\n{head}areas_min = 3\n"
    if label == "industry":
        return (
            "# The kind is in half of all areas, spread nearly as all kinds together.\n"
            f"{head}matters_min = 30\nshare_min = 0.5\nmargin = 0.8\n"
        )
    return (
        "# One agency leads five open problems in three areas, more of them late than of all others.\n"
        f"{head}matters_min = 5\nareas_min = 3\n"
    )
