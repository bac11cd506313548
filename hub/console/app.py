"""The console put together: pages, acts, live stream, files, and what probes and scrapers ask for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Final
from urllib.parse import quote

import structlog
from anyio import to_thread
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, RedirectResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ExceptionHandler

from hub.console import (
    account,
    accounts,
    acts,
    assessment,
    assessment_files,
    board,
    bulk,
    events,
    frame,
    ledger,
    live,
    mend,
    overview,
    places,
    problem,
    provided,
    records,
    report,
    rules,
    running,
    terms,
    versions,
    views,
    wall,
    work,
)
from hub.console.assets import served
from hub.console.desk import (
    CHANGE_PASSWORD,
    Forbidden,
    FormStale,
    NotFound,
    PasswordChangeNeeded,
    SignInNeeded,
    signed_in,
)
from hub.console.guard import Guard
from hub.console.parts import Ask, Console, Sources
from hub.console.provider import Provider
from hub.console.trial import Trials
from hub.console.watch import Watch
from hub.console.words import msg
from hub.metrics import ESCALATIONS_MISSED
from hub.policies.models import Policy
from hub.store import queries
from hub.store.audit import missed
from hub.tools.inbox import LogAway
from hub.tools.kept import Folders

# Python runs one thread at a time: more of them only take turns (measured, console.md).
THREADS: Final = 4
KEPT: Final = "public, max-age=31536000, immutable"
PARTS: Final = (
    account,
    provided,
    overview,
    work,
    ledger,
    bulk,
    problem,
    acts,
    report,
    assessment,
    assessment_files,
    rules,
    versions,
    wall,
    board,
    events,
    mend,
    places,
    running,
    records,
    terms,
    accounts,
    views,
    live,
)
"""The modules whose routes make the console."""

WRONG: Final[dict[type[Exception] | int, tuple[int, str, str]]] = {
    Forbidden: (403, msg("没有权限"), msg("您的角色不能打开此页或办理此事。如工作需要，请联系管理员。")),
    NotFound: (404, msg("没有找到"), msg("没有这一项，或不在您的辖区内。")),
    FormStale: (403, msg("页面已过期"), msg("请刷新页面后重试，刚才的操作没有生效。")),
    LogAway: (503, msg("暂时无法办理"), msg("消息日志连不上，操作没有送出。请稍后再试，或联系运维。")),
    OperationalError: (503, msg("数据暂时读不到"), msg("数据库没有应答。页面会在恢复后可用，请稍后刷新。")),
    404: (404, msg("没有找到"), msg("没有这个页面。请从左侧导航进入。")),
    500: (500, msg("出了差错"), msg("程序没有预料到这种情况，已记入日志。请把刚才的操作告诉运维。")),
    422: (400, msg("地址有误"), msg("地址中的条件无法识别，请从左侧导航重新进入。")),
}


def make_console(
    engine: Engine,
    policies: Mapping[str, Policy],
    ask: Ask,
    sources: Sources,
    folders: Folders,
    provider: Provider | None = None,
) -> FastAPI:
    """Make the console over one database.

    `ask` is its way into the log, `sources` into the agencies' topics; `folders` hold what may be adopted. Through
    `provider` people may sign in beside their password.
    """
    watch = Watch(engine, policies)
    trials = Trials(engine.url.render_as_string(hide_password=False))

    @asynccontextmanager
    async def watching(_app: FastAPI) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = THREADS
        task = asyncio.create_task(watch.run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            trials.stop()

    app = FastAPI(title="Linkage hub", docs_url=None, redoc_url=None, openapi_url=None, lifespan=watching)
    app.state.console = Console(
        engine, policies, lambda: time.time_ns() // 1_000_000, ask, sources, watch, folders, trials, provider
    )
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    app.add_middleware(Guard)
    for part in PARTS:
        app.include_router(part.router)
    _add_answers(app)
    _add_probes(app, engine, policies)
    return app


def _add_answers(app: FastAPI) -> None:
    """Say what is wrong in the page's own frame; send who is not signed in to do so."""

    def sign_in(request: Request, _error: Exception) -> Response:
        if request.method != "GET" or request.url.path == "/stream" or "hx-request" in request.headers:
            return PlainTextResponse("请先登录 / sign in first\n", 401)
        to = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse("/login" if to == "/" else f"/login?to={quote(to)}", 303)

    def change(_request: Request, _error: Exception) -> Response:
        return RedirectResponse(CHANGE_PASSWORD, 303)

    def wrong(request: Request, error: Exception) -> Response:
        key: Any = next((kind for kind in WRONG if isinstance(kind, type) and isinstance(error, kind)), None)
        if isinstance(error, OperationalError):
            structlog.get_logger().error("database failed", path=request.url.path, error=str(error.orig))
        code = error.status_code if isinstance(error, HTTPException) else 500
        if isinstance(error, RequestValidationError):
            code = 422
        status, title, text = WRONG[key if key is not None else code if code in WRONG else 500]
        return _told(request, status, title, text)

    handlers: dict[Any, ExceptionHandler] = {SignInNeeded: sign_in, PasswordChangeNeeded: change}
    for kind in (*WRONG, RequestValidationError, 405):
        if kind != 422:
            handlers[kind] = wrong
    for key, handler in handlers.items():
        app.add_exception_handler(key, handler)


def _told(request: Request, status: int, title: str, text: str) -> Response:
    try:
        desk = signed_in(request)
        response = frame.page(request, desk, "wrong.html", title=title, text=text)
    except (SignInNeeded, SQLAlchemyError):
        return frame.bare(request, "wrong_bare.html", status, title=title, text=text)
    response.status_code = status
    return response


def _add_probes(app: FastAPI, engine: Engine, policies: Mapping[str, Policy]) -> None:
    @app.get("/static/{name:path}")
    async def static(request: Request, name: str) -> Response:
        found = served(name)
        if found is None:
            raise HTTPException(404)
        body, packed, kind = found
        zipped = packed is not body and "gzip" in request.headers.get("accept-encoding", "")
        headers = {
            "Cache-Control": KEPT if "v" in request.query_params else "no-cache",
            "Vary": "Accept-Encoding",
        }
        if zipped:
            headers["Content-Encoding"] = "gzip"
        return Response(packed if zipped else body, media_type=kind, headers=headers)

    @app.get("/status.json")
    def status() -> dict[str, Any]:
        """Counters alone: no place, no problem, for whoever asks."""
        with engine.connect() as sql:
            return {
                "jurisdictions": queries.jurisdictions(sql),
                "outcomes": queries.outcomes(sql),
                "problems_by_tier": queries.open_problems_by_tier(sql),
                "waiting_to_send": sum(queries.outbox_depths(sql).values()),
            }

    @app.get("/healthz")
    def healthz() -> Response:
        try:
            with engine.connect() as sql:
                queries.shards(sql)
        except SQLAlchemyError as error:
            return PlainTextResponse(f"database: {type(error).__name__}\n", 503)
        return PlainTextResponse("ok\n")

    @app.get("/metrics")
    def metrics() -> Response:
        with engine.connect() as sql:
            ESCALATIONS_MISSED.set(len(missed(sql, policies)))
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
