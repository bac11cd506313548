"""What came in: events by outcome, tallies by agency, and the export of the log."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from kafka.errors import KafkaError

from hub.cli._shared import AsJson, Jurisdiction, Limit, database, fail, fail_kafka, one_policy, print_rows
from hub.cli.text import t
from hub.model.clock import local
from hub.schemas.inbound import INBOUND, IncidentReported
from hub.schemas.reasons import Outcome
from hub.settings import read_settings
from hub.store import queries
from hub.store.reads import accepted_body
from hub.tools.adapters.cap import alert_of
from hub.tools.export import export
from hub.tools.trace import trace

events_app = typer.Typer(help=t("事件", "Events"), no_args_is_help=True)


@events_app.command("list", help=t("按日志顺序列出事件", "List events in log order"))
def events_list(
    *,
    outcome: Annotated[Outcome | None, typer.Option(help=t("结果", "Outcome"))] = None,
    agency: Annotated[str | None, typer.Option(help=t("单位", "Agency id"))] = None,
    after: Annotated[int, typer.Option(min=0, help=t("序号之后", "After this number"))] = 0,
    jurisdiction: Jurisdiction = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List journal rows of a jurisdiction in log order."""
    settings = read_settings()
    code = one_policy(settings, jurisdiction).jurisdiction
    with database(settings).connect() as sql:
        rows = queries.events(sql, code, outcome, agency, after, limit)
    print_rows(
        rows,
        ("number", "agency", "event_id", "outcome", "code", "pointer", "place", "category"),
        as_json=as_json,
    )


@events_app.command("tally", help=t("各单位各分区的结果统计", "Outcomes by agency and partition"))
def events_tally(*, as_json: AsJson = False) -> None:
    """Show received = accepted + duplicate + quarantined + refused for each agency and partition."""
    with database(read_settings()).connect() as sql:
        rows = queries.tallies(sql)
    columns = (
        "jurisdiction",
        "agency",
        "partition",
        "received",
        "accepted",
        "duplicate",
        "quarantined",
        "refused",
    )
    print_rows(rows, columns, as_json=as_json)


@events_app.command("export", help=t("按日志顺序导出已接收的事件", "Write the accepted events in log order"))
def events_export(*, jurisdiction: Jurisdiction = None) -> None:
    """Write the accepted events in log order to standard output, a file that `hub replay` takes."""
    settings = read_settings()
    code = one_policy(settings, jurisdiction).jurisdiction
    with database(settings).connect() as sql:
        for line in export(sql, code):
            sys.stdout.write(line + "\n")


@events_app.command("cap", help=t("把一个突发事件写成 CAP 1.2", "Write an incident as a CAP 1.2 alert"))
def events_cap(
    agency: Annotated[str, typer.Argument(help=t("单位", "Agency id"))],
    event: Annotated[str, typer.Argument(help=t("事件 id", "The event's id"))],
    *,
    jurisdiction: Jurisdiction = None,
) -> None:
    """Write an accepted incident to standard output as a CAP 1.2 alert."""
    settings = read_settings()
    policy = one_policy(settings, jurisdiction)
    with database(settings).connect() as sql:
        body = accepted_body(sql, policy.jurisdiction, agency, event)
    told = None if body is None else INBOUND.validate_json(body)
    if not isinstance(told, IncidentReported):
        fail(f"{agency} 没有已接收的突发事件 {event}", f"{agency} has no accepted incident {event}")
    place, category = policy.places.get(told.data.place), policy.categories.get(told.data.category)
    written = alert_of(
        told,
        told.data.place if place is None else place.name,
        told.data.category if category is None else category.name_zh,
    )
    sys.stdout.buffer.write(written + b"\n")


@events_app.command("trace", help=t("一个事件经过的每一站", "Every hop of one event"))
def events_trace(
    agency: Annotated[str, typer.Argument(help=t("单位", "Agency id"))],
    event: Annotated[str, typer.Argument(help=t("事件 id", "The event's id"))],
    *,
    jurisdiction: Jurisdiction = None,
    as_json: AsJson = False,
) -> None:
    """Print every hop of an event with its place, offset and time, and the milliseconds since the first."""
    settings = read_settings()
    policy = one_policy(settings, jurisdiction)
    try:
        with database(settings).connect() as sql:
            hops = trace(settings, sql, policy, agency, event)
    except KafkaError as error:
        fail_kafka(settings, error)
    if not hops:
        fail(f"日志中没有 {agency} 的事件 {event}", f"the log has no event {event} of {agency}")
    rows = [
        {
            "where": hop.where,
            "at": local(hop.at_ms, policy.zone).isoformat(timespec="milliseconds"),
            "after_ms": hop.at_ms - hops[0].at_ms,
            "what": hop.what,
        }
        for hop in hops
    ]
    print_rows(rows, ("at", "after_ms", "where", "what"), as_json=as_json)
