"""The API as one FastAPI app, and how it stands under `/v1` beside the console."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from hub.api.commands import Ask, Commands, add_commands, command_schemas
from hub.api.faults import ProblemShown, answer_faults
from hub.api.holders import Holders
from hub.api.intake import Intake, Shortcut, add_intake
from hub.api.open311 import make_open311
from hub.api.outlet import Outlet
from hub.api.read import add_reads
from hub.policies.models import Policy
from hub.reach import Reach
from hub.schemas.inbound import INBOUND
from hub.tools.watch import Watch

PATH: Final = "/v1"
OPEN311: Final = "/open311/v2"
SCHEMAS: Final = "#/components/schemas/{model}"


def with_api(
    console: FastAPI, engine: Engine, policies: Mapping[str, Policy], reach: Reach, watch: Watch, ask: Ask
) -> Starlette:
    """Put the API under `/v1` beside a console, past whatever the console asks of browsers, and `/readyz`.

    What is left of the addresses is the console's, also its start and its end. The watch looks meanwhile; `ask` is the
    way into the log.
    """
    outlet = Outlet(reach)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[Any]:
        watch.start()
        async with console.router.lifespan_context(console) as state:
            yield state
        await outlet.stop()
        await run_in_threadpool(watch.stop)

    def ready(_: Request) -> JSONResponse:
        missing = watch.unready(time.time())
        return JSONResponse({"ready": not missing, "missing": missing}, 503 if missing else 200)

    routes = [
        *api_routes(Holders(engine, policies), outlet, ask),
        Route("/readyz", ready),
        Mount("/", console),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


def api_routes(holders: Holders, outlet: Outlet, ask: Ask) -> list[Route | Mount]:
    """Give what other systems ask: the API, and Open311 beside it."""
    intake = Intake(holders.engine, holders, outlet)
    return [
        Route(f"{PATH}/events", Shortcut(intake, PATH), methods=["POST"]),
        Mount(PATH, make_api(intake, ask)),
        Mount(OPEN311, make_open311(intake)),
    ]


def make_api(intake: Intake, ask: Ask) -> FastAPI:
    """Make the API. Its document is at `/openapi.json`; no page of it loads anything from elsewhere."""
    api = FastAPI(
        title="联动中枢 / Linkage hub",
        version="1",
        summary="事件接入与结果查询 / publish events, read what came of them",
        docs_url=None,
        redoc_url=None,
        separate_input_output_schemas=False,
    )
    router = APIRouter()
    add_intake(router, intake)
    add_commands(router, Commands(intake.engine, intake.holders, ask))
    add_reads(router, intake.engine, intake.holders)
    api.include_router(router)
    answer_faults(api)
    drawn = api.openapi

    def _openapi() -> dict[str, Any]:
        return _with_events(drawn())

    api.openapi = _openapi  # type: ignore[method-assign]
    return api


def _with_events(document: dict[str, Any]) -> dict[str, Any]:
    """Add the schemas that no route's signature names: inbound events, commands, and the shape of a fault."""
    schemas = document["components"]["schemas"]
    if "Inbound" not in schemas:
        inbound = INBOUND.json_schema(ref_template=SCHEMAS)
        schemas |= inbound.pop("$defs")
        schemas["Inbound"] = inbound
        schemas |= command_schemas(SCHEMAS)
        fault = ProblemShown.model_json_schema(ref_template=SCHEMAS)
        schemas |= fault.pop("$defs")
        schemas["ProblemShown"] = fault
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
    return document
