"""The lifecycle as a page: diagrams and tables drawn from `hub/model/lifecycle.py`, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple, TypeVar

from hub.model.lifecycle import AT_WORK, MOVES, OPEN, TASK_MOVES, Phase, TaskPhase
from hub.schemas.reasons import DecisionKind as Kind
from hub.schemas.reasons import text

Text = tuple[str, str]
Stage = TypeVar("Stage", bound=StrEnum)


class Move(NamedTuple):
    """What a row of the table cannot say of itself: who acts, what must hold, what it does; each zh and en."""

    actor: Text
    guard: Text
    effect: Text


HUB: Final = ("联动中心系统", "the hub")
CENTRE: Final = ("值班员", "an operator")
EITHER: Final = ("系统或值班员", "the hub or an operator")
AGENCY: Final = ("承办单位", "the task's agency")
ALWAYS: Final = ("无", "none")

PHASES: Final[dict[StrEnum, Text]] = {
    Phase.SUSPECTED: ("疑似", "suspected"),
    Phase.CONFIRMED: ("确认", "confirmed"),
    Phase.TREATING: ("处置中", "treating"),
    Phase.LEDGERED: ("挂账", "ledgered"),
    Phase.SETTLED: ("办结·观察期", "settled, watched"),
    Phase.CLOSED: ("销号", "closed"),
    Phase.DISMISSED: ("误判", "dismissed"),
    Phase.MERGED: ("合并", "merged"),
    TaskPhase.CUT: ("待签收", "cut"),
    TaskPhase.ACCEPTED: ("办理中", "accepted"),
    TaskPhase.LEDGERED: ("挂账", "ledgered"),
    TaskPhase.DONE: ("待核验", "done"),
    TaskPhase.VERIFIED: ("已核验", "verified"),
    TaskPhase.RETURNED: ("已退回", "returned"),
    TaskPhase.DISPUTED: ("裁定中", "disputed"),
    TaskPhase.WAIVED: ("豁免", "waived"),
    TaskPhase.PASSED: ("转出", "passed on"),
}

PROBLEM_MOVES: Final[dict[Kind, Move]] = {
    Kind.PROBLEM_REINFORCED: Move(
        HUB,
        ("该件尚不在其中", "the matter is not in it yet"),
        ("件数加一, 严重程度取最高者", "one matter more; the worst severity holds"),
    ),
    Kind.PROBLEM_CONFIRMED: Move(
        EITHER,
        (
            "依规则: 自动、值班员、或到时无异议",
            "as the rule says: at once, by an operator, or unanswered in time",
        ),
        ("冻结升级阶梯, 起算本级与总时限", "the ladder is frozen; the stage and the total clock start"),
    ),
    Kind.TIER_RAISED: Move(
        EITHER,
        ("上一级在上限之内", "a place above, within the ceiling"),
        (
            "新一轮: 重定主办, 本级时限重起, 总时限不变; 此前的承办单位转为抄送",
            "a new round: lead named anew, stage clock anew, total clock never; who had it before stays in copy",
        ),
    ),
    Kind.TIER_LOWERED: Move(
        CENTRE,
        ("不低于所在地与下限", "not below its place nor its floor"),
        (
            "新一轮, 在下一级; 此前的承办单位转为抄送",
            "a new round, one place down; who had it before stays in copy",
        ),
    ),
    Kind.LEAD_NAMED: Move(
        EITHER,
        ("有承办单位", "somebody holds the place"),
        ("原主办转为协办", "who led before goes on beside it"),
    ),
    Kind.TASK_CUT: Move(
        EITHER, ("处置之中", "somebody holds it"), ("派单, 签收时限起算", "a task, its clocks running")
    ),
    Kind.LEDGERED: Move(
        CENTRE,
        ("主办申请, 时限未到, 有复核日期", "the lead asked, in time, with a day of review"),
        ("本级、总、预警时限停走", "stage, total and warnings stand still"),
    ),
    Kind.NUDGED: Move(
        HUB,
        ("复核日期已到", "the day of review has come"),
        ("时限按挂账时长顺延后续走", "clocks go on, moved by the pause"),
    ),
    Kind.PROBLEM_SETTLED: Move(
        EITHER,
        ("全部办结并核验; 强制办结须上一级", "all done and verified; by force only the body one tier up"),
        ("时限停止, 观察期起算", "clocks stop, the watch starts"),
    ),
    Kind.PROBLEM_REBOUNDED: Move(
        EITHER,
        ("观察期内新件达到规则数", "as many new matters while watched as policy says"),
        ("上一级重新处置, 编号不变", "treated again one tier above, under its number"),
    ),
    Kind.PROBLEM_CLOSED: Move(
        HUB,
        ("观察期满", "the watch stayed quiet"),
        ("单元格重新计数, 留为前身", "its cell counts anew and remembers it"),
    ),
    Kind.PROBLEM_DISMISSED: Move(
        CENTRE,
        ("有理由", "with a reason"),
        ("撤回任务, 单元格重新计数", "tasks recalled; its cell counts anew"),
    ),
    Kind.PROBLEM_MERGED: Move(
        EITHER,
        (
            "存续者在办, 挂账者不收在办件; 升到上级顽疾所在处自动并入",
            "open; what is paused takes in nothing treated; a part that rose to its parent goes in by itself",
        ),
        (
            "件只计一次, 最早时限与最高层级为准, 新件归存续者",
            "matters count once; earliest due and highest tier win; redirects",
        ),
    ),
    Kind.PROBLEM_SPLIT: Move(
        CENTRE,
        ("须留下若干件", "some matters stay"),
        ("选出的件另立一号", "the chosen matters get a number of their own"),
    ),
    Kind.LABEL_ADDED: Move(HUB, ("规则成立", "its rule holds"), ("加标签, 附证据", "a label, with evidence")),
    Kind.LABEL_REMOVED: Move(HUB, ("规则不再成立", "its rule holds no more"), ("去标签", "the label goes")),
}

AGENCY_MOVES: Final[dict[Kind, Move]] = {
    Kind.TASK_ACCEPTED: Move(
        AGENCY, ALWAYS, ("签收时限停止, 通知视为已复", "the acceptance clock stops; notices are answered")
    ),
    Kind.TASK_RETURNED: Move(
        AGENCY,
        ("退回期内, 有理由, 非裁定件", "within the window, with ground, not ruled"),
        ("任务时限停止; 顽疾时限照走", "the task's clocks stop; the problem's go on"),
    ),
    Kind.ARBITRATION_OPENED: Move(
        HUB, ("同一份任务第二次退回", "the same part returned twice"), ("待中心裁定", "the centre rules")
    ),
    Kind.ARBITRATION_RULED: Move(
        CENTRE,
        ("裁定中", "it is disputed"),
        ("派给裁定单位, 不得再退, 成为先例", "cut to the agency ruled for; final; learned as precedent"),
    ),
    Kind.TASK_CUT: Move(CENTRE, ("第一次退回", "returned once"), ("重新派单", "cut anew, a task of its own")),
    Kind.TASK_DONE: Move(
        AGENCY, ("有办理结果", "with a result"), ("任务时限停止, 待核验", "its clocks stop; to be verified")
    ),
    Kind.EXTENSION_GRANTED: Move(
        CENTRE,
        ("一次, 到期之前, 不超上限", "once, before expiry, within the bound"),
        (
            "主办延期则本级顺延; 协办不晚于顽疾",
            "the lead's moves the stage; a co-agency's ends with the problem's",
        ),
    ),
    Kind.LEDGERED: Move(
        CENTRE,
        ("已申请, 有复核日期", "asked, with a day of review"),
        ("任务时限停走", "its clocks stand still"),
    ),
    Kind.NUDGED: Move(HUB, ("复核日期已到", "the day of review has come"), ("恢复办理", "worked on again")),
    Kind.TASK_VERIFIED: Move(
        EITHER,
        ("本轮; 回访满意率达标或现场核验", "of this round; by those asked again, or on site"),
        ("全部核验则办结", "when all are, the problem settles"),
    ),
    Kind.TASK_REOPENED: Move(
        CENTRE, ("核验未通过", "found wanting"), ("重办一次, 时限照旧", "redone, with the clock that is left")
    ),
    Kind.TASK_WAIVED: Move(
        CENTRE, ("非主办", "not the lead's"), ("不再等它", "the gate waits for it no more")
    ),
}


def lifecycle_page() -> str:
    """Give `docs/lifecycle.md`: a diagram and a table for problems, and for tasks."""
    at_work = "、".join(PHASES[phase][0] for phase in AT_WORK)
    open_words = "、".join(PHASES[phase][0] for phase in OPEN)
    lines = [
        "# 生命周期 / Lifecycle",
        "",
        "由代码生成, 勿手改。Drawn from `hub/model/lifecycle.py`; do not edit by hand.",
        "表中没有的动作一律不准。What is not in a table is not allowed.",
        "",
        "## 顽疾 / A problem",
        "",
        f"占用单元格的阶段 / it claims its cell while: {open_words}。",
        "",
        *_diagram(MOVES, Phase.SUSPECTED),
        "",
        *_table(MOVES, PROBLEM_MOVES),
        "",
        "## 任务 / A task",
        "",
        f"未完成的阶段, 闸门不开 / the gate stays shut while: {at_work}。",
        "顽疾办结或误判时未完成的任务豁免, 升级或并入时转出。",
        "What is undone when its problem settles or is dismissed is waived; when it rises or is merged, passed on.",
        "每开新一轮, 此前承办过而本轮无任务的单位各有一条抄送 (`copy`): 不设时限, 不计数据, 闸门不等它。",
        "抄送单位在其订单主题上得知主办与结局。",
        "In a new round, whoever had the problem before and has no task in it is in copy (`copy`):",
        "no clock, no figure, no gate; on its orders topic it hears who leads and how it ends.",
        "",
        *_diagram(TASK_MOVES, TaskPhase.CUT),
        "",
        *_table(TASK_MOVES, AGENCY_MOVES),
    ]
    return "\n".join(lines) + "\n"


def _diagram(table: Mapping[tuple[Stage, Kind], Stage], first: Stage) -> list[str]:
    """Draw the moves that change the phase; what leaves it as it is stands in the table alone."""
    arrows: dict[tuple[Stage, Stage], list[str]] = {}
    for (start, kind), end in table.items():
        if start is not end:
            arrows.setdefault((start, end), []).append(kind)
    ends = {end for _start, end in arrows} - {start for start, _kind in table}
    named = dict.fromkeys(phase for pair in arrows for phase in pair)
    return [
        "```mermaid",
        "stateDiagram-v2",
        *(f'    state "{PHASES[phase][0]} {PHASES[phase][1]}" as {phase}' for phase in named),
        f"    [*] --> {first}",
        *(f"    {start} --> {end}: {', '.join(kinds)}" for (start, end), kinds in arrows.items()),
        *(f"    {end} --> [*]" for end in sorted(ends)),
        "```",
    ]


def _table(table: Mapping[tuple[Stage, Kind], Stage], moves: Mapping[Kind, Move]) -> list[str]:
    lines = [
        "| 阶段 / phase | 动作 / move | 到 / to | 谁 / who | 条件 / guard | 效果 / effect |",
        "|---|---|---|---|---|---|",
    ]
    for (start, kind), end in table.items():
        told = " | ".join("；".join(words) for words in moves[kind])
        lines.append(f"| {_word(start)} | {text(kind, 'zh')} `{kind}` | {_word(end)} | {told} |")
    return lines


def _word(phase: StrEnum) -> str:
    return f"{PHASES[phase][0]} `{phase}`"
