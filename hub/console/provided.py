"""Signing in by the city's own provider: the way there, and the way back into an account that exists."""

from __future__ import annotations

from typing import Final

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from hub.console.account import inside, ticketed
from hub.console.desk import NotFound
from hub.console.frame import bare
from hub.console.parts import console_of
from hub.console.provider import NotProved, Provider, ProviderAway
from hub.console.words import msg
from hub.store import people, trail

router: Final = APIRouter()

ERRAND_COOKIE: Final = "hub_errand"
BACK: Final = "/login/oidc/back"
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
        login, to = _provider(request).returned(
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
        account = people.find_account(sql, login)
        if account is not None and account.locked_until_ms == people.LOCKED_BY_HAND:
            account = None
        if account is not None and account.must_change:
            # The one-time password was for the first sign-in: here it is, and the password serves no longer.
            people.set_password(sql, login, people.new_password())
        token = people.open_session(sql, login, now_ms) if account is not None else ""
    act = trail.Act.SIGNED_IN if account else trail.Act.SIGN_IN_FAILED
    city = account.jurisdiction if account else ""
    trail.record(
        console.engine,
        trail.Entry(
            now_ms, login if account else "?", city, act, "", "oidc", "done" if account else "no account"
        ),
    )
    if account is None:
        return _refused(request, 403, msg("您在本系统没有可用的账号，请联系管理员。"))
    response = ticketed(request, account, token, to)
    response.delete_cookie(ERRAND_COOKIE, path="/login")
    return response


def _provider(request: Request) -> Provider:
    provider = console_of(request).provider
    if provider is None:
        raise NotFound
    return provider


def _redirect(request: Request) -> str:
    return str(request.url.replace(path=BACK, query=""))


def _refused(request: Request, status: int, text: str) -> Response:
    return bare(request, "wrong_bare.html", status, title=msg("没有登录"), text=text)
