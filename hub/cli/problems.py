"""What the hub found and decided: problems, escalations, decisions."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from typing import Annotated, Final

import orjson
import typer
from sqlalchemy import Engine

from hub.cli._shared import AsJson, Jurisdiction, Limit, database, fail, one_policy, print_json, print_rows
from hub.cli._told import fallen, told
from hub.cli.text import ENGLISH, t
from hub.policies.load import load_policies
from hub.policies.models import Tier
from hub.settings import read_settings
from hub.store import case, queries
from hub.tools.explain import names_of

problems_app = typer.Typer(help=t("顽疾", "Problems"), no_args_is_help=True)
escalations_app = typer.Typer(help=t("升级", "Escalations"), no_args_is_help=True)

LOOK_AGAIN_S: Final = 0.5
KindOption = Annotated[
    list[str] | None, typer.Option("--kind", help=t("只要这种决定", "Only decisions of this kind"))
]


@problems_app.command("list", help=t("列出未结的顽疾", "List open problems"))
def problems_list(
    *,
    tier: Annotated[Tier | None, typer.Option(help=t("所在层级", "Tier that holds it"))] = None,
    category: Annotated[str | None, typer.Option(help=t("类别代码", "Category code"))] = None,
    jurisdiction: Jurisdiction = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List open problems, the highest tier first."""
    with database(read_settings()).connect() as sql:
        rows = queries.problems(sql, jurisdiction, tier, category, limit)
    print_rows(rows, ("id", "tier", "place", "category", "matters", "lead", "round"), as_json=as_json)


@problems_app.command("show", help=t("查看一件顽疾", "Show one problem"))
def problems_show(number: str, *, as_json: AsJson = False) -> None:
    """Show one problem and its decisions in order."""
    settings = read_settings()
    with database(settings).connect() as sql:
        found = case.problem(sql, number)
    if found is None:
        fail(f"没有编号为 {number} 的顽疾", f"no problem has the number {number}")
    if as_json:
        print_json(found)
        return
    policy = load_policies(settings.config).get(found["jurisdiction"])
    names = {} if policy is None else names_of(policy, "en" if ENGLISH else "zh")
    for line in told(found, names):
        print(line)


@escalations_app.command("list", help=t("列出升级", "List escalations"))
def escalations_list(
    *, jurisdiction: Jurisdiction = None, limit: Limit = 1000, as_json: AsJson = False
) -> None:
    """List the rises of a jurisdiction in order."""
    _print_decisions(jurisdiction, ["tier_raised"], limit, follow=False, as_json=as_json)


def decisions(
    *,
    kind: KindOption = None,
    jurisdiction: Jurisdiction = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help=t("最多几条,默认全部", "At most so many; default all"))
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", help=t("只看新的,持续输出", "Only new ones, without end"))
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List decisions in the order they were taken."""
    _print_decisions(jurisdiction, kind or [], limit, follow=follow, as_json=as_json)


def _print_decisions(
    jurisdiction: str | None, kinds: Sequence[str], limit: int | None, *, follow: bool, as_json: bool
) -> None:
    settings = read_settings()
    policy = one_policy(settings, jurisdiction)
    names = names_of(policy, "en" if ENGLISH else "zh")
    engine = database(settings)
    if follow:
        _follow(engine, policy.jurisdiction, kinds, names, as_json=as_json)
        return
    with engine.connect() as sql:
        for line in queries.decisions(sql, policy.jurisdiction, kinds, limit=limit):
            _print_decision(line, names, as_json=as_json)


def _follow(
    engine: Engine, code: str, kinds: Sequence[str], names: Mapping[str, str], *, as_json: bool
) -> None:
    with engine.connect() as sql:
        known = [row["said"] for row in queries.jurisdictions(sql) if row["code"] == code]
    after = known[0] if known else 0
    while True:
        with engine.connect() as sql:
            for line in queries.decisions(sql, code, kinds, after=after):
                _print_decision(line, names, as_json=as_json)
                after = orjson.loads(line)["seq"]
        sys.stdout.flush()
        time.sleep(LOOK_AGAIN_S)


def _print_decision(line: str, names: Mapping[str, str], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(line + "\n")
    else:
        print(fallen(orjson.loads(line), names))
