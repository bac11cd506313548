"""Signing in by the city's own provider: the way there, and the way back into an account that exists."""

from __future__ import annotations

from typing import Final

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from hub.console.account import inside, ticketed
from hub.console.desk import NotFound
from hub.console.frame import bare
from hub.console.grants import Grants, may
from hub.console.parts import console_of
from hub.console.provider import NotProved, Proof, Provider, ProviderAway
from hub.console.words import msg
from hub.store import people, trail
from hub.tools.accounts import LOGIN

router: Final = APIRouter()

ERRAND_COOKIE: Final = "hub_errand"
BACK: Final = "/login/oidc/back"
REFUSALS: Final = {
    "no account": msg("您在本系统没有可用的账号，请联系管理员。"),
    "no role": msg("统一身份认证没有给您本系统的角色，请联系管理员。"),
}
TO_MAX: Final = 1_500
"""A browser keeps no cookie longer than 4 kB."""


@router.get("/login/oidc")
def leave(request: Request, to: str = "/") -> Response:
    """Send the browser to the provider."""
    try:
        wanted = inside(to) if len(to) <= TO_MAX else "/"
        address, cookie = _provider(request).leave(_redirect(request), wanted)
    except ProviderAway as error:
        structlog.get_logger().warning("provider does not answer", error=str(error))
        return _refused(request, 503, msg("统一身份认证没有应答，请稍后再试，或用账号密码登录。"))
    response = RedirectResponse(address, 303)
    secure = request.url.scheme == "https"
    # Lax: the browser comes back from another site, by a link that it follows.
    response.set_cookie(
        ERRAND_COOKIE, cookie, max_age=600, path="/login", httponly=True, samesite="lax", secure=secure
    )
    return response


@router.get(BACK)
def back(request: Request, state: str = "", code: str = "") -> Response:
    """Open a session of the account that the provider proves, or say why not; both go into the trail."""
    console = console_of(request)
    now_ms = console.now_ms()
    try:
        proof = _provider(request).returned(
            _redirect(request), request.cookies.get(ERRAND_COOKIE, ""), state, code
        )
    except ProviderAway as error:
        structlog.get_logger().warning("provider does not answer", error=str(error))
        return _refused(request, 503, msg("统一身份认证没有应答，请稍后再试，或用账号密码登录。"))
    except NotProved as error:
        structlog.get_logger().warning("sign-in not proved", error=str(error))
        trail.record(
            console.engine, trail.Entry(now_ms, "?", "", trail.Act.SIGN_IN_FAILED, "", "oidc", "not proved")
        )
        return _refused(request, 403, msg("统一身份认证没有通过，请重新登录。"))
    with people.writing(console.engine) as sql:
        account, said = _admitted(sql, proof, _provider(request).grants, now_ms)
        token = people.open_session(sql, account.login, now_ms) if account else ""
    trail.record(console.engine, *said)
    if account is None:
        return _refused(request, 403, REFUSALS[said[-1].outcome])
    response = ticketed(request, account, token, proof.to)
    response.delete_cookie(ERRAND_COOKIE, path="/login")
    return response


def _admitted(
    sql: Connection, proof: Proof, grants: Grants | None, now_ms: int
) -> tuple[people.Account | None, list[trail.Entry]]:
    """Give the account that somebody may use now, None for nobody, and what the trail keeps of it.

    Accounts with a password were made here and stay as they are; the others follow the provider's claims.
    """
    account = people.find_account(sql, proof.login)
    said: list[trail.Entry] = []
    provided = people.is_free(sql, proof.login) or (
        account is not None and people.is_provided(sql, proof.login)
    )
    if grants is not None and provided and LOGIN.fullmatch(proof.login):
        granted = grants.account(proof.login, proof.claims)
        if granted is None:
            people.close_sessions(sql, proof.login)
            return None, [_note(now_ms, account, trail.Act.SIGN_IN_FAILED, outcome="no role")]
        if account is None:
            people.add_account(sql, granted, None, now_ms)
            said.append(_note(now_ms, granted, trail.Act.ACCOUNT_ADDED, granted.login, may(granted)))
        elif may(account) != may(granted):
            people.give_role(sql, granted)
            said.append(
                _note(
                    now_ms,
                    granted,
                    trail.Act.ROLE_CHANGED,
                    granted.login,
                    f"{may(account)} → {may(granted)}",
                )
            )
        account = people.find_account(sql, proof.login)
    if account is None or account.locked_until_ms == people.LOCKED_BY_HAND:
        return None, [*said, _note(now_ms, None, trail.Act.SIGN_IN_FAILED, outcome="no account")]
    if account.must_change:
        # The one-time password was for the first sign-in: here it is, and the password serves no longer.
        people.set_password(sql, proof.login, people.new_password())
    return account, [*said, _note(now_ms, account, trail.Act.SIGNED_IN, outcome="done")]


def _note(
    now_ms: int,
    account: people.Account | None,
    act: trail.Act,
    thing: str = "",
    detail: str = "oidc",
    outcome: str = "",
) -> trail.Entry:
    login, city = (account.login, account.jurisdiction) if account else ("?", "")
    return trail.Entry(now_ms, login, city, act, thing, detail, outcome)


def _provider(request: Request) -> Provider:
    provider = console_of(request).provider
    if provider is None:
        raise NotFound
    return provider


def _redirect(request: Request) -> str:
    return str(request.url.replace(path=BACK, query=""))


def _refused(request: Request, status: int, text: str) -> Response:
    return bare(request, "wrong_bare.html", status, title=msg("没有登录"), text=text)
