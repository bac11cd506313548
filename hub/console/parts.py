"""What every request of the console shares: database, policies, clock, the log, and what watches for changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from fastapi import Request
from sqlalchemy import Engine

from hub.console.names import Names
from hub.console.pinyin import Spellings
from hub.console.presence import Presence
from hub.console.provider import Provider
from hub.console.sketch import Sketch, draw
from hub.console.trial import Trials
from hub.console.watch import Watch
from hub.console.words import Words
from hub.policies.models import Policy
from hub.schemas.commands import Command
from hub.schemas.inbound import Inbound
from hub.schemas.reasons import Lang
from hub.store.screens.index import Index
from hub.tools.kept import Folders

Ask = Callable[[Sequence[Command]], list[dict[str, Any] | None]]
"""Sends commands into the log and gives the answer to each, None where it is still in the queue."""


class Sources(Protocol):
    """The agencies' own topics; both ways raise `LogAway` when the log does not answer."""

    def read(self, agency: str, partition: int, position: int) -> Inbound | None:
        """Give an event as its agency sent it; None when it is no longer kept."""

    def publish(self, agency: str, event: Inbound) -> None:
        """Send an event into its agency's topic."""


@dataclass(frozen=True, slots=True)
class Console:
    """The parts of one console process; `now_ms` is the wall clock in epoch milliseconds."""

    engine: Engine
    policies: Mapping[str, Policy]
    now_ms: Callable[[], int]
    ask: Ask
    sources: Sources
    watch: Watch
    folders: Folders
    trials: Trials
    provider: Provider | None = None
    presence: Presence = field(default_factory=Presence)
    _names: dict[tuple[str, Lang], Names] = field(default_factory=dict)
    _spellings: dict[str, Spellings] = field(default_factory=dict)
    _words: dict[Lang, Words] = field(default_factory=dict)
    _sketches: dict[str, Sketch] = field(default_factory=dict)
    _indexes: dict[str, Index] = field(default_factory=dict)

    def index(self, jurisdiction: str) -> Index:
        """Give a city's register in memory, which the first to ask fills."""
        return self._indexes.setdefault(jurisdiction, Index(jurisdiction))

    def names(self, policy: Policy, lang: Lang) -> Names:
        """Give a city's names, worked out once."""
        key = (policy.jurisdiction, lang)
        if key not in self._names:
            spellings = self._spellings.setdefault(policy.jurisdiction, Spellings(policy))
            self._names[key] = Names(policy, lang, spellings)
        return self._names[key]

    def sketch(self, policy: Policy) -> Sketch:
        """Give a city's sketch, drawn once."""
        if policy.jurisdiction not in self._sketches:
            self._sketches[policy.jurisdiction] = draw(policy.outlines)
        return self._sketches[policy.jurisdiction]

    def words(self, lang: Lang) -> Words:
        """Give a language's words."""
        return self._words.setdefault(lang, Words(lang))


def console_of(request: Request) -> Console:
    """The console that serves a request."""
    console: Console = request.app.state.console
    return console
