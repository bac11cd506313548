"""The figures that agencies and territories are judged by: what each counts, in what, and what it leaves out."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple


class Figure(StrEnum):
    """A share of what counts: met of counted; what is excluded is said beside it."""

    # An enum hashes its name in Python; a figure is a key of every tally, and equals its string anyway.
    __hash__ = str.__hash__

    REPORTED_IN_TIME = "reported_in_time"
    PASSED_IN_TIME = "passed_in_time"
    ACCEPTED_IN_TIME = "accepted_in_time"
    CLOSED_IN_TIME = "closed_in_time"
    SOLVED = "solved"
    RATED = "rated"
    SATISFIED = "satisfied"
    REDONE = "redone"
    SIGNED_IN_TIME = "signed_in_time"
    DONE_IN_TIME = "done_in_time"
    RETURNED = "returned"
    TASK_REDONE = "task_redone"
    REBOUNDED = "rebounded"
    MEDIATED = "mediated"
    MEDIATED_HEARD = "mediated_heard"
    PERFORMED = "performed"
    DEFUSED = "defused"
    HANDED_OVER = "handed_over"


class Meaning(NamedTuple):
    """What a figure is called and counts: the denominator, the numerator, the exclusions; Chinese and English."""

    name_zh: str
    name_en: str
    counted_zh: str
    counted_en: str
    met_zh: str
    met_en: str
    excluded_zh: str
    excluded_en: str


_WITHDRAWN: Final = ("已撤回的事项", "matters that were withdrawn")
_UNACCEPTED: Final = ("期限届满前已退回、免办或移交的任务", "tasks returned, waived or passed on before that")

MEANINGS: Final[dict[Figure, Meaning]] = {
    Figure.REPORTED_IN_TIME: Meaning(
        "初报及时率",
        "reported in time",
        "初报期限在期内届满的事件",
        "incidents whose time for the first report ran out in the period",
        "期限内收到初报",
        "those reported before it ran out",
        *_WITHDRAWN,
    ),
    Figure.PASSED_IN_TIME: Meaning(
        "及时转送(上报)率",
        "passed on in time",
        "转送、上报期限在期内届满的事项",
        "matters whose time to be passed on or up ran out in the period",
        "期限内已转送、受理或办结",
        "those passed on, accepted or closed before it ran out",
        *_WITHDRAWN,
    ),
    Figure.ACCEPTED_IN_TIME: Meaning(
        "及时受理率",
        "accepted in time",
        "受理(告知)期限在期内届满的事项",
        "matters whose time to be accepted ran out in the period",
        "期限内已受理或办结",
        "those accepted or closed before it ran out",
        *_WITHDRAWN,
    ),
    Figure.CLOSED_IN_TIME: Meaning(
        "按期办结率",
        "closed in time",
        "办理期限在期内届满的事项",
        "matters whose time to be closed ran out in the period",
        "期限内已办结",
        "those closed before it ran out",
        *_WITHDRAWN,
    ),
    Figure.SOLVED: Meaning(
        "解决率",
        "solved",
        "期内最后一次认定已解决或未解决的事项",
        "matters last said in the period to be resolved or unresolved",
        "认定已解决",
        "those said to be resolved",
        "已撤回、已分流的事项",
        "matters withdrawn, or diverted to another way",
    ),
    Figure.RATED: Meaning(
        "参评率",
        "rated",
        "期内办结的事项",
        "matters closed in the period",
        "有满意度评价",
        "those whose satisfaction was rated",
        "已撤回、已分流的事项",
        "matters withdrawn, or diverted to another way",
    ),
    Figure.SATISFIED: Meaning(
        "满意率",
        "satisfied",
        "期内办结并有评价的事项",
        "matters closed in the period and rated",
        "满意或基本满意",
        "those rated satisfied or basically satisfied",
        "未评价的事项",
        "matters not rated",
    ),
    Figure.REDONE: Meaning(
        "重办率",
        "redone",
        "期内最后一次办结,或重办后仍未办结的事项",
        "matters last closed in the period, or reopened in it and still open",
        "曾经重办",
        "those that were redone at least once",
        *_WITHDRAWN,
    ),
    Figure.SIGNED_IN_TIME: Meaning(
        "签收率",
        "signed in time",
        "签收期限在期内届满的任务",
        "tasks whose time to be accepted ran out in the period",
        "期限内已签收",
        "those accepted before it ran out",
        *_UNACCEPTED,
    ),
    Figure.DONE_IN_TIME: Meaning(
        "任务按期完成率",
        "done in time",
        "办理期限在期内届满的任务",
        "tasks whose time to be done ran out in the period",
        "期限内已办结",
        "those done before it ran out",
        "期限届满前已退回、免办、移交或挂账的任务",
        "tasks returned, waived, passed on or put on the ledger before that",
    ),
    Figure.RETURNED: Meaning(
        "退单率",
        "returned",
        "期内派出的任务",
        "tasks cut in the period",
        "被该单位退回",
        "those that the agency returned",
        "无",
        "none",
    ),
    Figure.TASK_REDONE: Meaning(
        "任务重办率",
        "tasks redone",
        "期内派出的任务",
        "tasks cut in the period",
        "核验不通过、退回重办",
        "those that failed verification",
        "无",
        "none",
    ),
    Figure.REBOUNDED: Meaning(
        "反弹率",
        "rebounded",
        "观察期在期内结束的顽疾",
        "problems whose watch ended in the period",
        "观察期内反弹",
        "those that came back while watched",
        "无",
        "none",
    ),
    Figure.MEDIATED: Meaning(
        "调解成功率(含终止)",
        "mediated, terminations counted",
        "期内调解结束的纠纷,终止的计入",
        "disputes whose mediation ended in the period, terminations among them",
        "书面、口头或部分达成协议,或已履行",
        "those with a written, oral or partial agreement, performed or not",
        "已撤回、已分流的纠纷",
        "disputes withdrawn, or diverted to another way",
    ),
    Figure.MEDIATED_HEARD: Meaning(
        "调解成功率(不含终止)",
        "mediated, terminations left out",
        "期内调解成功或不成的纠纷",
        "disputes whose mediation succeeded or failed in the period",
        "书面、口头或部分达成协议,或已履行",
        "those with a written, oral or partial agreement, performed or not",
        "已撤回、已分流、终止的纠纷",
        "disputes withdrawn, diverted, or whose mediation was terminated",
    ),
    Figure.PERFORMED: Meaning(
        "履行率",
        "performed",
        "期内达成协议的纠纷,不论履行期限",
        "disputes agreed in the period, whenever performance is due",
        "已履行",
        "those performed",
        *_WITHDRAWN,
    ),
    Figure.DEFUSED: Meaning(
        "化解率",
        "defused",
        "期内登记(排查发现)的纠纷",
        "disputes registered in the period",
        "已化解",
        "those solved by mediation",
        *_WITHDRAWN,
    ),
    Figure.HANDED_OVER: Meaning(
        "移交率",
        "handed over",
        "期内上报的突发事件",
        "incidents reported in the period",
        "已移交110、119、120等专门力量",
        "those handed to 110, 119, 120 or another service",
        *_WITHDRAWN,
    ),
}
"""What stands beside every figure, so that nobody has to guess what it counts."""
