"""What people bring, as data: themes found by words in a category's names, their weight, season and phrases.

Only names decide, so any taxonomy works; a category that no word fits gets a small weight of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

EVEN: Final = (1.0,) * 12
SUMMER: Final = (0.6, 0.6, 0.7, 0.9, 1.2, 1.5, 1.8, 1.7, 1.2, 0.8, 0.6, 0.6)
WINTER: Final = (1.9, 1.6, 1.1, 0.7, 0.6, 0.8, 1.1, 1.0, 0.6, 0.6, 0.9, 1.5)
SPRING: Final = (0.6, 0.9, 1.8, 1.9, 1.4, 0.9, 0.7, 0.7, 0.9, 1.0, 0.8, 0.5)
RAINS: Final = (0.3, 0.5, 0.9, 1.4, 1.8, 2.0, 1.6, 1.5, 0.9, 0.4, 0.3, 0.3)
SCHOOL: Final = (0.6, 1.1, 1.0, 0.8, 0.9, 1.3, 1.5, 2.1, 1.6, 0.6, 0.5, 0.5)


@dataclass(frozen=True, slots=True)
class Theme:
    """One kind of trouble.

    `petition`, `dispute`, `incident` are weights among reports of that kind; `urban` and `rural` scale them
    by place, `months` by season; `before_new_year` says that it swells in the weeks before the long winter
    holiday; `incident_kind` is the kind of its incidents.
    """

    pattern: re.Pattern[str]
    petition: float
    dispute: float
    incident: float
    phrases: tuple[str, ...]
    urban: float = 1.0
    rural: float = 1.0
    months: tuple[float, ...] = EVEN
    before_new_year: bool = False
    incident_kind: str = "accident"


def _theme(  # noqa: PLR0913 (one row of the table below)
    words: str,
    weights: tuple[float, float, float],
    phrases: str,
    *,
    urban: float = 1.0,
    rural: float = 1.0,
    months: tuple[float, ...] = EVEN,
    before_new_year: bool = False,
    incident_kind: str = "accident",
) -> Theme:
    chinese = [word for word in words.split() if not word.isascii()]
    # An English word must stand alone: "road" is no part of "broadband".
    english = "|".join(word for word in words.split() if word.isascii())
    pattern = re.compile("|".join([*chinese, rf"\b(?:{english})(?:s|es)?\b"]), re.IGNORECASE)
    petition, dispute, incident = weights
    return Theme(
        pattern,
        petition,
        dispute,
        incident,
        tuple(phrases.split()),
        urban,
        rural,
        months,
        before_new_year,
        incident_kind,
    )


# Order matters: the first theme with a word in the finest name wins. Petition weights follow the shares of
# city mailboxes (城建房土 23 %, 人社 15 %, 治安 11 %, 商贸 11 %), dispute weights counties where 邻里 leads.
THEMES: Final = (
    _theme(
        "欠薪 拖欠 工资 薪酬 报酬 wage",
        (6.0, 5.0, 0.2),
        "工程完工后工钱迟迟没有结清 项目部承诺的发薪日期一再推后 班组的工钱拖了两个多月",
        before_new_year=True,
    ),
    _theme(
        "噪 扰民 noise",
        (7.5, 1.0, 0.1),
        "夜间仍有机器作业声 清早施工声响很大 沿街音响到深夜仍不停 风机声昼夜不断",
        urban=1.6,
        rural=0.4,
        months=SUMMER,
    ),
    _theme(
        "供水 停水 水压 自来水 排水 污水 内涝 积水 water drain sewer flooding",
        (5.0, 0.6, 0.6),
        "连日停水且未见通知 水压不足高层用不上水 雨后路面积水难行 管网渗漏多处冒水",
        months=SUMMER,
    ),
    _theme(
        "供电 停电 电力 供热 供暖 燃气 供气 power electric heat gas",
        (3.0, 0.2, 0.5),
        "用电高峰频繁跳闸 供气压力不稳 线路老化需要检修 冬季供暖温度不够",
        months=WINTER,
    ),
    _theme(
        "邻里 邻居 相邻 通行 采光 neighbour neighbor neighbourhood",
        (0.5, 24.0, 0.0),
        "两户因排水走向意见不一 共用通道被杂物占用 新砌围墙影响采光 院落界线多年说不清",
    ),
    _theme(
        "婚 家庭 赡养 抚养 继承 家事 family marriage inheritance",
        (0.2, 6.0, 0.0),
        "请求村社组织调解 分家事项未谈拢 约定未履行请求再次调解",
    ),
    _theme(
        "物业 业主 小区 电梯 维修资金 property residential elevator",
        (6.0, 5.0, 0.3),
        "电梯频繁停运 公共收益没有公示 保洁和门岗服务下降 地下车库渗水长期未修",
        urban=1.9,
        rural=0.1,
    ),
    _theme(
        "征收 拆迁 征地 安置 补偿 移民 expropriation resettlement demolition",
        (3.5, 3.0, 0.0),
        "安置房交付日期一再推迟 补偿标准解释不清 过渡费没有按时发放",
    ),
    _theme(
        "土地 宅基地 承包 山林 林权 林地 耕地 农田 水利 灌溉 矿产 land forest farm irrigation",
        (4.5, 6.0, 0.3),
        "承包地四至不清 灌溉渠道淤塞影响春耕 林地界线存在争议 宅基地审批久未答复",
        urban=0.2,
        rural=1.9,
        months=SPRING,
    ),
    _theme(
        "违建 违法建设 违章 搭建 占道 广告牌 户外广告 billboard",
        (4.0, 1.0, 0.2),
        "屋顶加盖影响通行 人行道被长期占用 空地搭起棚屋无人管",
        urban=1.5,
        rural=0.6,
    ),
    _theme(
        "道路 路灯 市政 桥 井盖 路面 road street bridge pothole lighting streetlight",
        (6.0, 0.4, 0.6),
        "路面坑洼雨天难行 路灯成片不亮 井盖松动有响声 便道破损多月未修",
    ),
    _theme(
        "停车 公交 客运 出租 交通 驾 parking traffic transit bus taxi",
        (5.5, 1.2, 2.5),
        "早晚高峰拥堵严重 公交班次过少 停车位长期被占 路口视线不好易出险情",
        urban=1.3,
        rural=0.7,
    ),
    _theme(
        "垃圾 环卫 保洁 卫生死角 市容 渣土 绿化 rubbish litter waste garbage sanitation",
        (5.0, 0.3, 0.2),
        "垃圾堆放多日未清 渣土洒落路面 公厕清扫不及时 绿化带杂草丛生",
        months=SUMMER,
    ),
    _theme(
        "污染 油烟 臭 扬尘 废气 废水 生态 环境 环保 pollution odour odor dust smoke environment",
        (4.0, 1.2, 0.8),
        "河沟水色发黑有异味 餐饮油烟直排 晴天扬尘明显 养殖场气味随风飘散",
        months=SUMMER,
    ),
    _theme(
        "医 健康 卫生 药 health medical hospital drug",
        (2.5, 2.0, 0.4),
        "门诊排队时间长 收费项目需要说明 基层站点药品不全",
    ),
    _theme(
        "教育 学校 入学 招生 培训 托育 school education tuition",
        (3.2, 0.6, 0.1),
        "入学片区划分需要说明 培训机构停课退费难 校门口秩序混乱",
        months=SCHOOL,
    ),
    _theme(
        "消费 价格 食品 商品 产品 售后 市场监管 农贸 夜市 网购 预付 餐饮 consumer price food goods",
        (5.0, 4.0, 0.5),
        "预付卡停业后退款难 标价与结算不一致 商品质量与宣传不符",
    ),
    _theme(
        "劳动 社保 社会保险 养老保险 医疗保险 参保 就业 工伤 退休 养老金 人事 labour labor employment",
        (6.0, 4.0, 0.2),
        "参保年限核对不一致 工伤认定进度需要说明 待遇发放时间推迟",
    ),
    _theme(
        "金融 借贷 贷款 诈骗 反诈 保险 集资 理财 finance loan fraud insurance bank",
        (2.0, 3.0, 0.5),
        "到期款项没有兑付 保险理赔进度缓慢 合同条款解释不一",
    ),
    _theme(
        "低保 救助 养老 残疾 优抚 退役 民政 殡葬 福利 welfare elderly disability veteran relief",
        (2.6, 0.4, 0.1),
        "申请进度需要说明 补助发放有延迟 服务站点开放时间过短",
    ),
    _theme(
        "治安 盗 赌 黄赌 户籍 证件 养犬 security police crime dog",
        (2.5, 0.5, 3.0),
        "夜间巡逻偏少 犬只不牵绳 办证排队时间长 公共场所秩序混乱",
        incident_kind="security",
    ),
    _theme(
        "自然灾害 暴雨 洪 台风 滑坡 山体 地质 泥石流 森林火 防汛 干旱 storm landslide typhoon wildfire",
        (0.2, 0.0, 4.0),
        "山坡出现落石已设警示 溪水上涨漫过便桥 强降雨后道路局部塌方",
        months=RAINS,
        incident_kind="natural",
    ),
    _theme(
        "事故 坍塌 爆炸 泄漏 accident collapse explosion spill",
        (0.1, 0.3, 4.0),
        "现场已设警戒 道路单向放行 作业面已停工排查",
    ),
    _theme(
        "疫 中毒 传染 动物防疫 outbreak epidemic poisoning",
        (0.2, 0.0, 0.8),
        "发现后已隔离排查 现场已消毒 样品已送检",
        months=SUMMER,
        incident_kind="health",
    ),
    _theme(
        "消防 安全 隐患 危房 fire safety hazard",
        (2.5, 0.3, 6.0),
        "楼道堆物堵住出口 消防通道被占 老旧线路外露 护栏缺失",
    ),
    _theme(
        "通信 宽带 信号 快递 邮政 电信 telecom broadband post courier",
        (2.2, 0.8, 0.1),
        "网络经常中断 快件多日未到 基站信号覆盖不好",
    ),
    _theme(
        "村务 村集体 选举 村居 农村 农业 农机 扶贫 惠农 village agriculture",
        (1.6, 0.9, 0.1),
        "集体收支公示不全 补贴发放名册需要核对 公共设施管护不到位",
        urban=0.1,
        rural=2.0,
        months=SPRING,
    ),
    _theme(
        "旅游 文化 体育 文物 景区 tourism culture sport",
        (1.0, 0.6, 0.1),
        "节假日景区接待能力不足 场馆开放时间过短 广场设施损坏",
    ),
    _theme(
        "规划 房 建筑 工程 施工 改造 住房 产权 租赁 housing building construction planning rent",
        (4.0, 3.0, 0.5),
        "房屋交付后多处渗漏 不动产登记办理缓慢 工程质量问题未整改",
        urban=1.4,
        rural=0.7,
    ),
    _theme(
        "政务 办事 窗口 审批 咨询 service permit licence license",
        (2.0, 0.2, 0.0),
        "办理流程需要说明 材料清单前后不一致 窗口等候时间长",
    ),
    _theme(
        "合同 生产经营 侵权 损害 租 contract tort damage",
        (0.4, 5.0, 0.0),
        "约定款项未付 双方对责任划分意见不一 请求组织调解",
    ),
)

ANYTHING: Final = _theme("其他 other", (0.5, 0.4, 0.1), "问题长期未见处理 请求尽快核实办理 多次反映仍未改善")

# A tree for disputes or for incidents holds little else, and little of them lies outside it.
DISPUTE_WORDS: Final = ("纠纷", "争议", "调解", "dispute", "mediation")
INCIDENT_WORDS: Final = ("突发", "事件", "事故", "灾害", "险情", "incident", "emergency", "disaster")
URBAN_WORDS: Final = ("社区", "居委", "居民", "街道", "小区", "community", "street", "downtown")


def theme_of(names: tuple[str, ...]) -> Theme:
    """The theme of a category by its names, finest first (Chinese and English together)."""
    for name in names:
        for theme in THEMES:
            if theme.pattern.search(name):
                return theme
    return ANYTHING
