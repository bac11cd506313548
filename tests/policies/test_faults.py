"""A folder that cannot be used says so: each fault in its own words, all of them at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.policies.faults import PolicyError
from hub.policies.load import load_policy
from tests.policies.folders import SOUND, a_folder, edited

if TYPE_CHECKING:
    from pathlib import Path

Files = dict[str, str | bytes | None]


def faults_of(folder: Path, changed: Files) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        load_policy(a_folder(folder, changed))
    return str(caught.value).splitlines()


def more(name: str, text: str) -> Files:
    return {name: SOUND[name] + text}


TABLES: list[tuple[Files, str]] = [
    ({"gazetteer.csv": None}, "gazetteer.csv: 找不到文件 / the file is missing"),
    ({"gazetteer.csv": "\n"}, "gazetteer.csv: 文件是空的 / the file is empty"),
    (
        {"gazetteer.csv": SOUND["gazetteer.csv"].replace("Pier", "码头").encode("gb18030")},
        "gazetteer.csv: 不是 UTF-8 编码,请另存为 UTF-8 / is not UTF-8; save it as UTF-8",
    ),
    (
        {"gazetteer.csv": "code,name,level\nLK,Lakeside,city\n"},
        "gazetteer.csv:1: 缺少列:parent_code / columns are missing: parent_code",
    ),
    (
        {"gazetteer.csv": "code,name,level,parent_code\n"},
        "gazetteer.csv: 只有表头,没有数据 / has a header but no rows",
    ),
    (
        {"gazetteer.csv": SOUND["gazetteer.csv"] + 'N1b,"Open,village,N1,\n'},
        "gazetteer.csv:7: 不是合格的 CSV:unexpected end of data / is not valid CSV: unexpected end of data",
    ),
    (
        more("gazetteer.csv", "N1b,Quay,village\n"),
        "gazetteer.csv:7: 列数与表头不符 / the number of values is not that of the header",
    ),
    (
        more("gazetteer.csv", "N1a,Pier,village,N1,\n"),
        'gazetteer.csv:7: 代码“N1a”重复,第 5 行已有 / code "N1a" is already on line 5',
    ),
    (
        more("gazetteer.csv", "N 1,Quay,village,N1,\n"),
        (
            "gazetteer.csv:7: 代码“N 1”不合格式:须为 1–32 个字母、数字或 . _ - / "
            'code "N 1" must be 1-32 letters, digits or . _ -'
        ),
    ),
    (
        more("gazetteer.csv", "N1b,,village,N1,\n"),
        'gazetteer.csv:7: “N1b”没有名称 / "N1b" has no name',
    ),
    (
        more("gazetteer.csv", "N1b,Quay,borough,N1,\n"),
        (
            "gazetteer.csv:7: 层级“borough”须为 city、county、township、village 之一 / "
            'level "borough" must be city, county, township or village'
        ),
    ),
    (
        more("gazetteer.csv", "N1b,Quay,village,N7,\n"),
        'gazetteer.csv:7: “N1b”的上级“N7”不在表中 / parent "N7" of "N1b" is not in the table',
    ),
    (
        more("gazetteer.csv", "N2,Quay,county,N1,\n"),
        (
            "gazetteer.csv:7: “N2”(county)的上级“N1”(township)层级不比它高 / "
            '"N2" (county) lies under "N1" (township), which is no higher tier'
        ),
    ),
    (
        more("gazetteer.csv", "OC,Other,city,,\n"),
        "gazetteer.csv: level: 须恰有一个 city 作根,现有 2 个 / needs exactly one city as root, has 2",
    ),
    (
        {"aliases.csv": "old_code,code\nN9,N7\n"},
        'aliases.csv:2: 没有地点“N7” / there is no place "N7"',
    ),
    (
        {"aliases.csv": "old_code,code\nN1,N\n"},
        'aliases.csv:2: 旧代码“N1”仍是现行代码 / old code "N1" is still a current code',
    ),
    (
        {"aliases.csv": "old_code,code\nN9,N1\nN9,N\n"},
        'aliases.csv:3: 旧代码“N9”重复 / old code "N9" appears twice',
    ),
    (
        more("taxonomy.csv", "A1,2,A,噪声,Noise,\n"),
        'taxonomy.csv:6: 代码“A1”重复,第 3 行已有 / code "A1" is already on line 3',
    ),
    (
        more("taxonomy.csv", "A2,4,A,气味,Smell,\n"),
        'taxonomy.csv:6: 层级“4”须为 1、2 或 3 / level "4" must be 1, 2 or 3',
    ),
    (
        more("taxonomy.csv", "A2,3,A,气味,Smell,\n"),
        (
            "taxonomy.csv:6: “A2”(第 3 级)的上级“A”是第 1 级,须为第 2 级 / "
            '"A2" (level 3) lies under "A" of level 1, must be level 2'
        ),
    ),
    (
        more("taxonomy.csv", "A2,2,B,气味,Smell,\n"),
        'taxonomy.csv:6: “A2”的上级“B”不在表中 / parent "B" of "A2" is not in the table',
    ),
    (
        more("taxonomy.csv", "B,1,A,气味,Smell,\n"),
        'taxonomy.csv:6: 第 1 级的“B”不应有上级“A” / level-1 "B" must not have a parent "A"',
    ),
    (
        more("taxonomy.csv", "A2,2,A,气味,Smell,maybe\n"),
        'taxonomy.csv:6: restricted“maybe”须为 0 或 1 / restricted "maybe" must be 0 or 1',
    ),
    (more("taxonomy.csv", "A2,2,A,,,\n"), 'taxonomy.csv:6: “A2”没有名称 / "A2" has no name'),
]

HOLDER = '[[holders]]\ntier = "{tier}"\nid_prefix = "x-"\nname_zh = "x"\nname_en = "x"\n'
SECOND = SOUND["tiers/default.toml"].replace('"default"', '"second"')
KINDS: list[tuple[Files, str]] = [
    (
        edited("jurisdiction.toml", "Europe/Oslo", "Europe/Atlantis"),
        (
            "jurisdiction.toml: zone: 没有时区“Europe/Atlantis”,请写 IANA 名称,如 Asia/Shanghai / "
            'there is no time zone "Europe/Atlantis"; write an IANA name such as Asia/Shanghai'
        ),
    ),
    (
        edited("jurisdiction.toml", 'code = "LK"', 'code = "N"'),
        'jurisdiction.toml: code: “N”不是地名表的根 / "N" is not the root of the gazetteer',
    ),
    (
        edited("jurisdiction.toml", 'letters = "LK"', 'letters = "lk"'),
        "jurisdiction.toml: letters: 须符合 ^[A-Z]{1,4}$ / must match ^[A-Z]{1,4}$",
    ),
    (
        edited("jurisdiction.toml", '"plain"', '"lunar"'),
        (
            "jurisdiction.toml: calendar: calendars/ 里没有日历“lunar” / "
            'there is no calendar "lunar" in calendars/'
        ),
    ),
    (
        more("jurisdiction.toml", "[limits]\nlateness_days = 61\n"),
        (
            "jurisdiction.toml: limits.remember_days: 不得小于 lateness_days / "
            "must not be less than lateness_days"
        ),
    ),
    (
        edited("agencies/police.toml", '"police"', '"Police"'),
        "agencies/police.toml: id: 须符合 ^[a-z0-9-]{1,40}$ / must match ^[a-z0-9-]{1,40}$",
    ),
    (
        {"agencies/second.toml": SOUND["agencies/police.toml"]},
        'agencies/second.toml: id: 机构代号“police”重复 / agency id "police" appears twice',
    ),
    (
        edited("agencies/police.toml", '"LK"', '"S9"'),
        'agencies/police.toml: territory: 没有地点“S9” / there is no place "S9"',
    ),
    (
        edited("agencies/police.toml", '"A1"', '"A1", "A9"'),
        'agencies/police.toml: categories[1]: 没有类别“A9” / there is no category "A9"',
    ),
    (
        more("agencies/police.toml", 'phone = "12345"\n'),
        (
            "agencies/police.toml: phone: 不认识的键,请更正拼写或删去 / "
            "is not a known key; correct its spelling or delete it"
        ),
    ),
    (
        edited("agencies/police.toml", 'name_en = "Police"\n', ""),
        "agencies/police.toml: name_en: 缺少此项 / is missing",
    ),
    (
        edited("agencies/police.toml", '"police"', '"lk-n1"'),
        (
            "agencies/holders.toml: holders: “N1”承办主体的代号“lk-n1”已被占用 / "
            'holder id "lk-n1" of place "N1" is taken already'
        ),
    ),
    (
        more("agencies/holders.toml", HOLDER.format(tier="county")),
        "agencies/holders.toml: holders[4].tier: 层级 county 重复 / tier county appears twice",
    ),
    (
        edited("agencies/holders.toml", '"village"', '"hamlet"'),
        (
            "agencies/holders.toml: holders[0].tier: 须为 'village', 'township', 'county' or 'city' 之一 / "
            "must be one of 'village', 'township', 'county' or 'city'"
        ),
    ),
    (
        edited("rules/often.toml", 'name = "often"', "name = often"),
        (
            "rules/often.toml: 不是合格的 TOML:Invalid value (at line 1, column 8) / "
            "is not valid TOML: Invalid value (at line 1, column 8)"
        ),
    ),
    (
        edited("rules/often.toml", "matters_min = 3", 'matters_min = "3"'),
        "rules/often.toml: matters_min: 须为整数 / must be a whole number",
    ),
    (
        edited("rules/often.toml", "within_days = 14", "within_days = 0"),
        "rules/often.toml: within_days: 不得小于 1 / must be at least 1",
    ),
    (
        edited("rules/often.toml", '"suspected"', '"confirmed"'),
        (
            "rules/often.toml: examples[0].expect: 须为 'suspected' or 'nothing' 之一 / "
            "must be one of 'suspected' or 'nothing'"
        ),
    ),
    (
        {"rules/twice.toml": SOUND["rules/often.toml"]},
        (
            "rules/twice.toml: name: 名称“often”已用于 rules/often.toml / "
            'name "often" is used in rules/often.toml already'
        ),
    ),
    (
        edited("agencies/police.toml", 'name_zh = "警察局"', "name_zh = [1]"),
        "agencies/police.toml: name_zh: 须为文字 / must be a string",
    ),
    (
        edited("agencies/police.toml", '["A1"]', '{ "a{b}" = 1 }'),
        "agencies/police.toml: categories: 须为列表 / must be a list",
    ),
    ({"rules/often.toml": None}, "rules: 至少要有一条规则 / needs at least one rule"),
    (
        edited("tiers/default.toml", "count = 5", "count = 0"),
        "tiers/default.toml: stage.township.count: 不得小于 1 / must be at least 1",
    ),
    (
        edited("tiers/default.toml", 'township = { count = 5, unit = "working_days" }\n', ""),
        "tiers/default.toml: stage: 层级 township 没有时限 / no clock for tier township",
    ),
    (
        {"tiers/second.toml": SECOND},
        (
            "tiers: 须恰有一个不写 categories 的默认时限,现有:default、second / "
            "needs exactly one default (a file without categories), has: default, second"
        ),
    ),
    (
        {"tiers/second.toml": 'categories = ["A7"]\n' + SECOND},
        'tiers/second.toml: categories[0]: 没有类别“A7” / there is no category "A7"',
    ),
    (
        {"tiers/second.toml": 'categories = ["A", "A"]\n' + SECOND},
        (
            "tiers/second.toml: categories[1]: 类别“A”已在 tiers/second.toml / "
            'category "A" is in tiers/second.toml already'
        ),
    ),
    (
        {"calendars/plain.toml": 'name = "plain"\nsource = "holidays"\ncountry = "ZZ"\n'},
        (
            "calendars/plain.toml: country: 没有国家“ZZ”的假日数据,请改用 weekdays 加 holidays 表 / "
            'no holiday data for country "ZZ"; use source = weekdays and list holidays'
        ),
    ),
    (
        {"calendars/plain.toml": 'name = "plain"\nsource = "weekdays"\ncountry = "NO"\n'},
        (
            "calendars/plain.toml: country: country 只能且必须与 source = holidays 同用 / "
            "country goes with source = holidays, and only there"
        ),
    ),
    (
        more(
            "calendars/plain.toml",
            '[[holidays]]\ndays = [2026-01-01]\nwhy = "a"\n[[working_days]]\ndays = [2026-01-01]\nwhy = "b"\n',
        ),
        (
            "calendars/plain.toml: holidays, working_days: 日期 2026-01-01 写了不止一次 / "
            "day 2026-01-01 is written more than once"
        ),
    ),
    (
        more("calendars/plain.toml", "[[holidays]]\ndays = [2026-01-01]\n"),
        "calendars/plain.toml: holidays[0].why: 缺少此项 / is missing",
    ),
    (
        more("calendars/plain.toml", 'office_hours = ["09:00-12:00", "12:00-17:00"]\n'),
        (
            "calendars/plain.toml: office_hours[1]: 时段须先后有序、互不相接 / "
            "hours must be in order, apart and not empty"
        ),
    ),
    (
        more("calendars/plain.toml", "office_hours = []\n"),
        "calendars/plain.toml: office_hours: 至少要有 1 项 / must have at least 1 entries",
    ),
    (
        more("calendars/plain.toml", "weekend = [1, 2, 3, 4, 5, 6, 7]\n"),
        (
            "calendars/plain.toml: weekend: weekend 至多六天,且不能与 source = chinesecalendar 同用 / "
            "weekend has at most six days and does not go with source = chinesecalendar"
        ),
    ),
    (
        {"calendars/plain.toml": 'name = "plain"\nsource = "chinesecalendar"\nweekend = [5, 6]\n'},
        (
            "calendars/plain.toml: weekend: weekend 至多六天,且不能与 source = chinesecalendar 同用 / "
            "weekend has at most six days and does not go with source = chinesecalendar"
        ),
    ),
    (
        {"calendars/other.toml": SOUND["calendars/plain.toml"]},
        'calendars/plain.toml: name: 日历“plain”重复 / calendar "plain" appears twice',
    ),
]


@pytest.mark.parametrize(("changed", "said"), TABLES + KINDS)
def test_one_mistake_is_one_fault_in_these_words(tmp_path: Path, changed: Files, said: str) -> None:
    assert faults_of(tmp_path, changed) == [said]


def test_a_circle_of_parents_is_said_of_each_place_in_it(tmp_path: Path) -> None:
    circle = more("gazetteer.csv", "X,Ex,county,Y,\nY,Why,county,X,\nX1,Below,village,X,\n")
    said = [line for line in faults_of(tmp_path, circle) if line.startswith("gazetteer.csv")]
    assert said == [
        'gazetteer.csv:7: “X”的上级绕成一圈 / the parents of "X" run in a circle',
        'gazetteer.csv:9: “X1”的上级绕成一圈 / the parents of "X1" run in a circle',
        'gazetteer.csv:8: “Y”的上级绕成一圈 / the parents of "Y" run in a circle',
    ]


def test_a_rule_for_a_tier_that_no_place_has_is_a_fault(tmp_path: Path) -> None:
    flat = {"gazetteer.csv": "code,name,level,parent_code\nLK,Lakeside,city,\nN,North,county,LK\n"}
    assert faults_of(tmp_path, {**flat}) == [
        "rules/often.toml: tier: 地名表里没有层级 village / the gazetteer has no tier village"
    ]


def test_a_tier_without_a_holder_is_a_fault(tmp_path: Path) -> None:
    text = SOUND["agencies/holders.toml"].partition("[[holders]]\n")[2].partition("[[holders]]\n")
    assert faults_of(tmp_path, {"agencies/holders.toml": text[1] + text[2]}) == [
        "agencies/holders.toml: holders: 层级 village 没有承办主体 / no holder for tier village"
    ]


def test_a_holder_id_that_would_be_too_long_is_a_fault(tmp_path: Path) -> None:
    place = "P" * 32
    changed = {
        **more("gazetteer.csv", f"{place},Long,village,N1,\n"),
        **edited("agencies/holders.toml", '"lk-"', '"longprefix-"'),
    }
    assert faults_of(tmp_path, changed) == [
        (
            "agencies/holders.toml: id_prefix longprefix-: "
            f"机构代号“longprefix-{place.lower()}”过长,请缩短前缀 / "
            f'agency id "longprefix-{place.lower()}" is too long; shorten the prefix'
        )
    ]


def test_all_faults_are_said_at_once(tmp_path: Path) -> None:
    changed = {
        "taxonomy.csv": None,
        **edited("agencies/police.toml", '"LK"', '"S9"'),
        **edited("jurisdiction.toml", "Europe/Oslo", "Mars"),
    }
    files = [line.partition(":")[0] for line in faults_of(tmp_path, changed)]
    assert files == ["jurisdiction.toml", "taxonomy.csv", "agencies/police.toml"]
