"""A small invented city for the tests of the simulator: two towns, six villages, a handful of agencies."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from hub.policies.models import Agency, Calendar, Category, Limits, Place, Policy, Tier

ZONE = timezone(timedelta(hours=8))
START = datetime(2025, 3, 1, tzinfo=ZONE)
OUTSIDE = "county-two"

PLACES = (
    ("100000", "临川市", Tier.CITY, None),
    ("110000", "东城区", Tier.COUNTY, "100000"),
    ("120000", "西山县", Tier.COUNTY, "100000"),
    ("110100", "河口街道", Tier.TOWNSHIP, "110000"),
    ("120100", "石桥镇", Tier.TOWNSHIP, "120000"),
    ("110101", "渡口社区居委会", Tier.VILLAGE, "110100"),
    ("110102", "新街社区居委会", Tier.VILLAGE, "110100"),
    ("110103", "码头社区居委会", Tier.VILLAGE, "110100"),
    ("120101", "上坪村委会", Tier.VILLAGE, "120100"),
    ("120102", "下坪村委会", Tier.VILLAGE, "120100"),
    ("120103", "竹坑村委会", Tier.VILLAGE, "120100"),
)
CATEGORIES = (
    ("A", None, "城乡建设", False),
    ("A1", "A", "噪声扰民", False),
    ("A2", "A", "物业管理", False),
    ("A3", "A", "供水排水", False),
    ("B", None, "劳动保障", False),
    ("B1", "B", "拖欠工资", False),
    ("C", None, "矛盾纠纷", False),
    ("C1", "C", "邻里纠纷", False),
    ("C2", "C", "土地承包纠纷", False),
    ("D", None, "突发事件", False),
    ("D1", "D", "山体滑坡", False),
    ("D2", "D", "道路交通事故", False),
    ("X", None, "不受理事项", True),
    ("X1", "X", "检举事项", False),
)
AGENCIES = (
    ("hotline", "12345热线", "100000", ()),
    ("petitions", "信访局", "100000", ()),
    ("grid-centre", "综治中心", "100000", ()),
    ("police", "公安局", "100000", ("D2",)),
    ("labour", "人力资源局", "100000", ("B",)),
    (OUTSIDE, "西山县水务局", "120000", ("A3",)),
)


def chain_of(code: str, parents: dict[str, str | None]) -> tuple[str, ...]:
    chain: list[str] = []
    at: str | None = code
    while at is not None:
        chain.append(at)
        at = parents[at]
    return tuple(chain)


def a_calendar() -> Calendar:
    """2025 and 2026 by the week, with a long winter break from 2026-02-16 to 2026-02-22."""
    days = [date(2025, 1, 1) + timedelta(n) for n in range(730)]
    rest = {date(2026, 2, 16) + timedelta(n) for n in range(7)}
    working = frozenset(day for day in days if day.weekday() < 5 and day not in rest)
    return Calendar("临川", frozenset({2025, 2026}), working)


def a_city(**changes: object) -> Policy:
    place_parents = {code: parent for code, _, _, parent in PLACES}
    category_parents = {code: parent for code, parent, _, _ in CATEGORIES}
    agencies = {
        id_: Agency(id_, name, id_, territory, categories) for id_, name, territory, categories in AGENCIES
    }
    parts: dict[str, Any] = {
        "jurisdiction": "100000",
        "name_zh": "临川市",
        "name_en": "Linchuan",
        "letters": "LC",
        "zone": ZONE,
        "version": "test",
        "scheme": "test",
        "limits": Limits(),
        "calendar": a_calendar(),
        "places": {
            code: Place(code, name, tier, parent, chain_of(code, place_parents))
            for code, name, tier, parent in PLACES
        },
        "categories": {
            code: Category(
                code,
                len(chain_of(code, category_parents)),
                parent,
                name,
                "",
                restricted,
                chain_of(code, category_parents),
            )
            for code, parent, name, restricted in CATEGORIES
        },
        "agencies": agencies,
        "holders": {},
        "rules": (),
        "tiers": (),
    }
    return Policy(**(parts | changes))


def when(event: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(event["time"]).astimezone(UTC)
