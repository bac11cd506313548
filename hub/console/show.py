"""How things look in a template: icons, badges, moments, durations and links, in the reader's language and scope."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup

from hub.console import figures
from hub.console.assets import stamped
from hub.console.desk import Desk
from hub.console.meanings import MEANINGS
from hub.console.rule_names import rule_names
from hub.console.tiers import TIERS
from hub.console.words import msg
from hub.model.lifecycle import Phase, TaskPhase
from hub.policies.models import Tier
from hub.schemas.reasons import DecisionKind, Label, Outcome, SuspicionReason, reason_text, text
from hub.store.screens.register import NEVER_MS

CLOCKS: Final = {
    "overdue": (msg("已超期"), "alert-circle"),
    "soon": (msg("即将超期"), "clock-exclamation"),
    "remind": (msg("提醒"), "bell"),
    "normal": (msg("办理中"), "progress"),
    "waiting": (msg("待确认"), "zoom-question"),
    "ledgered": (msg("挂账"), "clock-pause"),
    "watched": (msg("观察期"), "eye"),
    "done": (msg("办结"), "circle-check"),
}
PHASES: Final = {
    "suspected": msg("疑似"),
    "confirmed": msg("已确认"),
    "treating": msg("治理中"),
    "settled": msg("观察期"),
    "rebounded": msg("反弹"),
    "ledgered": msg("挂账"),
    "closed": msg("销号"),
    "dismissed": msg("误判"),
    "merged": msg("已合并"),
}
OUTCOMES: Final = {
    Outcome.ACCEPTED: ("done", msg("受理")),
    Outcome.DUPLICATE: ("ledgered", msg("重复")),
    Outcome.QUARANTINED: ("soon", msg("待定位")),
    Outcome.REFUSED: ("overdue", msg("退回")),
}
EVENT_TYPES: Final = {
    "linkage.petition.received.v1": msg("诉求"),
    "linkage.incident.reported.v1": msg("事件上报"),
    "linkage.dispute.registered.v1": msg("纠纷"),
    "linkage.matter.updated.v1": msg("办件更新"),
    "linkage.task.replied.v1": msg("任务回复"),
    "linkage.assessment.submitted.v1": msg("考核报送"),
    "linkage.agency.heartbeat.v1": msg("心跳"),
}
TASK_PHASES: Final = {
    TaskPhase.CUT: ("soon", msg("待签收")),
    TaskPhase.ACCEPTED: ("normal", msg("办理中")),
    TaskPhase.LEDGERED: ("ledgered", msg("挂账")),
    TaskPhase.DONE: ("remind", msg("待核验")),
    TaskPhase.VERIFIED: ("done", msg("已核验")),
    TaskPhase.RETURNED: ("overdue", msg("已退回")),
    TaskPhase.DISPUTED: ("overdue", msg("待裁定")),
    TaskPhase.WAIVED: ("ledgered", msg("已豁免")),
    TaskPhase.PASSED: ("ledgered", msg("已转出")),
}
ROLES: Final = {"lead": msg("主"), "co": msg("协"), "copy": msg("抄")}
assert {phase.value for phase in Phase} <= set(PHASES), "a phase has no word"


class Show:
    """The drawing side of one reader's page."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._words = desk.words
        self.lang = desk.lang

    def icon(self, name: str) -> Markup:
        """One icon of the sheet."""
        return Markup('<svg class="ic" aria-hidden="true"><use href="{}#{}"/></svg>').format(
            stamped("vendor/icons.svg"), name
        )

    def badge(self, clock: str) -> Markup:
        """How a problem stands with its time: icon, word and colour."""
        word, icon = CLOCKS[clock]
        return Markup('<span class="st st-{}">{}{}</span>').format(clock, self.icon(icon), self._words(word))

    def outcome(self, outcome: str) -> Markup:
        """What became of an event."""
        tone, word = OUTCOMES[Outcome(outcome)]
        return Markup('<i class="dot {}"></i>{}').format(tone, self._words(word))

    def tier(self, tier: str) -> Markup:
        """A tier as a chip of one letter, its full name beside the pointer."""
        short, full = TIERS[Tier(tier)]
        return Markup('<span class="lv lv-{}" title="{}">{}</span>').format(
            tier, self._words(full), self._words(short)
        )

    def tier_word(self, tier: str) -> str:
        """A tier's full name."""
        return self._words(TIERS[Tier(tier)][1])

    def tier_letter(self, tier: str) -> str:
        """A tier's short name."""
        return self._words(TIERS[Tier(tier)][0])

    def phase(self, phase: str) -> str:
        """A phase's word."""
        return self._words(PHASES.get(phase, phase))

    def tip(self, code: str) -> Markup:
        """What a word of the trade means, as attributes of the element that says it; nothing for one without a tip."""
        meaning = MEANINGS.get(code)
        return Markup(' data-term title="{}"').format(self._words(meaning)) if meaning else Markup("")

    def event_type(self, kind: str) -> str:
        """A message type's word; a refused event may have none."""
        if kind in EVENT_TYPES:
            return self._words(EVENT_TYPES[kind])
        return self._words(msg("中心操作")) if kind else "—"

    def task_phase(self, phase: str) -> Markup:
        """Where a task stands."""
        tone, word = TASK_PHASES[TaskPhase(phase)]
        return Markup('<i class="dot {}"></i>{}').format(tone, self._words(word))

    def role(self, role: str) -> Markup:
        """What an agency is in a round."""
        return Markup('<span class="role{}">{}</span>').format(
            " prime" if role == "lead" else "", self._words(ROLES[role])
        )

    def label(self, label: str) -> str:
        """What kind of stubborn a problem is."""
        return text(Label(label), self.lang)

    def number(self, value: float) -> str:
        """A count."""
        return figures.number(value)

    def share(self, part: int, whole: int) -> str:
        """A share in percent."""
        return figures.share(part, whole)

    def exact(self, fraction: str) -> str:
        """An exact fraction, to two decimals."""
        return f"{float(Fraction(fraction)):.2f}" if fraction else "—"

    def left(self, due_ms: int | None) -> str:
        """The time left until a moment, or by how much it is over."""
        if due_ms is None or due_ms == NEVER_MS:
            return "—"
        return figures.left(due_ms - self._desk.now_ms, self.lang)

    def duration(self, ms: int) -> str:
        """A length of time."""
        return figures.duration(ms, self.lang)

    def when(self, at_ms: int) -> str:
        """A moment, as short as it stays clear."""
        return figures.moment(at_ms, self._desk.now_ms, self._desk.policy.zone, self.lang)

    def day(self, at_ms: int) -> str:
        """A day."""
        return figures.day(at_ms, self._desk.now_ms, self._desk.policy.zone, self.lang)

    def stamp(self, at_ms: int) -> str:
        """A moment to the second."""
        return figures.stamp(at_ms, self._desk.policy.zone)

    def decision(self, kind: str) -> str:
        """What a decision is called."""
        return text(DecisionKind(kind), self.lang)

    def reason(self, kind: str, reason: str) -> str:
        """Why it was taken."""
        return reason_text(DecisionKind(kind), reason, self.lang)

    def suspicion(self, reason: str) -> str:
        """Why matters look like one problem."""
        return text(SuspicionReason(reason), self.lang)

    @cached_property
    def _rules(self) -> dict[str, str]:
        return rule_names(self._desk.policy, self._words)

    def rule(self, code: str) -> str:
        """A rule's name; one that the policy no longer has keeps its code."""
        return self._rules.get(code, code)

    def where(self, code: str) -> str:
        """A place's path under the page's own place."""
        names = self._desk.names
        parts = [names.place(part) for part in names.path(code, below=self._desk.here)]
        return " › ".join(parts) if parts else names.place(code)

    def link(self, path: str, **query: object) -> str:
        """A page's address that keeps the place the reader looks at; a list repeats its name."""
        pairs: list[tuple[str, str]] = [("at", self._desk.at)] if self._desk.at and "at" not in query else []
        for name, value in query.items():
            several = value if isinstance(value, list | tuple) else [value]
            pairs += [(name, str(single)) for single in several if single not in ("", None)]
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def spark(self, steps: list[int]) -> Markup:
        """A line over so many steps, drawn in a box of 72 by 18; nothing for a line of zeros."""
        top = max(steps, default=0)
        if not top:
            return Markup('<span class="mut">—</span>')
        width = 70 / max(1, len(steps) - 1)
        points = " ".join(f"{1 + i * width:.1f},{16 - value / top * 14:.1f}" for i, value in enumerate(steps))
        return Markup(
            '<svg class="spark" viewBox="0 0 72 18" role="img" aria-label="{}"><polyline points="{}"/></svg>'
        ).format(" ".join(map(str, steps)), points)

    def band(self, value: int, top: int) -> int:
        """Which of six shades a count gets; zero gets none."""
        return figures.shade(value, top)

    def title(self, row: Mapping[str, Any]) -> str:
        """A problem's name."""
        return self._desk.names.title(row)
