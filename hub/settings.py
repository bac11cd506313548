"""Settings of a process, read once from the environment (`HUB_…`) and refused early with one clear line."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class BadSetting(Exception):
    """A setting cannot be used; the text says which, why, and what to do."""


class Settings(BaseSettings):
    """One process's settings.

    `config` is a jurisdiction folder or a folder of such folders. `database` is a SQLAlchemy URL (SQLite or
    PostgreSQL), a file under `var` when none is named. `policies`
    holds the kept versions that may be adopted, under `var` too. `member` names this worker for good, so that a restart
    in place needs no rebalance. `contacts` names the file of units' channels; without it no notice leaves but
    by Kafka. `stuck_after_s`: a worker whose agent takes nothing for so long, with
    work in hand, ends itself. `otlp_endpoint` is where
    spans go, as `http://127.0.0.1:4318`; empty: nowhere. `oidc_issuer` is the OpenID provider that
    people may sign in by, `oidc_claim` the claim that holds their account. Ports of 0 are not allowed:
    people and scrapers must know where to look.
    """

    model_config = SettingsConfigDict(env_prefix="HUB_", frozen=True, extra="ignore")

    config: Path = Path("deploy/jurisdictions/sanming")
    var: Path = Path("var")
    broker: str = "127.0.0.1:9092"
    policies: Path = Field(default_factory=lambda settings: settings["var"] / "policies")
    database: str = Field(default_factory=lambda settings: f"sqlite:///{settings['var']}/hub.db")
    inbox_partitions: int = Field(default=4, ge=1, le=256)
    events_partitions: int = Field(default=1, ge=1, le=64)
    replication: int = Field(default=1, ge=1, le=5)
    session_timeout_s: float = Field(default=10, ge=6, le=300)
    stuck_after_s: float = Field(default=60, ge=2, le=3600)
    console_host: str = "127.0.0.1"
    console_port: int = Field(default=8080, ge=1, le=65535)
    intake_metrics_port: int = Field(default=9101, ge=1, le=65535)
    linkage_metrics_port: int = Field(default=9102, ge=1, le=65535)
    notices_metrics_port: int = Field(default=9103, ge=1, le=65535)
    member: str = Field(default="", max_length=60, pattern=r"^[A-Za-z0-9._-]*$")
    contacts: Path | None = None
    otlp_endpoint: str = Field(default="", pattern=r"^(https?://.+)?$")
    oidc_issuer: str = Field(default="", pattern=r"^(https://.+|http://(127\.0\.0\.1|localhost)[:/].*)?$")
    oidc_client_id: str = ""
    oidc_client_secret: str = Field(default="", repr=False)
    oidc_claim: str = Field(default="preferred_username", min_length=1)
    lang: Literal["zh", "en"] = "zh"
    log_level: Literal["debug", "info", "warning", "error"] = "info"


def read_settings() -> Settings:
    """Read the environment; raises `BadSetting` naming each variable that cannot be used."""
    try:
        return Settings()
    except ValidationError as error:
        lines = [f"HUB_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors()]
        raise BadSetting("设置有误 / bad setting: " + "; ".join(lines)) from None
