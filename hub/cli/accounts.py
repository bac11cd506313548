"""`hub accounts`: the desks of the console; `hub audit`: the trail they leave."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from sqlalchemy import Engine

from hub.cli._shared import AsJson, Jurisdiction, database, fail, one_policy, print_json, print_rows
from hub.cli.text import t
from hub.settings import read_settings
from hub.store import people, trail
from hub.store.people import Account, Role
from hub.tools.accounts import Keeper, Refused

accounts_app = typer.Typer(help=t("控制台账号", "Accounts of the console"), no_args_is_help=True)
audit_app = typer.Typer(help=t("审计记录", "The trail of what desks did"), no_args_is_help=True)

Login = Annotated[str, typer.Argument(help=t("账号", "Account"))]


@accounts_app.command(
    "first", help=t("没有账号时建立管理员", "Make the administrator where there is no account")
)
def accounts_first(*, jurisdiction: Jurisdiction = None, as_json: AsJson = False) -> None:
    """Make the first account of an empty hub and show its one-time password; says nothing where there are accounts."""
    settings = read_settings()
    policy = one_policy(settings, jurisdiction)
    root = next(code for code, place in policy.places.items() if place.parent is None)
    with people.writing(database(settings)) as sql:
        password = people.first_admin(sql, policy.jurisdiction, root, _now_ms())
    if password is not None:
        _print_password("admin", password, as_json=as_json)


@accounts_app.command("add", help=t("新增账号", "Add an account"))
def accounts_add(
    login: Login,
    *,
    role: Annotated[Role, typer.Option(help=t("角色", "Role"))],
    territory: Annotated[
        str, typer.Option(help=t("属地代码，承办单位可不填", "Place code; an agency may have none"))
    ] = "",
    agency: Annotated[str, typer.Option(help=t("单位", "Agency id"))] = "",
    jurisdiction: Jurisdiction = None,
    as_json: AsJson = False,
) -> None:
    """Add an account with a one-time password, which is shown once."""
    settings = read_settings()
    policy = one_policy(settings, jurisdiction)
    account = Account(login, role, policy.jurisdiction, territory, agency, must_change=True)
    with _told():
        password = _keeper(database(settings)).add(policy, account)
    _print_password(login, password, as_json=as_json)


@accounts_app.command("list", help=t("列出账号", "List the accounts"))
def accounts_list(*, as_json: AsJson = False) -> None:
    """List the accounts that are not closed."""
    now_ms = _now_ms()
    with database(read_settings()).connect() as sql:
        rows = [
            {
                "login": account.login,
                "role": str(account.role),
                "jurisdiction": account.jurisdiction,
                "territory": account.territory,
                "agency": account.agency,
                "otp": account.has_otp,
                "locked": account.locked_until_ms > now_ms,
            }
            for account in people.accounts(sql)
        ]
    print_rows(
        rows, ("login", "role", "jurisdiction", "territory", "agency", "otp", "locked"), as_json=as_json
    )


@accounts_app.command("password", help=t("重设密码", "Give an account a new one-time password"))
def accounts_password(login: Login, *, as_json: AsJson = False) -> None:
    """Give an account a new one-time password; its sessions end, its lock and its one-time code are lifted."""
    with _told():
        password = _keeper(database(read_settings())).reset(login)
    _print_password(login, password, as_json=as_json)


@accounts_app.command("otp", help=t("解除动态口令", "Ask an account for no one-time code any more"))
def accounts_otp(login: Login) -> None:
    """Ask an account for no one-time code until it turns one on again: for a lost device."""
    with _told():
        _keeper(database(read_settings())).drop_otp(login)


@accounts_app.command("lock", help=t("锁定账号", "Lock an account"))
def accounts_lock(login: Login) -> None:
    """Lock an account until it is unlocked; its sessions end."""
    with _told():
        _keeper(database(read_settings())).lock(login)


@accounts_app.command("unlock", help=t("解锁账号", "Unlock an account"))
def accounts_unlock(login: Login) -> None:
    """Lift an account's lock, whoever or whatever locked it."""
    with _told():
        _keeper(database(read_settings())).unlock(login)


@accounts_app.command("close", help=t("停用账号", "Close an account"))
def accounts_close(login: Login) -> None:
    """Close an account and its sessions for good."""
    with _told():
        _keeper(database(read_settings())).close(login)


@audit_app.command("verify", help=t("校验审计链", "Check the chain of the trail"))
def audit_verify(*, as_json: AsJson = False) -> None:
    """Walk the whole trail; status 1 when an entry was changed, taken out or put in."""
    with database(read_settings()).connect() as sql:
        verdict = trail.verify(sql)
    if as_json:
        print_json({"held": verdict.held, "digest": verdict.digest, "broken_at": verdict.broken_at})
    elif verdict.broken_at is None:
        print(
            t(f"{verdict.held} 条全部相连，末条摘要", f"all {verdict.held} linked, last digest"),
            verdict.digest,
        )
    else:
        print(t(f"在第 {verdict.broken_at} 条断开", f"broken at entry {verdict.broken_at}"))
    if verdict.broken_at is not None:
        raise typer.Exit(1)


def _keeper(engine: Engine) -> Keeper:
    """Give who keeps accounts here: the command line."""
    return Keeper(engine, "@command-line", _now_ms())


@contextmanager
def _told() -> Iterator[None]:
    """Say in one line why nothing was done to an account."""
    try:
        yield
    except Refused as refused:
        fail(refused.zh, refused.en)


def _print_password(login: str, password: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"account": login, "password": password})
    else:
        print(
            t(
                f"账号 {login}，一次性密码 {password}（仅显示这一次，登录后须更换）",
                f"account {login}, one-time password {password} (shown once, to be changed at sign-in)",
            )
        )


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
