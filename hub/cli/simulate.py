"""`hub simulate`: publishes a believable city, or writes it to a file."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from hub.cli.text import t
from hub.policies.models import Policy
from hub.settings import Settings, read_settings

if TYPE_CHECKING:
    from hub.tools.simulate.year import Year

Days = Annotated[int, typer.Option(min=1, max=3650, help=t("模拟多少天", "how many days"))]
PerDay = Annotated[
    float | None,
    typer.Option(min=0.1, help=t("平均每天多少条事件 (默认 820)", "events a day on average (default 820)")),
]
Seed = Annotated[int, typer.Option(min=0, help=t("随机种子, 相同则事件相同", "same seed, same events"))]
Rate = Annotated[
    float | None,
    typer.Option(
        min=0,
        help=t(
            "每秒发布多少条; 0 为尽快 (默认); 实时模式默认 2",
            "events a second; 0 = as fast as possible (default); live: default 2",
        ),
    ),
]
Start = Annotated[
    str | None,
    typer.Option(
        help=t(
            "起始时刻, 如 2026-03-01 (默认: 至现在为止的 days 天)",
            "first moment, e.g. 2026-03-01 (default: the `days` days up to now)",
        )
    ),
]
Live = Annotated[bool, typer.Option("--live", help=t("从现在起不断发布", "go on from now without end"))]
Backfill = Annotated[
    bool,
    typer.Option("--backfill", help=t("作为历史写入空的辖区", "load as history of an empty jurisdiction")),
]
Planted = Annotated[
    bool,
    typer.Option(
        "--planted", help=t("只列出埋入的顽疾, 每行一个", "only list the planted problems, one a line")
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(help=t("写入 JSONL 文件而不发布", "write a JSONL file instead of publishing")),
]
YearFile = Annotated[
    Path | None,
    typer.Option(
        "--year",
        help=t(
            "把这些天连同各单位回复和中心指令写入 JSONL 文件, 供 hub replay",
            "write these days with all replies and commands to a JSONL file for hub replay",
        ),
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help=t("以 JSON 输出", "print JSON"))]


def simulate(
    *,
    days: Days = 365,
    per_day: PerDay = None,
    seed: Seed = 1,
    rate: Rate = None,
    start: Start = None,
    live: Live = False,
    backfill: Backfill = False,
    planted: Planted = False,
    out: Out = None,
    year: YearFile = None,
    as_json: AsJson = False,
) -> None:
    """Publish a believable city through the agencies' topics, or write it down."""
    from hub.tools.simulate.city import PER_DAY, simulate_city
    from hub.tools.simulate.planted import as_line, planted_problems

    if sum([live, backfill, planted, out is not None, year is not None]) > 1:
        _fail(
            "--live、--backfill、--planted、--out、--year 只能选一个",
            "choose one of --live, --backfill, --planted, --out, --year",
        )
    settings = read_settings()
    policy = _policy(settings)
    volume = per_day or PER_DAY
    if live:
        _publish_live(policy, settings, seed, rate or 0.0, volume, as_json=as_json)
        return
    first = _first(start, days, policy)
    lines = (as_line(problem, policy) for problem in planted_problems(policy, seed, first, days))
    if planted:
        for line in lines:
            typer.echo(json.dumps(line, ensure_ascii=False))
        return
    if backfill or year is not None:
        from hub.tools.simulate.year import Year

        answered = Year(policy, seed, first, days, volume)
        if year is not None:
            count = _write(answered.lines(), year)
        else:
            _write(map(_line, lines), settings.var / "planted.jsonl")
            count = _load(answered, policy, settings)
    else:
        events = simulate_city(policy, seed, first, days, volume)
        count = (
            _write(map(_line, events), out) if out is not None else _publish(events, settings, rate or 0.0)
        )
    _report(count, first, days, seed, as_json=as_json)


def _policy(settings: Settings) -> Policy:
    from hub.policies.load import load_policies

    policies = load_policies(settings.config)
    if len(policies) != 1:
        _fail(
            f"HUB_CONFIG 有 {len(policies)} 个辖区, 请指向其中一个的文件夹: {settings.config}",
            f"HUB_CONFIG holds {len(policies)} jurisdictions, name the folder of one: {settings.config}",
        )
    return next(iter(policies.values()))


def _first(start: str | None, days: int, policy: Policy) -> datetime:
    if start is None:
        return datetime.now(policy.zone).replace(second=0, microsecond=0) - timedelta(days)
    try:
        moment = datetime.fromisoformat(start)
    except ValueError:
        _fail(f"--start 不是日期或时刻: {start}", f"--start is no date or time: {start}")
    return moment if moment.tzinfo else moment.replace(tzinfo=policy.zone)


def _line(fields: dict[str, Any]) -> bytes:
    import orjson

    return orjson.dumps(fields, option=orjson.OPT_APPEND_NEWLINE)


def _write(lines: Iterable[bytes], path: Path) -> int:
    from hub.tools.simulate.publish import write_lines

    try:
        return write_lines(lines, path)
    except OSError as error:
        _fail(f"无法写入 {path}: {error.strerror}", f"cannot write {path}: {error.strerror}")


def _load(year: Year, policy: Policy, settings: Settings) -> int:
    """Load a year into the city's empty log, and start its clock."""
    from kafka.errors import KafkaError

    from hub.tools.imports import NotEmpty, backfill

    try:
        loaded = backfill(policy, settings, year.messages(), start_clock=True, may_go_on=False)
        return loaded.outcomes.total()
    except NotEmpty as error:
        _fail(str(error), str(error))
    except KafkaError as error:
        _fail(f"无法写入 {settings.broker}: {error}", f"cannot write to {settings.broker}: {error}")


def _publish(events: Iterable[dict[str, Any]], settings: Settings, rate: float) -> int:
    from kafka.errors import KafkaError

    from hub.sdk import NotDelivered
    from hub.tools.simulate.publish import Publishers, pace

    # `hub up` ends its children with SIGTERM; what waits in the publishers must still be delivered.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    count = 0
    try:
        with Publishers(settings.reach) as publishers:
            for event in pace(events, rate):
                publishers.publish(event)
                count += 1
    except KeyboardInterrupt:
        pass
    except (KafkaError, NotDelivered) as error:
        _fail(f"无法发布到 {settings.broker}: {error}", f"cannot publish to {settings.broker}: {error}")
    return count


def _publish_live(
    policy: Policy, settings: Settings, seed: int, rate: float, per_day: float, *, as_json: bool
) -> None:
    """Let the city report, and its agencies and its desk answer, until asked to stop."""
    from threading import Event, Thread

    from kafka.errors import KafkaError

    from hub.tools.simulate.answer import Answers
    from hub.tools.simulate.publish import LIVE_RATE, live_city, live_speed

    begun, stop = datetime.now(UTC), Event()
    rate = rate or LIVE_RATE
    try:
        answers = Answers(policy, settings, seed, live_speed(rate, per_day))
    except KafkaError as error:
        _fail(f"无法连接 {settings.broker}: {error}", f"cannot connect to {settings.broker}: {error}")
    answering = Thread(target=answers.run, args=(stop,), name="answers", daemon=True)
    answering.start()
    count = _publish(live_city(policy, seed, rate, per_day), settings, rate=0.0)
    stop.set()
    answering.join()
    with answers:
        _report(count, begun, 0, seed, as_json=as_json)


def _report(events: int, first: datetime, days: int, seed: int, *, as_json: bool) -> None:
    said = {"events": events, "start": first.isoformat(timespec="seconds"), "days": days, "seed": seed}
    if as_json:
        typer.echo(json.dumps(said))
        return
    since = said["start"]
    typer.echo(
        t(f"{events} 条事件, 自 {since} 起, 种子 {seed}", f"{events} events from {since}, seed {seed}")
    )


def _fail(zh: str, en: str) -> NoReturn:
    typer.echo(t(zh, en), err=True)
    raise typer.Exit(1)
