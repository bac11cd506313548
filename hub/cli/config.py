"""`hub init` and `hub config check`: make a jurisdiction folder, prove one."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli.text import t
from hub.policies.faults import Fault, PolicyError
from hub.settings import read_settings
from hub.tools.check import check as check_folders
from hub.tools.init import init_jurisdiction

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hub.policies.models import Policy

config_app = typer.Typer(help=t("辖区文件夹", "Jurisdiction folders"), no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help=t("以 JSON 输出", "Print JSON"))]


def init(
    folder: Annotated[Path, typer.Argument(help=t("要新建的文件夹", "The folder to make"))],
    *,
    gazetteer: Annotated[Path, typer.Option(help=t("地名表 CSV", "Table of places, CSV"))],
    taxonomy: Annotated[Path, typer.Option(help=t("类别表 CSV", "Table of categories, CSV"))],
    agencies: Annotated[Path, typer.Option(help=t("机构表 CSV", "Table of agencies, CSV"))],
    zone: Annotated[
        str | None, typer.Option(help=t("时区,如 Asia/Shanghai", "Time zone, as in America/New_York"))
    ] = None,
    country: Annotated[
        str | None, typer.Option(help=t("国家代码,定节假日,如 CN", "Country whose holidays count, as in US"))
    ] = None,
    letters: Annotated[
        str | None, typer.Option(help=t("顽疾编号的字母,如 SM", "Letters of problem numbers, as in NYC"))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a jurisdiction folder from three tables and print what it holds."""
    try:
        policy = init_jurisdiction(
            folder, gazetteer, taxonomy, agencies, zone=zone, country=country, letters=letters
        )
    except PolicyError as error:
        _say(error.faults)
        raise typer.Exit(1) from None
    _print([_summary(policy)], as_json=as_json)


@config_app.command("check", help=t("检验辖区文件夹,列出全部错误", "Prove a folder, list every fault"))
def check(
    folder: Annotated[
        Path | None,
        typer.Argument(help=t("辖区文件夹,默认取 HUB_CONFIG", "Jurisdiction folder; default is HUB_CONFIG")),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Prove a jurisdiction folder, or a folder of them: every fault is one line on stderr."""
    try:
        checked = check_folders(folder or read_settings().config, datetime.now(UTC).date())
    except PolicyError as error:
        _say(error.faults)
        raise typer.Exit(1) from None
    _say(checked.warnings, t("提醒:", "warning: "))
    _print([_summary(policy) for policy in checked.policies.values()], as_json=as_json)


def _say(faults: Iterable[Fault], before: str = "") -> None:
    for fault in faults:
        typer.echo(f"{before}{fault.at()}: {t(fault.zh, fault.en)}", err=True)


def _summary(policy: Policy) -> dict[str, Any]:
    return {
        "jurisdiction": policy.jurisdiction,
        "name": t(policy.name_zh, policy.name_en),
        "version": policy.version,
        "letters": policy.letters,
        "zone": str(policy.zone),
        "calendar_until": max(policy.calendar.years),
        "places": Counter(place.tier.value for place in policy.places.values()),
        "categories": len(policy.categories),
        "agencies": sum(agency.publishes for agency in policy.agencies.values()),
        "holders": len(policy.holders),
        "rules": [rule.name for rule in policy.rules],
        "tiers": [tier.name for tier in policy.tiers],
        "outlines": len(policy.outlines),
    }


def _print(summaries: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"jurisdictions": summaries}, ensure_ascii=False))
        return
    for one in summaries:
        typer.echo(t(f"{one['name']} 可用", f"{one['name']} is sound"))
        for label, value in _facts(one):
            typer.echo(f"  {label}: {value}")


def _facts(one: dict[str, Any]) -> list[tuple[str, object]]:
    return [
        (t("辖区", "jurisdiction"), f"{one['jurisdiction']} ({one['letters']})"),
        (t("版本", "version"), one["version"]),
        (t("时区", "zone"), one["zone"]),
        (t("日历至", "calendar until"), one["calendar_until"]),
        (t("地点", "places"), ", ".join(f"{tier} {number}" for tier, number in one["places"].items())),
        (t("类别", "categories"), one["categories"]),
        (t("机构", "agencies"), one["agencies"]),
        (t("承办主体", "holders"), one["holders"]),
        (t("规则", "rules"), ", ".join(one["rules"])),
        (t("时限", "tier policies"), ", ".join(one["tiers"])),
        (t("示意图", "map"), one["outlines"]),
    ]
