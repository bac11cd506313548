"""What every answer carries and every request must pass: headers, the origin of forms, and a rate a person keeps."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # With `no-referrer` a browser hides the origin of a form, which is checked below.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
RATE_A_SECOND: Final = 30.0
BURST: Final = 120.0
SIGN_INS_A_SECOND: Final = 1.0
SIGN_INS_BURST: Final = 60.0
"""A whole shift may sign in from behind one address; guessing is stopped by the account's own lock."""

CALLERS_MAX: Final = 10_000
ASKING: Final = frozenset({"GET", "HEAD"})


class Bucket:
    """Permits at a rate for many callers, with a reserve each; the longest silent caller is forgotten first."""

    def __init__(self, a_second: float, burst: float) -> None:
        self._a_second = a_second
        self._burst = burst
        self._callers: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def takes(self, caller: str, now_s: float) -> bool:
        """Whether this caller may go on."""
        held, since_s = self._callers.pop(caller, (self._burst, now_s))
        held = min(self._burst, held + (now_s - since_s) * self._a_second)
        allowed = held >= 1
        self._callers[caller] = (held - 1 if allowed else held, now_s)
        if len(self._callers) > CALLERS_MAX:
            self._callers.popitem(last=False)
        return allowed


class Guard:
    """Plain ASGI, so that a live stream passes through unbuffered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._pages = Bucket(RATE_A_SECOND, BURST)
        self._sign_ins = Bucket(SIGN_INS_A_SECOND, SIGN_INS_BURST)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        refusal = self._refusal(scope, Headers(scope=scope))
        await (refusal or self._app)(scope, receive, secured)

    def _refusal(self, scope: Scope, headers: Headers) -> PlainTextResponse | None:
        if scope["method"] not in ASKING and not _same_origin(headers):
            return PlainTextResponse("表单来源不符 / the form came from elsewhere\n", 403)
        caller = (scope["client"] or ("",))[0]
        now_s = time.monotonic()
        bucket = self._sign_ins if scope["method"] == "POST" and scope["path"] == "/login" else self._pages
        if scope["path"].startswith("/static/") or bucket.takes(
            caller if bucket is self._sign_ins else headers.get("cookie", caller), now_s
        ):
            return None
        return PlainTextResponse(
            "请求过于频繁，请稍候 / too many requests, wait a moment\n", 429, {"Retry-After": "2"}
        )


def _same_origin(headers: Headers) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")
