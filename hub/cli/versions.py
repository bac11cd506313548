"""`hub policy keep|list|adopt`: keep a version of the policy, and let the log go on under it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from hub.cli._shared import AsJson, Jurisdiction, database, one_policy, print_json, print_rows
from hub.cli.acts import By, CommandId, Note, put
from hub.cli.text import t
from hub.schemas.commands import AdoptPolicy
from hub.settings import read_settings
from hub.store.dialect import writer
from hub.store.versions import adopted_version
from hub.tools.kept import keep, load_kept


def policy_keep(
    folder: Annotated[Path, typer.Argument(help=t("辖区文件夹", "Jurisdiction folder"))],
    *,
    as_json: AsJson = False,
) -> None:
    """Prove a folder, keep a copy under HUB_POLICIES and print its version; running workers know it once restarted."""
    policy = keep(folder, read_settings().policies, datetime.now(tz=UTC).date())
    if as_json:
        print_json({"jurisdiction": policy.jurisdiction, "version": policy.version})
    else:
        print(policy.version)


def policy_list(*, jurisdiction: Jurisdiction = None, as_json: AsJson = False) -> None:
    """Print the versions at hand: the folder's own and those kept, and which one decides."""
    settings = read_settings()
    policy = one_policy(settings, jurisdiction)
    sql = writer(database(settings))
    decides = adopted_version(sql, policy.jurisdiction) or policy.version
    sql.close()
    kept = load_kept(settings.policies).get(policy.jurisdiction, {})
    rows = [
        {
            "version": version,
            "folder": version == policy.version,
            "kept": version in kept,
            "decides": version == decides,
        }
        for version in sorted({policy.version, decides, *kept})
    ]
    print_rows(rows, ("version", "folder", "kept", "decides"), as_json=as_json)


def policy_adopt(
    version: Annotated[str, typer.Argument(help=t("规则版本", "Version of the policy"))],
    *,
    note: Note = "",
    by: By = "",
    command_id: CommandId = None,
    jurisdiction: Jurisdiction = None,
    as_json: AsJson = False,
) -> None:
    """Let decisions follow a kept version from here on."""
    put(AdoptPolicy, jurisdiction, note, by, command_id, as_json=as_json, version=version)
