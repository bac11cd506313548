"""`hub agencies login`: by which name and password an agency's systems come to a Kafka that asks who is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_urlsafe
from typing import Annotated, Final

import typer
from kafka.errors import KafkaError

from hub.cli._shared import AsJson, fail, fail_kafka, print_json, print_rows, require_publisher
from hub.cli.text import t
from hub.settings import Settings, read_settings
from hub.tools.logins import LoginRefused, end_login, issue_login, logins

login_app = typer.Typer(help=t("单位登录 Kafka 的账号", "Agencies' logins to Kafka"), no_args_is_help=True)

PASSWORD_BYTES: Final = 24

Agency = Annotated[str, typer.Argument(help=t("单位", "Agency id"))]


@login_app.command("issue", help=t("签发登录口令,只显示这一次", "Issue a password, shown this once"))
def login_issue(agency: Agency, *, as_json: AsJson = False) -> None:
    """Let an agency write its own events topic and read its own receipts and orders, by its name and a new password."""
    settings = read_settings()
    require_publisher(settings, agency)
    password = token_urlsafe(PASSWORD_BYTES)
    with _kafka(settings):
        issue_login(settings.reach, agency, password)
    if as_json:
        print_json({"agency": agency, "user": agency, "password": password})
    else:
        print(password)


@login_app.command("revoke", help=t("吊销登录", "Revoke a login"))
def login_revoke(agency: Agency, *, as_json: AsJson = False) -> None:
    """Let an agency in no more; connections that are open stay so until Kafka asks again."""
    settings = read_settings()
    with _kafka(settings):
        end_login(settings.reach, agency)
    if as_json:
        print_json({"agency": agency, "revoked": True})
    else:
        print(t(f"已吊销 {agency}", f"{agency} is revoked"))


@login_app.command("list", help=t("列出登录", "List logins"))
def login_list(*, as_json: AsJson = False) -> None:
    """List who can prove a name to Kafka, never how."""
    settings = read_settings()
    with _kafka(settings):
        rows = [{"user": user} for user in logins(settings.reach)]
    print_rows(rows, ("user",), as_json=as_json)


@contextmanager
def _kafka(settings: Settings) -> Iterator[None]:
    try:
        yield
    except LoginRefused as error:
        fail(
            f"Kafka 拒绝了:{error};它须启用 SCRAM-SHA-512 与 ACL,HUB_BROKER_USER 须可管理它",
            f"Kafka refused: {error}; it must have SCRAM-SHA-512 and ACLs, and HUB_BROKER_USER must administer it",
        )
    except KafkaError as error:
        fail_kafka(settings, error)
