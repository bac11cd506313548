"""`hub policy`: what another policy would have decided, and why one was decided as it was."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from hub.cli._shared import AsJson, Jurisdiction, database, fail, one_policy, print_json, print_rows
from hub.cli.text import ENGLISH, t
from hub.cli.versions import policy_adopt, policy_keep, policy_list, policy_propose
from hub.policies.load import load_policy
from hub.policies.models import Policy
from hub.schemas.reasons import Lang
from hub.settings import read_settings
from hub.store.past import misjudged
from hub.tools.explain import explain_event, explain_problem, names_of
from hub.tools.try_policy import Opened, Tried, try_on_journal, try_policy

policy_app = typer.Typer(help=t("规则", "Policy"), no_args_is_help=True)
policy_app.command("keep", help=t("检验并保存一个规则版本", "Prove a version and keep it"))(policy_keep)
policy_app.command("list", help=t("有哪些规则版本", "Which versions there are"))(policy_list)
policy_app.command("propose", help=t("提议启用一个已保存的版本", "Propose that a kept version be adopted"))(
    policy_propose
)
policy_app.command("adopt", help=t("启用一个已保存的版本", "Go on under a kept version"))(policy_adopt)
LANG: Final[Lang] = "en" if ENGLISH else "zh"
SHOWN_MAX: Final = 20


@policy_app.command("try", help=t("用改过的规则试算历史", "Run a changed policy over what has happened"))
def policy_try(
    folder: Annotated[Path, typer.Argument(help=t("改过的辖区文件夹", "The changed jurisdiction folder"))],
    *,
    since: Annotated[
        str | None, typer.Option(help=t("只比较此日起,如 2026-01-01", "Compare from this day on"))
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(help=t("事件文件;默认用日志", "A file of events; default is the journal")),
    ] = None,
    jurisdiction: Jurisdiction = None,
    as_json: AsJson = False,
) -> None:
    """Print what would open, rise and stop under a changed policy, beside today's, with the noise each pays for."""
    settings = read_settings()
    today, changed = one_policy(settings, jurisdiction), load_policy(folder)
    if file is not None and not file.is_file():
        fail(f"没有文件 {file}", f"there is no file {file}")
    since_ms = _since_ms(since, today)
    now_ms = time.time_ns() // 1_000_000
    if file is None:
        tried = try_on_journal(database(settings), today, changed, now_ms, since_ms)
    else:
        tried = try_policy(today, changed, partial(_lines_of, file), now_ms, since_ms)
    if as_json:
        print_json(_fields(tried, today, changed))
        return
    _print(tried, today, changed)


@policy_app.command("explain", help=t("解释一条事件或一件顽疾", "Explain an event or a problem"))
def policy_explain(
    what: Annotated[str, typer.Argument(help=t("事件 id 或顽疾编号", "Event id or problem number"))],
    *,
    jurisdiction: Jurisdiction = None,
    as_json: AsJson = False,
) -> None:
    """Say why a problem is one, or where an event counts and what it is part of."""
    settings = read_settings()
    policy = one_policy(settings, jurisdiction)
    with database(settings).connect() as sql:
        found = explain_problem(sql, policy, what, LANG) or explain_event(sql, policy, what, LANG)
    if found is None:
        fail(f"没有编号为 {what} 的顽疾或事件", f"no problem or event has the number {what}")
    if as_json:
        print_json(found)
        return
    for name, value in found.items():
        if isinstance(value, list):
            print(f"{name}:")
            for one in value:
                print(f"  {_row(one)}")
        else:
            print(f"{name}: {value}")


@policy_app.command("misjudged", help=t("各规则的误判率", "How often each rule was wrong"))
def policy_misjudged(*, jurisdiction: Jurisdiction = None, as_json: AsJson = False) -> None:
    """Print, for each rule, its problems that were decided, those dismissed, and the share of these."""
    settings = read_settings()
    code = one_policy(settings, jurisdiction).jurisdiction
    with database(settings).connect() as sql:
        rows = misjudged(sql, code)
    print_rows(rows, ("rule", "decided", "dismissed", "share"), as_json=as_json)


def _lines_of(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        yield from opened


def _row(value: Any) -> str:  # noqa: ANN401 - a cell of a table
    return "  ".join(str(part) for part in value.values()) if isinstance(value, dict) else str(value)


def _since_ms(since: str | None, policy: Policy) -> int:
    if since is None:
        return 0
    try:
        day = datetime.fromisoformat(since)
    except ValueError:
        fail(f"--since {since}: 须为日期,如 2026-01-01", f"--since {since}: must be a day such as 2026-01-01")
    return int(day.replace(tzinfo=day.tzinfo or policy.zone).timestamp() * 1000)


def _fields(tried: Tried, today: Policy, changed: Policy) -> dict[str, Any]:
    return {
        "today": today.version,
        "changed": changed.version,
        "days": tried.days,
        "opens": [one._asdict() for one in tried.opens],
        "stops": [one._asdict() for one in tried.stops],
        "rises": {"today": tried.rises[0], "changed": tried.rises[1]},
        "suspicions_a_month": {
            reason: {"today": one, "changed": other} for reason, (one, other) in tried.a_month.items()
        },
        "chance_alarms_a_month": {"today": tried.by_chance[0], "changed": tried.by_chance[1]},
    }


def _print(tried: Tried, today: Policy, changed: Policy) -> None:
    print(
        t(f"现行 {today.version},试算 {changed.version}", f"today {today.version}, tried {changed.version}")
    )
    print(t(f"比较 {tried.days} 天", f"{tried.days} days compared"))
    for reason, (one, other) in tried.a_month.items():
        print(t(f"  每月疑似 {reason}: {one} → {other}", f"  suspicions a month {reason}: {one} → {other}"))
    print(t(f"升级: {tried.rises[0]} → {tried.rises[1]}", f"rises: {tried.rises[0]} → {tried.rises[1]}"))
    one, other = tried.by_chance
    print(
        t(
            f"每月偶然误报预算: {one} → {other}",
            f"alarms a month that chance alone may raise: {one} → {other}",
        )
    )
    names = names_of(changed, LANG)
    _list(t("会新增", "would open"), tried.opens, names)
    _list(t("不再出现", "would not open"), tried.stops, names)


def _list(title: str, found: list[Opened], names: dict[str, str]) -> None:
    print(f"{title}: {len(found)}")
    for one in found[:SHOWN_MAX]:
        place, category = names.get(one.place, one.place), names.get(one.category, one.category)
        print(f"  {one.reason}  {place}  {category}")
