"""Serving the console as its own process."""

from __future__ import annotations

import sys
import time

import uvicorn
from sqlalchemy import Engine

from hub.api.app import with_api
from hub.api.pages import add_event_pages
from hub.console.app import make_console
from hub.console.names import Names
from hub.console.provider import provider_of
from hub.logs import set_up_logs
from hub.policies.load import load_policies
from hub.policies.models import Policy
from hub.settings import Settings
from hub.store.database import open_database, require_tables, take_statistics
from hub.store.people import first_admin, writing
from hub.tools.inbox import Inbox
from hub.tools.kept import Folders
from hub.tools.sources import Sources
from hub.tools.watch import Watch


def serve(settings: Settings) -> None:
    """Serve until told to stop; the first start ever says the one-time password of the first account."""
    set_up_logs(settings.log_level, stage="console", member=settings.member)
    engine = open_database(settings.database)
    require_tables(engine)
    take_statistics(engine)
    policies = load_policies(settings.config)
    password = make_first_admin(engine, next(iter(policies.values())))
    if password is not None:
        print(first_words(password), file=sys.stderr, flush=True)  # noqa: T201 - said once, never logged again
    inbox = Inbox(settings, engine)
    console = make_console(
        engine,
        policies,
        inbox.ask_all,
        Sources(settings),
        Folders(settings.config, settings.policies),
        provider_of(settings, policies),
    )
    add_event_pages(console)
    watch = Watch(engine, policies, settings.reach, settings.events_partitions, settings.var)
    try:
        uvicorn.run(
            with_api(console, engine, policies, settings.reach, watch, inbox.ask),
            host=settings.console_host,
            port=settings.console_port,
            log_level="warning",
            # A stream never ends by itself: without a limit one open browser would hold up the stop.
            timeout_graceful_shutdown=2,
        )
    finally:
        inbox.close()


def make_first_admin(engine: Engine, policy: Policy) -> str | None:
    """Make the first account of an empty hub and give its one-time password; None where there are accounts."""
    with writing(engine) as sql:
        return first_admin(sql, policy.jurisdiction, Names(policy, "zh").root, time.time_ns() // 1_000_000)


def first_words(password: str) -> str:
    """Give the line that tells a person how to sign in for the first time."""
    return (
        f"首次登录：账号 admin，一次性密码 {password}（仅显示这一次，登录后须更换）/"
        f" first sign-in: account admin, one-time password {password} (shown once, to be changed at sign-in)"
    )
