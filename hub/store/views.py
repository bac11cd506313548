"""Saved views: a name for an address with its filters, of one account or shared with all of its role in the city.

A view holds no rows: whoever opens it sees what lies in their own scope.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, and_, delete, func, insert, or_, select

from hub.store.people import Account
from hub.store.people_tables import VIEW

NAME_MAX: Final = 40
ADDRESS_MAX: Final = 2_000
VIEWS_MAX: Final = 30
"""How many views one account may keep: more than a menu shows is no help."""


@dataclass(frozen=True, slots=True)
class View:
    """One saved view; `login` made it, `shared` shows it to all of its role."""

    login: str
    name: str
    address: str
    shared: bool


def views_of(sql: Connection, account: Account) -> list[View]:
    """Give an account's own views by name, then those that others of its role share."""
    query = (
        select(VIEW)
        .where(
            or_(
                VIEW.c.login == account.login,
                and_(VIEW.c.jurisdiction == account.jurisdiction, VIEW.c.shared_with == account.role),
            )
        )
        .order_by(VIEW.c.login != account.login, VIEW.c.title, VIEW.c.login)
    )
    return [View(row.login, row.title, row.address, bool(row.shared_with)) for row in sql.execute(query)]


def save_view(sql: Connection, account: Account, view: View) -> bool:
    """Keep a view under its name, in place of the account's earlier one; False when the account holds too many."""
    forget_view(sql, account, view.name)
    held = select(func.count()).select_from(VIEW).where(VIEW.c.login == account.login)
    if sql.execute(held).scalar_one() >= VIEWS_MAX:
        return False
    sql.execute(
        insert(VIEW).values(
            login=account.login,
            title=view.name,
            jurisdiction=account.jurisdiction,
            shared_with=account.role if view.shared else "",
            address=view.address,
        )
    )
    return True


def forget_view(sql: Connection, account: Account, name: str) -> None:
    """Remove one of the account's own views."""
    sql.execute(delete(VIEW).where(VIEW.c.login == account.login, VIEW.c.title == name))
