"""`hub accounts`: the desks of the console; `hub audit`: the trail they leave."""

from __future__ import annotations

import time
from typing import Annotated

import typer
from sqlalchemy import Engine

from hub.cli._shared import AsJson, Jurisdiction, database, fail, one_policy, print_json, print_rows
from hub.cli.text import t
from hub.settings import read_settings
from hub.store import people, trail
from hub.store.people import Account, Role

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
    if territory and territory not in policy.places:
        fail(f"没有属地 {territory}", f"there is no place {territory}")
    if agency and agency not in policy.agencies:
        fail(f"没有单位 {agency}", f"there is no agency {agency}")
    if not territory and not agency:
        fail(
            "请用 --territory 或 --agency 指明能看到什么", "say what it may see with --territory or --agency"
        )
    password = people.new_password()
    account = Account(login, role, policy.jurisdiction, territory, agency, must_change=True)
    engine = database(settings)
    with people.writing(engine) as sql:
        if not people.is_free(sql, login):
            fail(f"账号 {login} 已存在，或曾经用过", f"the account {login} exists, or did once")
        people.add_account(sql, account, password, _now_ms())
    _note(engine, trail.Act.ACCOUNT_ADDED, policy.jurisdiction, login, f"{role} {territory} {agency}")
    _print_password(login, password, as_json=as_json)


@accounts_app.command("list", help=t("列出账号", "List the accounts"))
def accounts_list(*, as_json: AsJson = False) -> None:
    """List the accounts that are not closed."""
    with database(read_settings()).connect() as sql:
        rows = [
            {
                "login": account.login,
                "role": str(account.role),
                "jurisdiction": account.jurisdiction,
                "territory": account.territory,
                "agency": account.agency,
                "otp": account.has_otp,
            }
            for account in people.accounts(sql)
        ]
    print_rows(rows, ("login", "role", "jurisdiction", "territory", "agency", "otp"), as_json=as_json)


@accounts_app.command("password", help=t("重设密码", "Give an account a new one-time password"))
def accounts_password(login: Login, *, as_json: AsJson = False) -> None:
    """Give an account a new one-time password; its sessions end, its lock and its one-time code are lifted."""
    engine = database(read_settings())
    password = people.new_password()
    with people.writing(engine) as sql:
        account = _known(people.find_account(sql, login), login)
        people.set_password(sql, login, password, must_change=True)
        people.set_otp(sql, login, "")
    _note(engine, trail.Act.PASSWORD_CHANGED, account.jurisdiction, login)
    _print_password(login, password, as_json=as_json)


@accounts_app.command("close", help=t("停用账号", "Close an account"))
def accounts_close(login: Login) -> None:
    """Close an account and its sessions."""
    engine = database(read_settings())
    with people.writing(engine) as sql:
        account = _known(people.find_account(sql, login), login)
        people.close_account(sql, login, _now_ms())
    _note(engine, trail.Act.ACCOUNT_CLOSED, account.jurisdiction, login)


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


def _known(account: Account | None, login: str) -> Account:
    if account is None:
        fail(f"没有账号 {login}", f"there is no account {login}")
    return account


def _note(engine: Engine, act: trail.Act, jurisdiction: str, login: str, detail: str = "") -> None:
    trail.record(engine, trail.Entry(_now_ms(), "@command-line", jurisdiction, act, login, detail))


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
