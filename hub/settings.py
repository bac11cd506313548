"""Settings of a process, read once from the environment (`HUB_…`) and refused early with one clear line."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from hub.reach import Reach


class BadSetting(Exception):
    """A setting cannot be used; the text says which, why, and what to do."""


class Settings(BaseSettings):
    """One process's settings.

    `broker_user` is who the hub is to a Kafka that asks, by SCRAM-SHA-512 with `broker_password`; `broker_ca` names the
    PEM file of the authority that signed Kafka's certificate, and TLS is used.
    `config` is a jurisdiction folder or a folder of such folders. `database` is a SQLAlchemy URL (SQLite or
    PostgreSQL), a file under `var` when none is named. `policies`
    holds the kept versions that may be adopted, under `var` too. `member` names this worker for good, so that a restart
    in place needs no rebalance. `contacts` names the file of units' channels; without it no notice leaves but
    by Kafka. `stuck_after_s`: a worker whose agent takes nothing for so long, with
    work in hand, ends itself. `otlp_endpoint` is where
    spans go, as `http://127.0.0.1:4318`; empty: nowhere. `oidc_issuer` is the OpenID provider that
    people may sign in by, `oidc_claim` the claim that holds their account,
    `oidc_grants` the file that says which groups stand for which role. Ports of 0 are not allowed:
    people and scrapers must know where to look.
    """

    model_config = SettingsConfigDict(env_prefix="HUB_", frozen=True, extra="ignore")

    config: Path = Path("deploy/jurisdictions/sanming")
    var: Path = Path("var")
    broker: str = "127.0.0.1:9092"
    broker_user: str = ""
    broker_password: str = Field(default="", repr=False)
    broker_ca: Path | None = None
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
    oidc_grants: Path | None = None
    lang: Literal["zh", "en"] = "zh"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @model_validator(mode="after")
    def _a_login_is_whole(self) -> Self:
        if bool(self.broker_user) != bool(self.broker_password):
            raise ValueError("HUB_BROKER_USER 与 HUB_BROKER_PASSWORD 须一并设置 / set both of them, or none")
        if self.broker_ca is not None and not self.broker_ca.is_file():
            raise ValueError(f"HUB_BROKER_CA: 没有文件 {self.broker_ca} / there is no such file")
        return self

    @property
    def reach(self) -> Reach:
        """How Kafka is reached."""
        ca = "" if self.broker_ca is None else str(self.broker_ca)
        return Reach(self.broker, self.broker_user, self.broker_password, ca)


def read_settings() -> Settings:
    """Read the environment; raises `BadSetting` naming each variable that cannot be used."""
    try:
        return Settings()
    except ValidationError as error:
        lines = [
            f"HUB_{str(e['loc'][0]).upper()}: {e['msg']}" if e["loc"] else e["msg"] for e in error.errors()
        ]
        raise BadSetting("设置有误 / bad setting: " + "; ".join(lines)) from None
