"""Signing in and out, the own password and one-time code, language and theme."""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import urlsplit

import pyotp
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from hub.console import frame
from hub.console.desk import (
    LANG_COOKIE,
    SESSION_COOKIE,
    THEME_COOKIE,
    Desk,
    Posted,
    SignedIn,
)
from hub.console.pages import HOME
from hub.console.parts import console_of
from hub.console.words import msg
from hub.store import people, trail
from hub.store.people import SignIn

router: Final = APIRouter()

YEAR_S: Final = 365 * 86_400
REFUSALS: Final = {
    SignIn.WRONG: msg("账号、密码或动态口令不正确"),
    SignIn.LOCKED: msg("账号已锁定：连续失败的 15 分钟后解除，否则请联系管理员"),
    SignIn.OTP_WANTED: msg("请输入动态口令"),
}


@router.get("/login")
def login_page(request: Request, to: str = "/") -> Response:
    """Ask for login and password."""
    return _login(request, 200, to, "")


@router.post("/login")
def login(
    request: Request,
    login: Annotated[str, Form(max_length=60)],
    password: Annotated[str, Form(max_length=people.PASSWORD_MAX)],
    otp: Annotated[str, Form(max_length=10)] = "",
    to: Annotated[str, Form(max_length=2000)] = "/",
) -> Response:
    """Open a session, or say why not; both go into the trail."""
    console = console_of(request)
    now_ms = console.now_ms()
    login = login.strip()
    with people.writing(console.engine) as sql:
        answer = people.sign_in(sql, login, password, otp, now_ms)
        account = people.find_account(sql, login)
        done = answer is SignIn.DONE and account is not None
        token = people.open_session(sql, login, now_ms) if done else ""
    city = account.jurisdiction if account else ""
    if answer is not SignIn.OTP_WANTED:
        # An unknown login is not written down: a password typed into the wrong field would stay for good.
        act = trail.Act.SIGNED_IN if done else trail.Act.SIGN_IN_FAILED
        trail.record(
            console.engine, trail.Entry(now_ms, login if account else "?", city, act, "", "", answer)
        )
    if not done or account is None:
        words = console.words("en" if request.cookies.get(LANG_COOKIE) == "en" else "zh")
        asks = answer is SignIn.OTP_WANTED or bool(otp)
        return _login(request, 401, to, login, wrong=words(REFUSALS[answer]), asks_otp=asks)
    return ticketed(request, account, token, to)


def _login(
    request: Request, status: int, to: str, login: str, *, wrong: str = "", asks_otp: bool = False
) -> Response:
    return frame.bare(
        request,
        "login.html",
        status,
        to=inside(to),
        login=login,
        wrong=wrong,
        asks_otp=asks_otp,
        provided=console_of(request).provider is not None,
    )


def ticketed(request: Request, account: people.Account, token: str, to: str) -> Response:
    """Give the browser its session, and send it where it wanted to go, or where its role begins."""
    target = inside(to)
    response = RedirectResponse(HOME[account.role] if target == "/" else target, 303)
    response.set_cookie(
        SESSION_COOKIE,
        token,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
        max_age=people.SESSION_MAX_MS // 1000,
    )
    return response


@router.post("/logout")
def logout(desk: SignedIn, form: Posted) -> Response:  # noqa: ARG001 - proves the token
    """End the session."""
    with people.writing(desk.console.engine) as sql:
        people.close_session(sql, desk.token)
    desk.note(trail.Act.SIGNED_OUT)
    response = RedirectResponse("/login", 303)
    response.delete_cookie(SESSION_COOKIE)
    return response


@router.post("/prefs")
def prefs(request: Request, form: Posted) -> Response:
    """Keep language and theme in cookies, and go back to the page."""
    response = RedirectResponse(inside(str(form.get("back", "/"))), 303)
    for cookie, name, allowed in (
        (LANG_COOKIE, "lang", {"zh", "en"}),
        (THEME_COOKIE, "theme", {"light", "dark"}),
    ):
        value = form.get(name)
        if value in allowed:
            secure = request.url.scheme == "https"
            response.set_cookie(
                cookie, str(value), max_age=YEAR_S, samesite="lax", httponly=True, secure=secure
            )
    return response


@router.get("/account")
def account_page(request: Request, desk: SignedIn) -> Response:
    """Show the own account."""
    return _account(request, desk)


@router.post("/account/password")
def change_password(request: Request, desk: SignedIn, form: Posted) -> Response:
    """Change the own password; every session ends, and this one begins anew."""
    old, new, again = (str(form.get(name, "")) for name in ("old", "new", "again"))
    engine = desk.console.engine
    with people.writing(engine) as sql:
        if not people.has_password(sql, desk.account.login, old):
            wrong = msg("原密码不正确")
        elif not people.PASSWORD_MIN <= len(new) <= people.PASSWORD_MAX:
            wrong = msg("新密码须为 10 至 200 个字符")
        elif new != again:
            wrong = msg("两次输入的新密码不一致")
        elif new == old:
            wrong = msg("新密码须与原密码不同")
        else:
            people.set_password(sql, desk.account.login, new)
            token = people.open_session(sql, desk.account.login, desk.wall_ms)
            wrong = ""
    if wrong:
        return _account(request, desk, wrong=desk.words(wrong))
    desk.note(trail.Act.PASSWORD_CHANGED)
    response = RedirectResponse(HOME[desk.account.role], 303)
    secure = request.url.scheme == "https"
    response.set_cookie(SESSION_COOKIE, token, httponly=True, samesite="lax", secure=secure)
    return response


@router.post("/account/otp")
def change_otp(request: Request, desk: SignedIn, form: Posted) -> Response:
    """Turn the one-time code on, once a code proves that the device has the secret; or off with a code."""
    secret, code = str(form.get("secret", "")), str(form.get("code", ""))
    turning_on = not desk.account.has_otp
    with people.writing(desk.console.engine) as sql:
        held = secret if turning_on else people.otp_secret(sql, desk.account.login)
        good = len(held) >= 16 and pyotp.TOTP(held).verify(
            code, for_time=desk.wall_ms // 1000, valid_window=1
        )
        if good:
            people.set_otp(sql, desk.account.login, secret if turning_on else "")
    if not good:
        return _account(request, desk, wrong=desk.words(msg("动态口令不正确")), secret=secret)
    desk.note(trail.Act.OTP_CHANGED, "", "on" if turning_on else "off")
    return RedirectResponse("/account", 303)


def _account(request: Request, desk: Desk, wrong: str = "", secret: str = "") -> Response:
    return frame.page(request, desk, "account.html", wrong=wrong, secret=secret or pyotp.random_base32())


def inside(to: str) -> str:
    """Give a path of this console; what points elsewhere becomes the start page."""
    parts = urlsplit(to)
    inside = not parts.scheme and not parts.netloc and to.startswith("/") and not to.startswith(("//", "/\\"))
    return to if inside else "/"
