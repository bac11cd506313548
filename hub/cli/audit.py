"""Auditing escalations on demand: what should have happened by the log's clock and has not."""

from __future__ import annotations

import typer

from hub.cli._shared import AsJson, database, print_rows
from hub.cli.text import t
from hub.policies.load import load_policies
from hub.settings import read_settings
from hub.store.audit import MISSED_TEXTS, misses


def escalations(*, as_json: AsJson = False) -> None:
    """List every clock, rise, notice and lead that is missing; status 1 when there is one."""
    settings = read_settings()
    with database(settings).connect() as sql:
        found = misses(sql, load_policies(settings.config))
    rows = [
        {
            "jurisdiction": miss.jurisdiction,
            "problem_id": miss.problem_id,
            "subject": miss.subject,
            "what": miss.what,
            "text": t(*MISSED_TEXTS[miss.what]),
        }
        for miss in found
    ]
    if rows or as_json:
        print_rows(rows, ("problem_id", "subject", "what", "text"), as_json=as_json)
    else:
        print(t("没有漏掉的时限、升级或通知", "no clock, rise or notice was missed"))
    if rows:
        raise typer.Exit(1)
