"""The status page: events by outcome, problems by tier, latest decisions; and what scrapers and probes ask for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from hub.metrics import ESCALATIONS_MISSED
from hub.policies.models import Policy, Tier
from hub.schemas.reasons import DecisionKind, reason_text, text
from hub.store import queries
from hub.store.audit import missed

LATEST: Final = 20
TIERS_ZH: Final = {
    Tier.CITY: "市",
    Tier.COUNTY: "县(市、区)",
    Tier.TOWNSHIP: "乡镇(街道)",
    Tier.VILLAGE: "村(社区)",
}
OUTCOMES_ZH: Final = {"accepted": "接收", "duplicate": "重复", "quarantined": "待定", "refused": "退回"}

TEMPLATES: Final = Jinja2Templates(Path(__file__).parent / "templates")

SECURITY: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def make_console(engine: Engine, policies: Mapping[str, Policy]) -> FastAPI:
    """Make the console over one database."""
    console = FastAPI(title="Linkage hub", docs_url=None, redoc_url=None, openapi_url=None)

    @console.middleware("http")
    async def _secure(request: Request, call_next: Any) -> Response:  # noqa: ANN401 - Starlette's own type
        response: Response = await call_next(request)
        response.headers.update(SECURITY)
        return response

    @console.get("/", response_class=HTMLResponse)
    def status(request: Request) -> Response:
        return TEMPLATES.TemplateResponse(request, "status.html", _shown(engine, policies))

    @console.get("/status.json")
    def status_json() -> dict[str, Any]:
        return _read(engine)

    @console.get("/style.css")
    def style() -> Response:
        sheet = (Path(__file__).parent / "static" / "style.css").read_text(encoding="utf-8")
        return Response(sheet, media_type="text/css")

    @console.get("/healthz")
    def healthz() -> Response:
        try:
            with engine.connect() as sql:
                queries.shards(sql)
        except SQLAlchemyError as error:
            return Response(f"database: {type(error).__name__}\n", 503, media_type="text/plain")
        return Response("ok\n", media_type="text/plain")

    @console.get("/metrics")
    def metrics() -> Response:
        with engine.connect() as sql:
            ESCALATIONS_MISSED.set(len(missed(sql, policies)))
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return console


def _read(engine: Engine) -> dict[str, Any]:
    with engine.connect() as sql:
        return {
            "jurisdictions": queries.jurisdictions(sql),
            "outcomes": queries.outcomes(sql),
            "problems_by_tier": queries.open_problems_by_tier(sql),
            "decisions": queries.latest_decisions(sql, LATEST),
            "waiting_to_send": sum(queries.outbox_depths(sql).values()),
        }


def _shown(engine: Engine, policies: Mapping[str, Policy]) -> dict[str, Any]:
    read = _read(engine)
    return {
        "cities": [
            {
                "name": policies[row["code"]].name_zh if row["code"] in policies else row["code"],
                "clock": _local(policies.get(row["code"]), row["hub_ms"]),
                **row,
            }
            for row in read["jurisdictions"]
        ],
        "outcomes": [(OUTCOMES_ZH[name], number) for name, number in read["outcomes"].items()],
        "received": sum(read["outcomes"].values()),
        "tiers": [(name, read["problems_by_tier"].get(tier, 0)) for tier, name in TIERS_ZH.items()],
        "decisions": [_decision(said, policies.get(said["jurisdiction"])) for said in read["decisions"]],
        "waiting": read["waiting_to_send"],
    }


def _decision(said: dict[str, Any], policy: Policy | None) -> dict[str, str]:
    place, category, agency = said["place"], said["category"], said.get("agency", "")
    if policy is not None:
        place = "".join(policy.places[code].name for code in reversed(policy.places[place].chain[:2]))
        category = policy.categories[category].name_zh
        agency = policy.agencies[agency].name_zh if agency in policy.agencies else agency
    return {
        "at": said["at"][:16].replace("T", " "),
        "number": said["problem_id"],
        "kind": text(DecisionKind(said["kind"]), "zh"),
        "reason": reason_text(DecisionKind(said["kind"]), said["reason"], "zh"),
        "tier": TIERS_ZH[Tier(said["tier"])],
        "place": place,
        "category": category,
        "agency": agency,
    }


def _local(policy: Policy | None, at_ms: int) -> str:
    zone = UTC if policy is None else policy.zone
    return datetime.fromtimestamp(at_ms / 1000, tz=zone).strftime("%Y-%m-%d %H:%M:%S")
