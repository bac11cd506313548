"""Ask: one command into the log and its answer out of SQL, for who asks once and goes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine

from hub.schemas.commands import Command
from hub.settings import Settings
from hub.tools.inbox import Inbox


def ask(settings: Settings, engine: Engine, command: Command) -> dict[str, Any] | None:
    """Send a command and wait for its answer; None when it is still in the queue after three seconds.

    Raises `LogAway` when it could not be sent.
    """
    inbox = Inbox(settings, engine)
    try:
        return inbox.ask(command)
    finally:
        inbox.close()
