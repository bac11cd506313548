"""What the words of the trade mean: said as tips beside them, and on a page of their own."""

from __future__ import annotations

from typing import Final

from hub.console.words import msg

MEANINGS: Final = {
    "suspected": msg("件数看上去像一个问题，等值班员确认；到期无人处理时按规则办。"),
    "confirmed": msg("确认是同一个问题，即将定主办、派任务。"),
    "treating": msg("已有主办单位，各单位正在办理，时限在走。"),
    "settled": msg("已知的都办结了，进入观察期；这期间再来同类件就算反弹。"),
    "rebounded": msg("观察期内又来了同类件，回到上一级重新办理，历史保留。"),
    "ledgered": msg("经批准暂停计时，写明复查日期；到期自动恢复。"),
    "closed": msg("观察期平稳结束，销号。之后再发生是新的一件，算复发。"),
    "dismissed": msg("核实不是问题。相关件放回，误判计入该规则的误判率。"),
    "merged": msg("并入另一件顽疾，编号保留并指向那一件。"),
    "frequent": msg("规定天数内的不同事项数达到多发标准。"),
    "stubborn": msg("多次反弹、长期超期或久拖不决。"),
    "typical": msg("在多个地方普遍发生，不集中在一两处。"),
    "local": msg("集中在一个地方，别处少见。"),
    "industry": msg("集中在一个行业或一类单位。"),
    "department": msg("主办单位的超期比例明显高于同级单位。"),
    "lead": msg("对这一轮办理负总责的一家单位，即 1+N 里的 1。"),
    "co": msg("承担一部分任务的单位，即 1+N 里的 N；各有自己的期限。"),
    "copy": msg("此前轮次的承办单位，升级后继续知情，不另设期限。"),
    "accept": msg("单位接下任务。时限自派单起算，不等签收。"),
    "return": msg("不属本单位职责，须写理由；退回不停表，第二次退回交中心裁定。"),
    "ruling": msg("中心对退回的裁定。裁定即为先例，不得再退。"),
    "stage": msg("在这一级必须办结的期限；升级后重新起算。"),
    "total": msg("从确认到办结的总期限；升级、换主办都不重置。"),
}
"""By the code that the log uses, or the name of a clock or an act."""

GROUPS: Final = (
    (
        msg("状态"),
        (
            ("suspected", msg("疑似")),
            ("confirmed", msg("已确认")),
            ("treating", msg("治理中")),
            ("settled", msg("观察期")),
            ("rebounded", msg("反弹")),
            ("ledgered", msg("挂账")),
            ("closed", msg("销号")),
            ("dismissed", msg("误判")),
            ("merged", msg("已合并")),
        ),
    ),
    (
        msg("标签"),
        (
            ("frequent", msg("多发性")),
            ("stubborn", msg("顽固性")),
            ("typical", msg("典型性")),
            ("local", msg("地方病")),
            ("industry", msg("行业病")),
            ("department", msg("部门病")),
        ),
    ),
    (msg("单位与任务"), (("lead", msg("主办")), ("co", msg("协办")), ("copy", msg("抄送")))),
    (msg("办理"), (("accept", msg("签收")), ("return", msg("退回")), ("ruling", msg("裁定")))),
    (msg("时限"), (("stage", msg("本级时限")), ("total", msg("总时限")))),
)
