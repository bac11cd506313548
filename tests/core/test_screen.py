"""The screen finds persons and matters of other bodies in text, and lets look-alikes pass.

The numbers are public examples: of the standard for identity numbers, of test cards, of a mobile operator.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.screen import screen
from hub.schemas.flaws import Flaw
from hub.schemas.personal import has_personal_data, plain
from hub.schemas.reasons import RefusalCode
from tests.schemas.builders import (
    Json,
    a_dispute,
    a_heartbeat,
    a_petition,
    a_reply,
    an_assessment,
    an_incident,
    an_update,
    read,
)

IDENTITY = "11010519491231002X"
OLD_IDENTITY = "130503670401001"
CARD = "4111111111111111"


def found_in(text: str) -> str | None:
    """What the screen says of a petition with this summary."""
    found = screen(read(a_petition(summary=text)))
    assert found is None or found.pointer == "/data/summary"
    return found.code if found else None


@pytest.mark.parametrize(
    "text",
    [
        "请回电13800138000，路灯坏了三天",
        "路灯坏了请打 138 0013 8000",
        "路灯坏了请打138-0013-8000",
        "路灯坏了请打138.001.38000",
        "路灯坏了请打 1 3 8 0 0 1 3 8 0 0 0",
        "物业手机+86 13800138000一直不接",
        "物业手机008613800138000一直不接",
        "联系１３８００１３８０００处理",
        "联系1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣处理",
        "联系¹³⁸⁰⁰¹³⁸⁰⁰⁰处理",
        "联系138_0013_8000处理",
        "联系①③⑧⓪⓪①③⑧⓪⓪⓪处理",
        "加微信wx13800138000看照片",
        "工单编号见附件，联系电话13800138000",
        "住户留的是一三八零零一三八零零零",
        "住户留的是138\u200b0013\u200b8000",
        "住户电话13800138000转3号楼",
        "工单20260302联系手机:13800138000",
    ],
)
def test_a_mobile_number_is_found_however_it_is_written(text: str) -> None:
    assert found_in(text) is RefusalCode.PERSONAL_DATA


@pytest.mark.parametrize(
    "text",
    [
        "诉求件编号13800138000至今没有回音",
        "工单号：13800138000，请核查",
        "案号(13800138000)执行不到位",
        "受理号 13800138000 已超期",
        "上次的单号是13800138000",
        "GD13800138000号件答复不实",
        "来电反映工单13800138000没有回音",
        "件号SM13812345678未办结",
        "流水1380013800099无法查询",
        "水表读数913800138000异常",
        "请致电12345或0598-8222222",
        "2026年3月2日至2026年3月15日停水，影响1380户",
        "1380 0138 0001 2026 四个楼栋编码重复",
        "东经117.360251纬度25.963671处塌方",
        "造价138001380元的工程烂尾",
    ],
)
def test_a_number_that_only_looks_like_a_mobile_passes(text: str) -> None:
    assert found_in(text) is None


@pytest.mark.parametrize(
    "text",
    [
        f"本人身份证{IDENTITY}要求补办",
        f"本人身份证{IDENTITY.lower()}要求补办",
        "证件110105 19491231 002X登记有误",
        "证件１１０１０５１９４９１２３１００２Ｘ登记有误",
        f"编号{IDENTITY}",
        f"旧身份证{OLD_IDENTITY}无法使用",
    ],
)
def test_an_identity_number_is_found(text: str) -> None:
    assert found_in(text) is RefusalCode.PERSONAL_DATA


@pytest.mark.parametrize(
    "text",
    [
        "设备号110105194912310021离线",
        "合同990105194912310023未履行",
        "网格350402001001001无人巡查",
        f"档案编号{OLD_IDENTITY}缺页",
        "批次110105194913310020不合格",
    ],
)
def test_eighteen_or_fifteen_digits_alone_are_no_identity_number(text: str) -> None:
    assert found_in(text) is None


@pytest.mark.parametrize(
    "text",
    [
        f"退款到{CARD}未到账",
        "退款到4111 1111 1111 1111未到账",
        "卡号6217001820001234560被扣费",
        f"账号:{CARD}",
    ],
)
def test_a_bank_card_is_found(text: str) -> None:
    assert found_in(text) is RefusalCode.PERSONAL_DATA


@pytest.mark.parametrize(
    "text", ["退款到4111111111111112未到账", f"订单号{CARD}未发货", "电表6217001820001234561读数异常"]
)
def test_a_long_number_that_is_no_card_passes(text: str) -> None:
    assert found_in(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "闽G12345长期占道停放",
        "闽G·D12345占用充电位",
        "闽 g 1a345 堵住消防通道",
        "粤B12345D停在路口",
        "闽Ｇ１２３４５占道",
    ],
)
def test_a_vehicle_plate_is_found(text: str) -> None:
    assert found_in(text) is RefusalCode.PERSONAL_DATA


@pytest.mark.parametrize(
    "text",
    [
        "新A区3号楼漏水",
        "云B座电梯停用",
        "青G1公交不进站",
        "京东快递点占道",
        "闽江路5号积水",
        "新建G356国道扬尘",
    ],
)
def test_words_that_begin_like_a_plate_pass(text: str) -> None:
    assert found_in(text) is None


@pytest.mark.parametrize(
    "text", ["请发到zhang.san@example.com", "请发到zs＠example.com.cn", "邮箱 zs @ example.com"]
)
def test_an_email_is_found(text: str) -> None:
    assert found_in(text) is RefusalCode.PERSONAL_DATA


@pytest.mark.parametrize("text", ["单价@3元不合理", "@城管 请来看看"])
def test_an_at_sign_alone_passes(text: str) -> None:
    assert found_in(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "村主任贪污修路款",
        "负责人收受贿赂放任排污",
        "有关人员滥用职权",
        "所长失职渎职",
        "请纪委查处违纪行为",
        "某干部作风问题严重",
        "实名检举其违法用地",
        "上报信访人员异动情况",
        "更新特殊人员动态台账",
        "报送重点青少年动态信息",
        "管控人员异动已核实",
        "外来人口未登记暂住证",
        "发现出租房人员隐患",
        "有人非正常上访",
        "登记家庭异动",
        "稳控对象已离开本地",
        "负责人贪\u200b污公款",
    ],
)
def test_accusations_discipline_and_person_watching_are_for_other_bodies(text: str) -> None:
    assert found_in(text) is RefusalCode.RESTRICTED_CLASS


@pytest.mark.parametrize(
    "text",
    [
        "希望有关部门重视，尽快修好路灯",
        "出租房消防通道被堵，存在安全隐患",
        "办理暂住证窗口排队太久",
        "举报工地夜间施工扰民",
        "物业人员态度差，管控不到位",
        "重点工程施工噪声大",
        "世纪花园公共区域堆放杂物",
    ],
)
def test_words_about_problems_pass(text: str) -> None:
    assert found_in(text) is None


def test_an_accusation_with_a_number_is_restricted_first() -> None:
    assert found_in("贪污举报电话13800138000") is RefusalCode.RESTRICTED_CLASS


@pytest.mark.parametrize(
    ("event", "pointer"),
    [
        (an_incident(summary="电话13800138000"), "/data/summary"),
        (a_dispute(summary="电话13800138000"), "/data/summary"),
        (a_heartbeat() | {"subject": "电话13800138000"}, "/subject"),
        (a_heartbeat() | {"dataschema": "mailto:zs@example.com"}, "/dataschema"),
        (a_reply("accept", note="电话13800138000"), "/data/note"),
        (a_reply("progress", note="电话13800138000"), "/data/note"),
        (a_reply("return", ground="电话13800138000"), "/data/ground"),
        (a_reply("done", result="电话13800138000"), "/data/result"),
        (a_reply("extend", days=1, ground="电话13800138000"), "/data/ground"),
        (a_reply("ledger", review_on="2026-06-01", ground="电话13800138000"), "/data/ground"),
        (
            a_reply("done", result="好", evidence=[{"name": "13800138000.jpg", "sha256": "0" * 64}]),
            "/data/evidence/0/name",
        ),
        (a_heartbeat() | {"id": f"e-{IDENTITY}"}, "/id"),
        (a_petition(matter_id=IDENTITY), "/data/matter_id"),
        (a_petition(category=IDENTITY), "/data/category"),
        (a_petition(scheme=IDENTITY), "/data/scheme"),
        (an_update("accepted", matter_id=IDENTITY), "/data/matter_id"),
        (an_update("corrected", matter_id=IDENTITY, place="350404001001"), "/data/matter_id"),
        (a_reply("accept", task_id=IDENTITY), "/data/task_id"),
        (an_assessment(item=IDENTITY), "/data/item"),
        (
            an_assessment(scores=[{"unit": "police", "value": 1}, {"unit": IDENTITY, "value": 1}]),
            "/data/scores/1/unit",
        ),
    ],
)
def test_every_field_with_words_of_an_agency_is_searched(event: Json, pointer: str) -> None:
    found = screen(read(event))
    assert isinstance(found, Flaw)
    assert (found.code, found.pointer) == (RefusalCode.PERSONAL_DATA, pointer)


def test_identifiers_may_look_like_any_other_number() -> None:
    assert screen(read(a_petition(matter_id="13800138000") | {"id": f"gd:{CARD}"})) is None
    assert screen(read(a_reply("accept", task_id="13800138000"))) is None


@given(
    st.lists(
        st.sampled_from(
            [*"0138５①³ -·_@.A闽G一八零Xx号", "13800138000", IDENTITY, CARD, "\u200b", "贪污", "电话"]
        ),
        max_size=25,
    ).map("".join)
)
def test_the_quick_pass_never_lets_through_what_a_full_search_finds(text: str) -> None:
    full = has_personal_data(plain(text)) or "贪污" in plain(text)
    assert (found_in(text) is not None) == full


def test_a_flaw_of_the_screen_names_the_event_but_never_the_find() -> None:
    found = screen(read(a_petition(summary="电话13800138000")))
    assert found is not None
    assert found.event_id == "e-1"
    assert "13800138000" not in repr(found)


def test_an_id_that_is_an_identity_number_is_not_repeated() -> None:
    found = screen(read(a_petition() | {"id": IDENTITY}))
    assert found is not None
    assert found.event_id == ""


@pytest.mark.parametrize(
    "event", [a_petition(), an_update("accepted"), a_reply("accept"), an_assessment(), a_heartbeat()]
)
def test_an_event_without_words_passes(event: Json) -> None:
    assert screen(read(event)) is None
