"""What goes wrong in a request, said the same way everywhere: problem+json (RFC 9457) in two languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any, Final, Self

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match, Route

PROBLEM_JSON: Final = "application/problem+json"


class FaultCode(StrEnum):
    """Why a request was not answered as asked."""

    UNAUTHENTICATED = "UNAUTHENTICATED"
    KEY_EXPIRED = "KEY_EXPIRED"
    NOT_YOURS = "NOT_YOURS"
    NOT_ALLOWED = "NOT_ALLOWED"
    NOT_FOUND = "NOT_FOUND"
    NOT_IN_LOG = "NOT_IN_LOG"
    WRONG_METHOD = "WRONG_METHOD"
    BAD_PARAMETER = "BAD_PARAMETER"
    PERSONAL_DATA = "PERSONAL_DATA"
    UNSUPPORTED_TYPE = "UNSUPPORTED_TYPE"
    TOO_LARGE = "TOO_LARGE"
    NOT_TAKEN = "NOT_TAKEN"
    KEY_REUSED = "KEY_REUSED"
    TOO_FAST = "TOO_FAST"
    LOG_AWAY = "LOG_AWAY"


_TEXTS: Final[dict[FaultCode, tuple[int, str, str]]] = {
    FaultCode.UNAUTHENTICATED: (
        401,
        "缺少密钥或密钥已失效, 请用 Authorization: Bearer",
        "the API key is missing or works no more: send Authorization: Bearer",
    ),
    FaultCode.KEY_EXPIRED: (
        401,
        "密钥已过期, 请向联动中心换发",
        "the API key has expired: ask the centre for a new one",
    ),
    FaultCode.NOT_YOURS: (
        403,
        "该密钥不能读取其他单位的内容",
        "this key may not read what is another agency's",
    ),
    FaultCode.NOT_ALLOWED: (
        403,
        "该密钥无权这样做: 单位的密钥只能发布事件和回复自己的任务, 席位的密钥不能发布事件",
        "this key may not do that: an agency's publishes events and replies to its own tasks, a desk's publishes none",
    ),
    FaultCode.NOT_FOUND: (404, "没有这个地址或编号", "there is no such address or number"),
    FaultCode.NOT_IN_LOG: (
        404,
        "日志中还没有此事件: 未曾发送, 或仍在途中, 请稍后再查",
        "the log has no such event yet: never sent, or on its way; ask again in a second",
    ),
    FaultCode.WRONG_METHOD: (405, "此地址不支持该方法", "this address does not take that method"),
    FaultCode.BAD_PARAMETER: (422, "参数不符合约定", "a parameter does not keep to the contract"),
    FaultCode.PERSONAL_DATA: (
        422,
        "说明中含个人信息, 没有送出, 也没有留存",
        "the text holds personal data: nothing was sent, and nothing kept",
    ),
    FaultCode.UNSUPPORTED_TYPE: (
        415,
        "请用文档所列的 Content-Type",
        "send a Content-Type that the document names",
    ),
    FaultCode.TOO_LARGE: (
        413,
        "请求体过大: 事件至多 1020 KiB, 操作至多 64 KiB",
        "the body is too large: 1020 KiB of events, or 64 KiB of a command",
    ),
    FaultCode.NOT_TAKEN: (
        422,
        "有事件不符合约定, 整个请求未被接收; 请按 errors 改正后重发",
        "events do not keep to the contract, nothing of the request was taken: mend what errors names and send again",
    ),
    FaultCode.KEY_REUSED: (
        409,
        "同一 Idempotency-Key 或 id 已用于内容不同的请求",
        "this Idempotency-Key or id was used for a request that said something else",
    ),
    FaultCode.TOO_FAST: (
        429,
        "超过该单位的速率上限, 请稍后重发",
        "over this agency's rate: send again later",
    ),
    FaultCode.LOG_AWAY: (
        503,
        "事件日志未确认收到, 请稍后按原 id 重发, 不会重复生效",
        "the log has not acknowledged: send again with the same ids, nothing takes effect twice",
    ),
}


class FlawShown(BaseModel):
    """One event that was not taken, and why; never what it said."""

    index: Annotated[int, Field(ge=0, description="批内序号 / place within the request")]
    id: Annotated[
        str, Field(description='事件 id, 不可读时为空 / the event\'s id, "" when it could not be read')
    ]
    code: Annotated[str, Field(description="拒收代码, 见代码表 / refusal code")]
    pointer: Annotated[str, Field(description="JSON pointer (RFC 6901), 指向有误之处 / to what is wrong")]
    message_zh: str
    message_en: str


class ProblemShown(BaseModel):
    """A fault as `application/problem+json` (RFC 9457)."""

    type: Annotated[str, Field(description="urn:linkage:fault:<code>")]
    title: Annotated[str, Field(description="英文说明 / in English")]
    status: int
    code: FaultCode
    message_zh: str
    message_en: str
    errors: Annotated[tuple[FlawShown, ...], Field(description="未被接收的事件 / events not taken")] = ()
    parameter: Annotated[str | None, Field(description="有误的参数 / the parameter that is wrong")] = None


class Fault(Exception):
    """Ends a request with one code; `headers` go out with it."""

    def __init__(
        self,
        code: FaultCode,
        errors: Sequence[FlawShown] = (),
        parameter: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Say what was wrong."""
        super().__init__(code)
        self.code = code
        self.errors = tuple(errors)
        self.parameter = parameter
        self.headers = dict(headers or {})

    @classmethod
    def unauthenticated(cls, code: FaultCode = FaultCode.UNAUTHENTICATED) -> Self:
        """No key, or none that works."""
        return cls(code, headers={"WWW-Authenticate": "Bearer"})

    def response(self) -> Response:
        """Write it."""
        status, zh, en = _TEXTS[self.code]
        shown = ProblemShown(
            type=f"urn:linkage:fault:{self.code}",
            title=en,
            status=status,
            code=self.code,
            message_zh=zh,
            message_en=en,
            errors=self.errors,
            parameter=self.parameter,
        )
        body = orjson.dumps(shown.model_dump(mode="json", exclude_none=True))
        return Response(body, status, self.headers, PROBLEM_JSON)


def faults(*codes: FaultCode) -> dict[int | str, dict[str, Any]]:
    """Give the responses a route may end with, for the OpenAPI document."""
    told: dict[int | str, dict[str, Any]] = {}
    for code in codes:
        status, zh, en = _TEXTS[code]
        known = told.setdefault(
            status, {"description": "", "content": {PROBLEM_JSON: {"schema": PROBLEM_REF}}}
        )
        known["description"] = "; ".join(filter(None, [known["description"], f"{code}: {zh} / {en}"]))
    return told


PROBLEM_REF: Final = {"$ref": "#/components/schemas/ProblemShown"}


def answer_faults(app: FastAPI) -> None:
    """Let every fault of an app be answered as problem+json."""

    @app.exception_handler(Fault)
    async def _fault(_: Request, fault: Fault) -> Response:
        return fault.response()

    @app.exception_handler(RequestValidationError)
    async def _parameter(_: Request, error: RequestValidationError) -> Response:
        return Fault(FaultCode.BAD_PARAMETER, parameter=str(error.errors()[0]["loc"][-1])).response()

    @app.exception_handler(HTTPException)
    async def _other(request: Request, error: HTTPException) -> Response:
        if error.status_code != 405:
            return Fault(FaultCode.NOT_FOUND, headers=error.headers).response()
        # Starlette names the methods of the first route with this path; there may be one route for each method.
        methods = {
            method
            for route in app.router.routes
            if isinstance(route, Route) and route.matches(request.scope)[0] is Match.PARTIAL
            for method in route.methods or ()
        }
        return Fault(FaultCode.WRONG_METHOD, headers={"Allow": ", ".join(sorted(methods))}).response()
