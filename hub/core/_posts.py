"""What a batch of messages made: journal rows, and what goes out, in the order it is said."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from hub.model.decision import Decision
from hub.schemas.answers import CommandCode
from hub.schemas.inbox import Item
from hub.schemas.reasons import Outcome, RefusalCode


class Entry(NamedTuple):
    """One journal row: the item, when the log took it, and its one outcome.

    `code` is the core's own refusal (UNKNOWN_MATTER, UNKNOWN_TASK, or of a command); intake's lie in the item.
    """

    number: int
    hub_ms: int
    item: Item
    outcome: Outcome
    code: RefusalCode | CommandCode | None


class Order(NamedTuple):
    """A decision said to the agency it concerns, on that agency's own topic.

    `recalled`: the task is no longer its own; `copied`: it owes nothing and is kept informed.
    """

    agency: str
    decision: Decision
    task_id: str
    recalled: bool = False
    copied: bool = False


Post = Decision | Entry | Order


@dataclass(slots=True)
class Told:
    """What a batch of messages made, in log order: journal rows, and what goes out.

    `posts` holds decisions, orders, and the entries whose agency gets a receipt, in the order they are said.
    """

    entries: list[Entry] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
