"""`hub policy keep|list|propose|adopt`: keep a version of the policy, and let the log go on under it."""

from __future__ import annotations

import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from hub.cli._shared import AsJson, Jurisdiction, database, fail, one_policy, print_json, print_rows
from hub.cli.acts import By, CommandId, Note, put
from hub.cli.text import t
from hub.schemas.commands import AdoptPolicy
from hub.schemas.personal import has_personal_data, plain
from hub.settings import read_settings
from hub.store.dialect import writer
from hub.store.people import find_account
from hub.store.proposals import proposer
from hub.store.versions import adopted_version
from hub.tools.kept import Folders, keep, load_kept
from hub.tools.propose import put_proposal


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


def policy_propose(
    version: Annotated[str, typer.Argument(help=t("规则版本", "Version of the policy"))],
    *,
    by: By,
    note: Note,
    jurisdiction: Jurisdiction = None,
    as_json: AsJson = False,
) -> None:
    """Propose that a kept version be adopted; another account adopts it."""
    settings = read_settings()
    policy = one_policy(settings, jurisdiction)
    if version not in Folders(settings.config, settings.policies).of(policy):
        fail(
            f"没有保存版本 {version},请先 hub policy keep",
            f"version {version} is not kept: run `hub policy keep` first",
        )
    engine = database(settings)
    with engine.connect() as sql:
        if find_account(sql, by) is None:
            fail(f"没有账号 {by}", f"there is no account {by}")
    if has_personal_data(plain(note)):
        fail("内容含个人信息,没有送出", "this holds personal data; nothing was sent")
    now_ms = time.time_ns() // 1_000_000
    proposed = put_proposal(engine, policy.jurisdiction, version, by, note, now_ms)
    if as_json:
        print_json(asdict(proposed))
    else:
        print(t(f"已提议启用 {version},待另一账号启用", f"{version} is proposed; another account adopts it"))


def policy_adopt(
    version: Annotated[str, typer.Argument(help=t("规则版本", "Version of the policy"))],
    *,
    note: Note = "",
    by: By = "",
    command_id: CommandId = None,
    jurisdiction: Jurisdiction = None,
    as_json: AsJson = False,
) -> None:
    """Let decisions follow a kept version from here on; somebody else has proposed it."""
    settings = read_settings()
    code = one_policy(settings, jurisdiction).jurisdiction
    with database(settings).connect() as sql:
        proposed_by = proposer(sql, code, version)
    put(AdoptPolicy, code, note, by, command_id, as_json=as_json, version=version, proposed_by=proposed_by)
