"""Logs: one JSON line an event on stderr, constant event names, values as fields, nothing personal."""

from __future__ import annotations

import logging
import sys
from typing import Final

import structlog

LEVELS: Final = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}


def set_up_logs(level: str, **bound: str) -> None:
    """Send our own lines and the libraries' warnings to stderr as JSON, with `bound` on each of ours."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(**bound)
    logging.basicConfig(
        level=logging.WARNING,
        stream=sys.stderr,
        format='{"level": "%(levelname)s", "event": "library", "logger": "%(name)s", "text": "%(message)s"}',
    )


def get_log() -> structlog.typing.FilteringBoundLogger:
    """Give a logger."""
    log: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return log
