"""`hub replay`: the same core on a file of events."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from hub.cli._shared import AsJson, Jurisdiction, fail, one_policy
from hub.cli.text import ENGLISH, t
from hub.core._posts import Told
from hub.core._speech import render
from hub.policies.load import load_policy
from hub.policies.models import Policy
from hub.settings import read_settings
from hub.store.versions import PolicyAway
from hub.tools.kept import load_versions
from hub.tools.replay import decision_lines, outcome_line, replay_adopting
from hub.tools.replay import replay as replay_file


def replay(
    file: Annotated[Path, typer.Argument(help=t("JSONL 文件", "A JSONL file"))],
    *,
    folder: Annotated[
        Path | None, typer.Option("--config", help=t("辖区文件夹,默认 HUB_CONFIG", "Jurisdiction folder"))
    ] = None,
    outcomes: Annotated[
        bool, typer.Option("--outcomes", help=t("每行输入给出结果", "Print the outcome of each line instead"))
    ] = False,
    adopted: Annotated[
        list[Path] | None,
        typer.Option(
            "--policies", help=t("途中启用的规则版本文件夹,可多个", "Folder of a version adopted on the way")
        ),
    ] = None,
    jurisdiction: Jurisdiction = None,
    as_json: AsJson = False,
) -> None:
    """Print one decision a line, in the order taken; with --outcomes one line an input event."""
    if not file.is_file():
        fail(f"没有文件 {file}", f"there is no file {file}")
    policy = load_policy(folder) if folder is not None else one_policy(read_settings(), jurisdiction)
    now_ms = time.time_ns() // 1_000_000
    lang = "en" if ENGLISH else "zh"
    with file.open("rb") as lines:
        try:
            for told in _replayed(policy, adopted or [], lines, now_ms):
                outcome_lines = (outcome_line(entry, lang) for entry in told.entries)
                for row in outcome_lines if outcomes else decision_lines(policy, told):
                    _print(row, as_json=as_json)
        except PolicyAway as error:
            fail(f"--policies: {error}", f"--policies: {error}")


def _replayed(policy: Policy, adopted: Sequence[Path], lines: Iterable[bytes], now_ms: int) -> Iterator[Told]:
    if not adopted:
        return replay_file(policy, lines, now_ms)
    versions = load_versions(adopted).get(policy.jurisdiction, {})
    return replay_adopting(policy, versions, lines, now_ms)


def _print(row: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(render(row) + "\n")
    else:
        print("  ".join(str(value) for value in row.values() if not isinstance(value, (dict, tuple))))
