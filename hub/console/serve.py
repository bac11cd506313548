"""Serving the console as its own process."""

from __future__ import annotations

import uvicorn

from hub.console.pages import make_console
from hub.logs import set_up_logs
from hub.policies.load import load_policies
from hub.settings import Settings
from hub.store.database import open_database, require_tables


def serve(settings: Settings) -> None:
    """Serve until told to stop."""
    set_up_logs(settings.log_level, stage="console", member=settings.member)
    engine = open_database(settings.database)
    require_tables(engine)
    console = make_console(engine, load_policies(settings.config))
    uvicorn.run(console, host=settings.console_host, port=settings.console_port, log_level="warning")
