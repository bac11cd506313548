"""A task: one agency's part in one round of a problem; and the notices that agencies get."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct

from hub.model.lifecycle import TaskPhase
from hub.policies.models import NoticeKind


class Role(StrEnum):
    """What an agency is in a round: 主办, 协办, or 抄送: it had a part in a round before, and is informed."""

    LEAD = "lead"
    CO = "co"
    COPY = "copy"


class Asked(StrEnum):
    """What an agency asked for and an operator has yet to grant: 延期, 挂账."""

    EXTENSION = "extension"
    LEDGER = "ledger"


class Task(Struct, frozen=True, gc=False):
    """One task; `id` is its problem's number with the round and the order of cutting: `SM26-000123.2.1`.

    `accept_due_ms` and `due_ms` are stored when set, never worked out again; `return_due_ms` ends the right to
    return. `returns` counts returns of this part, over all agencies that were given it; a `ruled` task cannot
    be returned. `asked` waits for an operator, with `asked_days` or `review_day` (ordinal). `steps` is how far
    up the ladder of notices the agency is for this task, `notices` how many it got, `redone` how often
    verification sent it back. `touched_ms`: last word of the agency. `note` is its last ground or result,
    `evidence` names and hashes as JSON. `returned_ms`: when its agency
    returned it; `ended_ms`: when it last ended. One in copy is passed on from its beginning: it has no clock, owes
    nothing and takes no number (`SM26-000123.2.copy-AGENCY`).
    """

    id: str
    problem_id: str
    round: int
    agency: str
    role: Role
    phase: TaskPhase
    cut_ms: int
    touched_ms: int
    accept_due_ms: int | None = None
    return_due_ms: int | None = None
    due_ms: int | None = None
    accepted_ms: int | None = None
    done_ms: int | None = None
    verified_ms: int | None = None
    returns: int = 0
    ruled: bool = False
    extended: bool = False
    asked: Asked | None = None
    asked_days: int = 0
    review_day: int = 0
    steps: int = 0
    notices: int = 0
    redone: int = 0
    note: str = ""
    evidence: str = ""
    returned_ms: int | None = None
    ended_ms: int | None = None


class Notice(NamedTuple):
    """One numbered notice; `id` is `owner/kind/number`, the owner a task or a problem."""

    id: str
    kind: NoticeKind
    number: int
    problem_id: str
    task_id: str
    agency: str
    reason: str
    at_ms: int
    reply_due_ms: int | None
    replied_ms: int | None = None


def waits(notice: Notice) -> bool:
    """Whether a notice still asks for an answer."""
    return notice.reply_due_ms is not None and notice.replied_ms is None
