"""账号管理: the desks of the centre as its administrators keep them; every change leaves a trail."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response

from hub.console import frame
from hub.console.acts import Actor
from hub.console.desk import Desk, Forbidden, NotFound, Posted, Reader
from hub.console.pages import PAGES, ROLE_WORDS
from hub.console.words import msg
from hub.policies.models import Tier
from hub.store import people, trail
from hub.store.people import Account, Role
from hub.tools.accounts import Fault, Keeper, Refused, keeps, lies_in

router: Final = APIRouter()

VERBS: Final = {
    "reset": msg("已重设密码"),
    "otp": msg("已解除动态口令"),
    "lock": msg("账号已锁定"),
    "unlock": msg("已解锁"),
    "close": msg("已停用"),
}
FIELDS: Final = ("verb", "login", "role", "territory", "agency")
LISTED: Final = (Tier.CITY, Tier.COUNTY, Tier.TOWNSHIP)
"""Territories offered by name; a village's code can be typed."""


@router.get("/accounts")
def accounts(request: Request, desk: Reader) -> Response:
    """List the accounts that the reader keeps."""
    return _page(request, desk)


@router.post("/accounts")
def change(request: Request, desk: Actor, form: Posted) -> Response:
    """Add an account, or change one that the reader keeps; a one-time password is shown this once."""
    if not desk.may(PAGES["/accounts"]):
        desk.note(trail.Act.DENIED, "/accounts")
        raise Forbidden
    said = {name: str(form.get(name, "")).strip() for name in FIELDS}
    keeper = Keeper(desk.console.engine, desk.account.login, desk.wall_ms)
    try:
        done, password = _add(desk, keeper, said) if said["verb"] == "add" else _change(desk, keeper, said)
    except Refused as refused:
        return _page(request, desk, wrong=refused.zh if desk.lang == "zh" else refused.en, said=said)
    return _page(request, desk, done=done, login=said["login"], password=password)


def _add(desk: Desk, keeper: Keeper, said: dict[str, str]) -> tuple[str, str]:
    if said["role"] not in set(Role):
        raise Refused(Fault.NO_ROLE)
    account = Account(
        said["login"],
        Role(said["role"]),
        desk.policy.jurisdiction,
        said["territory"],
        said["agency"],
        must_change=True,
    )
    return msg("已新增账号"), keeper.add(desk.policy, account, desk.account)


def _change(desk: Desk, keeper: Keeper, said: dict[str, str]) -> tuple[str, str]:
    login, verb = said["login"], said["verb"]
    with desk.console.engine.connect() as sql:
        account = people.find_account(sql, login)
    if verb not in VERBS or account is None or not keeps(desk.policy, desk.account, account):
        raise NotFound
    password = ""
    match verb:
        case "reset":
            password = keeper.reset(login)
        case "otp":
            keeper.drop_otp(login)
        case "lock":
            keeper.lock(login)
        case "unlock":
            keeper.unlock(login)
        case _:
            keeper.close(login)
    return VERBS[verb], password


def _page(
    request: Request,
    desk: Desk,
    *,
    done: str = "",
    login: str = "",
    password: str = "",
    wrong: str = "",
    said: dict[str, str] | None = None,
) -> Response:
    policy, names = desk.policy, desk.names
    with desk.console.engine.connect() as sql:
        kept = [one for one in people.accounts(sql) if keeps(policy, desk.account, one)]
    own = desk.account.territory
    places = [
        code for code, place in policy.places.items() if place.tier in LISTED and lies_in(policy, code, own)
    ]
    agencies = [
        agency.id
        for agency in policy.agencies.values()
        if agency.publishes and lies_in(policy, agency.territory, own)
    ]
    return frame.page(
        request,
        desk,
        "accounts.html",
        accounts=kept,
        roles=ROLE_WORDS,
        places=places,
        agencies=sorted(agencies, key=names.agency),
        by_hand=people.LOCKED_BY_HAND,
        done=done,
        login=login,
        password=password,
        wrong=wrong,
        said=said or dict.fromkeys(FIELDS, ""),
    )
