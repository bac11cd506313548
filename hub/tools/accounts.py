"""What is done to accounts, from the command line and at a screen: each verb checks, changes, and leaves a trail."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, Engine

from hub.policies.models import Policy
from hub.store import people, trail
from hub.store.people import Account, Role
from hub.store.trail import Act

LOGIN: Final = re.compile(r"[a-z0-9._-]{1,40}")
"""What the log takes as the account behind a command."""


class Fault(StrEnum):
    """Why nothing was done to an account."""

    BAD_LOGIN = "BAD_LOGIN"
    TAKEN = "TAKEN"
    NO_ROLE = "NO_ROLE"
    NO_PLACE = "NO_PLACE"
    NO_AGENCY = "NO_AGENCY"
    SEES_NOTHING = "SEES_NOTHING"
    NEEDS_AGENCY = "NEEDS_AGENCY"
    UNKNOWN = "UNKNOWN"
    OWN = "OWN"
    OUTSIDE = "OUTSIDE"


FAULT_TEXTS: Final = {
    Fault.BAD_LOGIN: (
        "账号须为 1 至 40 个小写字母、数字、点、横线或下划线",
        "an account is 1 to 40 small letters, digits, dots, hyphens or underscores",
    ),
    Fault.TAKEN: ("账号 {what} 已存在，或曾经用过", "the account {what} exists, or did once"),
    Fault.NO_ROLE: ("请选择角色", "choose a role"),
    Fault.NO_PLACE: ("没有属地 {what}", "there is no place {what}"),
    Fault.NO_AGENCY: ("没有单位 {what}", "there is no agency {what}"),
    Fault.SEES_NOTHING: (
        "请指明属地或单位，否则什么也看不到",
        "name a territory or an agency, else it sees nothing",
    ),
    Fault.NEEDS_AGENCY: ("承办单位的账号须指明单位", "an account of an agency needs the agency named"),
    Fault.UNKNOWN: ("没有账号 {what}", "there is no account {what}"),
    Fault.OUTSIDE: (
        "属地或单位不在您的辖区内",
        "the territory or the agency lies outside your own territory",
    ),
    Fault.OWN: (
        "不能对自己的账号这样做，请由另一位管理员办理",
        "not to your own account: let another administrator do it",
    ),
}


class Refused(Exception):
    """Nothing was done; `zh` and `en` say why."""

    def __init__(self, fault: Fault, what: str = "") -> None:
        super().__init__(fault)
        self.fault = fault
        self.zh, self.en = (text.format(what=what) for text in FAULT_TEXTS[fault])


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who keeps accounts: `by` is an account, or the command line; the trail has it."""

    engine: Engine
    by: str
    now_ms: int

    def add(self, policy: Policy, account: Account, admin: Account | None = None) -> str:
        """Add an account, at a screen one that `admin` keeps, and give its one-time password; raises `Refused`."""
        check(policy, account)
        if admin is not None and not keeps(policy, admin, account):
            raise Refused(Fault.OUTSIDE)
        password = people.new_password()
        with people.writing(self.engine) as sql:
            if not people.is_free(sql, account.login):
                raise Refused(Fault.TAKEN, account.login)
            people.add_account(sql, account, password, self.now_ms)
        detail = f"{account.role} {account.territory} {account.agency}"
        self._note(Act.ACCOUNT_ADDED, account, detail)
        return password

    def reset(self, login: str) -> str:
        """Give an account a new one-time password; its sessions end, its lock and one-time code are lifted."""
        password = people.new_password()
        with people.writing(self.engine) as sql:
            account = self._other(sql, login)
            people.set_password(sql, login, password, must_change=True)
            people.set_otp(sql, login, "")
        self._note(Act.PASSWORD_CHANGED, account)
        return password

    def drop_otp(self, login: str) -> None:
        """Ask an account for no one-time code until it turns one on again: for a lost device."""
        with people.writing(self.engine) as sql:
            account = self._other(sql, login)
            people.set_otp(sql, login, "")
        self._note(Act.OTP_CHANGED, account, "off")

    def lock(self, login: str) -> None:
        """Lock an account until it is unlocked; its sessions end."""
        with people.writing(self.engine) as sql:
            account = self._other(sql, login)
            people.lock(sql, login)
        self._note(Act.ACCOUNT_LOCKED, account)

    def unlock(self, login: str) -> None:
        """Lift an account's lock, whoever or whatever locked it."""
        with people.writing(self.engine) as sql:
            account = self._other(sql, login)
            people.unlock(sql, login)
        self._note(Act.ACCOUNT_UNLOCKED, account)

    def close(self, login: str) -> None:
        """Close an account for good; its name stays taken."""
        with people.writing(self.engine) as sql:
            account = self._other(sql, login)
            people.close_account(sql, login, self.now_ms)
        self._note(Act.ACCOUNT_CLOSED, account)

    def _other(self, sql: Connection, login: str) -> Account:
        """Nobody locks or closes himself out: so at least one administrator can always get in."""
        account = people.find_account(sql, login)
        if account is None:
            raise Refused(Fault.UNKNOWN, login)
        if login == self.by:
            raise Refused(Fault.OWN)
        return account

    def _note(self, act: Act, account: Account, detail: str = "") -> None:
        trail.record(
            self.engine,
            trail.Entry(self.now_ms, self.by, account.jurisdiction, act, account.login, detail),
        )


def check(policy: Policy, account: Account) -> None:
    """Make sure that an account can be: its name, and what it would see; raises `Refused`."""
    if not LOGIN.fullmatch(account.login):
        raise Refused(Fault.BAD_LOGIN)
    if account.territory and account.territory not in policy.places:
        raise Refused(Fault.NO_PLACE, account.territory)
    if account.agency and account.agency not in policy.agencies:
        raise Refused(Fault.NO_AGENCY, account.agency)
    if not account.territory and not account.agency:
        raise Refused(Fault.SEES_NOTHING)
    if account.role is Role.AGENCY and not account.agency:
        raise Refused(Fault.NEEDS_AGENCY)


def keeps(policy: Policy, admin: Account, account: Account) -> bool:
    """Whether an administrator keeps an account: nothing that it may see lies outside the own territory."""
    where = [account.territory] if account.territory else []
    if account.agency:
        agency = policy.agencies.get(account.agency)
        # An agency that the policy no longer knows is for administrators of the whole city.
        where.append(policy.jurisdiction if agency is None else agency.territory)
    return (
        admin.role is Role.ADMIN
        and admin.jurisdiction == account.jurisdiction
        and bool(where)
        and all(lies_in(policy, place, admin.territory) for place in where)
    )


def lies_in(policy: Policy, place: str, territory: str) -> bool:
    """Whether a place is a territory or lies below it; what the policy no longer knows lies in the city alone."""
    chain = policy.places[place].chain if place in policy.places else (policy.jurisdiction,)
    return territory in chain
