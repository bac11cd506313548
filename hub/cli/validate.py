"""`hub validate`: judges a file of events before anything is sent."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Final

import typer

from hub.cli._shared import AsJson, fail, print_json
from hub.cli.text import ENGLISH, t
from hub.policies.load import load_policy
from hub.tools.validate import validate as validate_file

SHOWN_MAX: Final = 50


def validate(
    file: Annotated[Path, typer.Argument(help=t("JSON 或 JSONL 文件", "A JSON or JSONL file"))],
    *,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--config",
            help=t(
                "辖区文件夹,一并核对区划、类别与单位",
                "Jurisdiction folder: judge places, kinds, agencies too",
            ),
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Judge every event as intake would; a flaw is one line with line number and pointer, and status 1."""
    if not file.is_file():
        fail(f"没有文件 {file}", f"there is no file {file}")
    policy = None if folder is None else load_policy(folder)
    told = validate_file(file, policy, time.time_ns() // 1_000_000)
    if as_json:
        for finding in told.findings:
            print_json(finding._asdict())
        print_json({"events": told.events, "wrong": len(told.findings)})
    else:
        for finding in told.findings[:SHOWN_MAX]:
            message = finding.message_en if ENGLISH else finding.message_zh
            typer.echo(f"{file}:{finding.line}: {finding.code} {finding.pointer} {message}", err=True)
        wrong = len(told.findings)
        print(t(f"{told.events} 个事件, {wrong} 个有误", f"{told.events} events, {wrong} wrong"))
    if told.findings:
        raise typer.Exit(1)
