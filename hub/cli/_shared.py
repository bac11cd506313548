"""What several commands need: the open database, the one jurisdiction meant, and printing."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Final, NoReturn

import orjson
import typer
from kafka.errors import KafkaError
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine

from hub.cli.text import t
from hub.policies.load import load_policies
from hub.policies.models import Policy
from hub.settings import Settings
from hub.store.database import open_database, require_tables

AsJson = Annotated[bool, typer.Option("--json", help=t("以 JSON 输出", "Print JSON"))]
Jurisdiction = Annotated[
    str | None, typer.Option("--jurisdiction", help=t("辖区代码", "Code of the jurisdiction"))
]
Limit = Annotated[int, typer.Option("--limit", min=1, max=100_000, help=t("最多几条", "At most so many"))]

FAILED: Final = 1


def fail(zh: str, en: str) -> NoReturn:
    """Say in one line why the command cannot go on, and end with status 1."""
    print(t(zh, en), file=sys.stderr)
    raise typer.Exit(FAILED)


def database(settings: Settings) -> Engine:
    """Open the database the settings name; raises `BadDatabase` when it is away or has no tables."""
    engine = open_database(settings.database)
    require_tables(engine)
    return engine


def one_policy(settings: Settings, code: str | None) -> Policy:
    """Give the jurisdiction meant: the one named, or the only one there is."""
    policies = load_policies(settings.config)
    if code is None and len(policies) == 1:
        return next(iter(policies.values()))
    known = ", ".join(sorted(policies))
    if code is None:
        fail(f"有多个辖区,请用 --jurisdiction 指明:{known}", f"name one with --jurisdiction: {known}")
    if code not in policies:
        fail(f"没有辖区 {code};现有:{known}", f"no jurisdiction {code}; there are: {known}")
    return policies[code]


def print_json(value: object) -> None:
    """Print one JSON line."""
    sys.stdout.write(orjson.dumps(value).decode() + "\n")


def print_rows(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool) -> None:
    """Print rows as JSON lines, or the named columns as a table."""
    if as_json:
        for row in rows:
            print_json(dict(row))
        return
    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(str(row[column]) for column in columns))
    Console().print(table)


def fail_kafka(settings: Settings, error: KafkaError) -> NoReturn:
    """Fail with where Kafka was looked for, and as whom: it lets a stranger wait as if it were not there."""
    fail(
        f"连不上 Kafka({settings.broker}),请检查 HUB_BROKER、HUB_BROKER_USER 与 HUB_BROKER_CA:{error}",
        f"cannot reach Kafka at {settings.broker}, check HUB_BROKER, HUB_BROKER_USER and HUB_BROKER_CA: {error}",
    )


def require_publisher(settings: Settings, agency: str) -> None:
    """Fail with those there are where no agency of that name publishes."""
    known = sorted(
        one.id
        for policy in load_policies(settings.config).values()
        for one in policy.agencies.values()
        if one.publishes
    )
    if agency not in known:
        shown = ", ".join(known[:20])
        fail(f"没有接入单位 {agency};现有:{shown}", f"no agency {agency} publishes; there are: {shown}")
