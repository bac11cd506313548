"""`hub agencies`: who publishes, and the API keys of their systems."""

from __future__ import annotations

import re
import time
from typing import Annotated, Final

import typer

from hub.cli._shared import (
    AsJson,
    Jurisdiction,
    database,
    fail,
    one_policy,
    print_json,
    print_rows,
    require_publisher,
)
from hub.cli.logins import login_app
from hub.cli.text import t
from hub.model.clock import DAY_MS
from hub.policies.load import load_policies
from hub.settings import Settings, read_settings
from hub.store.keys import Key, Owner, Role, issue, keys, revoke
from hub.store.pulse import Pulse, Silence

agencies_app = typer.Typer(help=t("接入单位", "Agencies that publish"), no_args_is_help=True)
key_app = typer.Typer(help=t("单位的接口密钥", "API keys of agencies"), no_args_is_help=True)
agencies_app.add_typer(key_app, name="key")
agencies_app.add_typer(login_app, name="login")

DESK: Final = re.compile(r"[a-z0-9._-]{1,40}")


@agencies_app.command(
    "list", help=t("列出接入单位与静默时长", "List the agencies that publish, and their silence")
)
def agencies_list(*, as_json: AsJson = False) -> None:
    """List the agencies that publish: how long each has said nothing, and whether that is unusual for it."""
    settings = read_settings()
    policies = load_policies(settings.config)
    pulse, now_ms = Pulse(), _now_ms()
    with database(settings).connect() as sql:
        pulse.read(sql, policies, now_ms)
    silences = pulse.silences(now_ms)
    rows = [
        {
            "jurisdiction": policy.jurisdiction,
            "id": agency.id,
            "name": t(agency.name_zh, agency.name_en),
            "territory": agency.territory,
            "silent_minutes": None if agency.id not in silences else silences[agency.id].silent_ms // 60_000,
            "unusual": agency.id in silences and silences[agency.id].is_unusual,
            "silence": _said(silences.get(agency.id)),
        }
        for policy in policies.values()
        for agency in policy.agencies.values()
        if agency.publishes
    ]
    print_rows(rows, ("jurisdiction", "id", "name", "territory", "silence"), as_json=as_json)


def _said(silence: Silence | None) -> str:
    if silence is None:
        return t("两周内无来件", "nothing within two weeks")
    minutes = silence.silent_ms // 60_000
    mark = t(" (异常)", " (unusual)") if silence.is_unusual else ""
    if minutes < 120:
        return t(f"已静默 {minutes} 分钟", f"silent for {minutes} minutes") + mark
    return t(f"已静默 {minutes // 60} 小时", f"silent for {minutes // 60} hours") + mark


@key_app.command("issue", help=t("签发密钥,只显示这一次", "Issue a key, shown this once"))
def key_issue(
    agency: Annotated[str | None, typer.Argument(help=t("单位", "Agency id"))] = None,
    desk: Annotated[
        str | None,
        typer.Option(
            "--desk", help=t("联动中心席位, 可办一切操作", "A desk of the centre, which may do every act")
        ),
    ] = None,
    days: Annotated[
        int | None,
        typer.Option(
            min=1, max=3660, help=t("几天后过期, 默认不过期", "Expires in so many days; default never")
        ),
    ] = None,
    jurisdiction: Jurisdiction = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Issue a key for an agency's systems or for a desk; the database keeps only its hash."""
    settings = read_settings()
    owner = _owner(settings, agency, desk, jurisdiction)
    now_ms = _now_ms()
    expires_ms = None if days is None else now_ms + days * DAY_MS
    with database(settings).begin() as sql:
        token = issue(sql, owner, now_ms, expires_ms)
    if as_json:
        print_json({owner.role.value: owner.name, "id": token.split("_")[1], "key": token})
    else:
        print(token)


def _owner(settings: Settings, agency: str | None, desk: str | None, jurisdiction: str | None) -> Owner:
    if (agency is None) == (desk is None):
        fail("请指明单位或 --desk 席位, 二者取一", "name an agency or --desk, one of the two")
    if desk is None:
        assert agency is not None, "one of the two is named"
        require_publisher(settings, agency)
        return Owner(Role.AGENCY, agency)
    if not DESK.fullmatch(desk):
        fail(
            f"席位名 {desk} 只能用小写字母、数字和 . _ -",
            f"desk {desk}: use lower-case letters, digits and . _ -",
        )
    return Owner(Role.DESK, desk, one_policy(settings, jurisdiction).jurisdiction)


@key_app.command("revoke", help=t("吊销密钥", "Revoke a key"))
def key_revoke(
    key: Annotated[str, typer.Argument(help=t("密钥编号,见 list", "The key's id, as in list"))],
    *,
    as_json: AsJson = False,
) -> None:
    """Revoke a key; the API refuses it within five seconds."""
    with database(read_settings()).begin() as sql:
        if not revoke(sql, key, _now_ms()):
            fail(f"没有在用的密钥 {key}", f"there is no working key {key}")
    if as_json:
        print_json({"id": key, "revoked": True})
    else:
        print(t(f"已吊销 {key}", f"{key} is revoked"))


@key_app.command("list", help=t("列出密钥", "List keys"))
def key_list(
    agency: Annotated[str | None, typer.Option(help=t("单位", "Agency id"))] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List keys by id, never their secrets."""
    with database(read_settings()).connect() as sql:
        rows = [_shown(key) for key in keys(sql, agency)]
    print_rows(rows, ("id", "agency", "desk", "issued", "expires", "revoked"), as_json=as_json)


def _shown(key: Key) -> dict[str, str]:
    return {
        "id": key.id,
        "agency": key.owner.name if key.owner.role is Role.AGENCY else "",
        "desk": key.owner.name if key.owner.role is Role.DESK else "",
        "issued": _utc(key.issued_ms),
        "expires": _utc(key.expires_ms),
        "revoked": _utc(key.revoked_ms),
    }


def _utc(at_ms: int | None) -> str:
    if at_ms is None:
        return ""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at_ms / 1000))


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
