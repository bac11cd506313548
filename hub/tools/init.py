"""Makes the folder of a new jurisdiction from three tables, with usual rules, clocks, holders, days, assessment."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hub.policies.faults import Fault, PolicyError
from hub.policies.gazetteer import GAZETTEER, read_places
from hub.policies.load import JURISDICTION, load_policy
from hub.policies.models import Place, Policy, Tier
from hub.policies.names import AGENCY_ID
from hub.policies.tables import Row, read_rows
from hub.policies.taxonomy import TAXONOMY, read_categories
from hub.tools import usual_assessment, usual_clocks, usual_rules, usual_tiers

if TYPE_CHECKING:
    from collections.abc import Iterable

CALENDAR: Final = "local"
CHINA: Final = "CN"
CHINESE_CODE: Final = re.compile(r"[0-9]{12}")
COLUMNS: Final = ("id", "name_zh", "name_en", "territory")
HOLDERS_FILE: Final = "holders"
LETTERS_MAX: Final = 4
MATTERS_MIN: Final = 5
OFFICE_HOURS: Final = ["09:00-12:00", "13:00-17:00"]
STAGE_WORKING_DAYS: Final = {Tier.VILLAGE: 3, Tier.TOWNSHIP: 5, Tier.COUNTY: 7}


def init_jurisdiction(
    folder: Path,
    gazetteer: Path,
    taxonomy: Path,
    agencies: Path,
    *,
    zone: str | None = None,
    country: str | None = None,
    letters: str | None = None,
) -> Policy:
    """Make `folder` from three CSV tables (contract.md "Files") and give the policy it loads as.

    Without `country`, places that all have 12-digit codes are taken for China's and get its calendar; any
    other city gets Monday to Friday. Without `zone`, China has Asia/Shanghai and every other city UTC. Raises
    `PolicyError` with every fault, named by the tables that were given; the folder is then not made.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        zh, en = "已有内容,请换一个新文件夹", "is not empty; name a new folder"
        raise PolicyError((Fault(str(folder), "", zh, en),))
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Made beside its place and moved there whole, so a fault leaves nothing half made.
    with tempfile.TemporaryDirectory(prefix=".init-", dir=folder.parent) as beside:
        draft = Path(beside) / "draft"
        draft.mkdir()
        names = {GAZETTEER: str(gazetteer), TAXONOMY: str(taxonomy)}
        departments = _take_tables(draft, gazetteer, taxonomy, agencies, names)
        places = read_places(draft, [])
        assert places is not None, "a gazetteer with faults was refused above"
        levels = [category.level for category in (read_categories(draft, []) or {}).values()]
        _write_city(draft, places, zone, country, letters)
        _write_rules(draft, _tiers_of(places), max(levels))
        for line, row in departments:
            name = f"agencies/{row['id']}.toml"
            names[name] = f"{agencies}:{line}"
            _write(draft / name, _department(row))
        policy = _load_draft(draft, names)
        draft.rename(folder)
    return policy


def _take_tables(
    draft: Path, gazetteer: Path, taxonomy: Path, agencies: Path, names: dict[str, str]
) -> list[Row]:
    """Copy two tables as they are, read the third; raises with the faults of all three."""
    faults: list[Fault] = []
    for given, name in ((gazetteer, GAZETTEER), (taxonomy, TAXONOMY)):
        if given.is_file():
            shutil.copyfile(given, draft / name)
    read_places(draft, faults)
    read_categories(draft, faults)
    departments = read_rows(agencies, str(agencies), COLUMNS, faults) or []
    lines: dict[str, int] = {}
    for line, row in departments:
        agency = row["id"]
        if not re.fullmatch(AGENCY_ID, agency) or agency == HOLDERS_FILE:
            zh, en = f"机构代号“{agency}”须符合 {AGENCY_ID}", f'agency id "{agency}" must match {AGENCY_ID}'
            faults.append(Fault(str(agencies), line, f"{zh},且不能是 holders", f"{en} and not be holders"))
        elif agency in lines:
            zh = f"机构代号“{agency}”重复,第 {lines[agency]} 行已有"
            en = f'agency id "{agency}" is already on line {lines[agency]}'
            faults.append(Fault(str(agencies), line, zh, en))
        lines.setdefault(agency, line)
    if faults:
        raise PolicyError(_renamed(faults, names))
    return departments


def _load_draft(draft: Path, names: dict[str, str]) -> Policy:
    try:
        return load_policy(draft)
    except PolicyError as error:
        raise PolicyError(_renamed(error.faults, names)) from None


def _renamed(faults: Iterable[Fault], names: dict[str, str]) -> tuple[Fault, ...]:
    """Name the file or option that the person gave instead of the file made from it."""
    options = {
        (JURISDICTION, "zone"): "--zone",
        (JURISDICTION, "letters"): "--letters",
        (f"calendars/{CALENDAR}.toml", "country"): "--country",
    }
    return tuple(
        replace(fault, file=options[fault.file, str(fault.where)], where="")
        if (fault.file, fault.where) in options
        else replace(fault, file=names.get(fault.file, fault.file))
        for fault in faults
    )


def _tiers_of(places: dict[str, Place]) -> list[Tier]:
    found = {place.tier for place in places.values()}
    return [tier for tier in Tier if tier in found]


def _write_city(
    draft: Path, places: dict[str, Place], zone: str | None, country: str | None, letters: str | None
) -> None:
    city = next(place for place in places.values() if place.parent is None)
    if country is None and all(CHINESE_CODE.fullmatch(code) for code in places):
        country = CHINA
    letters = letters or _letters(city)
    _write(
        draft / JURISDICTION,
        f"code = {_quoted(city.code)}\n"
        f"name_zh = {_quoted(city.name)}\n"
        f"name_en = {_quoted(city.name)}\n"
        f"letters = {_quoted(letters)}\n"
        f"zone = {_quoted(zone or ('Asia/Shanghai' if country == CHINA else 'UTC'))}\n"
        f"scheme = {_quoted(letters.lower() + '-1')}\n"
        f"calendar = {_quoted(CALENDAR)}\n",
    )
    source = {None: 'source = "weekdays"\n', CHINA: 'source = "chinesecalendar"\n'}.get(
        country, f'source = "holidays"\ncountry = {_quoted(country or "")}\n'
    )
    _write(
        draft / f"calendars/{CALENDAR}.toml",
        f"name = {_quoted(CALENDAR)}\n{source}office_hours = {json.dumps(OFFICE_HOURS)}\n",
    )
    _write(draft / "clocks/usual.toml", usual_clocks.CHINESE if country == CHINA else usual_clocks.PLAIN)
    _write(draft / "assessment/usual.toml", usual_assessment.AGENCIES)
    holders = "\n".join(_holders(tier, letters.lower()) for tier in _tiers_of(places))
    _write(draft / f"agencies/{HOLDERS_FILE}.toml", holders)


def _letters(city: Place) -> str:
    """Initials of a Latin name, else the letters of the code, else three letters drawn from the code."""
    words = re.findall(r"[A-Za-z]+", city.name)
    if len(words) > 1:
        return "".join(word[0] for word in words)[:LETTERS_MAX].upper()
    found = words[0][:2] if words else "".join(re.findall(r"[A-Za-z]", city.code))[:LETTERS_MAX]
    drawn = hashlib.sha256(city.code.encode()).digest()[:3]
    return found.upper() or "".join(chr(ord("A") + byte % 26) for byte in drawn)


def _holders(tier: Tier, prefix: str) -> str:
    # A village's name alone is not unique in a city.
    zh, en = ("{parent}{name}", "{name}, {parent}") if tier is Tier.VILLAGE else ("{name}", "{name}")
    return (
        f'[[holders]]\ntier = "{tier}"\nid_prefix = {_quoted(prefix + "-")}\n'
        f'name_zh = "{zh}综治中心"\nname_en = "{en} (governance centre)"\n'
    )


def _department(row: dict[str, str]) -> str:
    codes = [code.strip() for code in row.get("categories", "").split(";") if code.strip()]
    text = "".join(f"{column} = {_quoted(row[column])}\n" for column in COLUMNS)
    return text + (f"categories = [{', '.join(map(_quoted, codes))}]\n" if codes else "")


def _write_rules(draft: Path, tiers: list[Tier], levels: int) -> None:
    """Count the two lowest tiers, the upper from twice as many; give every tier below the city its clock."""
    counted = [tier for tier in tiers if tier is not Tier.CITY][:2] or tiers
    for n, tier in enumerate(counted, 1):
        _write(draft / f"rules/frequent-{tier}.toml", _rule(tier, min(2, levels), n * MATTERS_MIN))
    for name, text in usual_rules.usual_rules(tiers, levels).items():
        _write(draft / f"rules/{name}.toml", text)
    stage = "".join(
        f'{tier} = {{ count = {days}, unit = "working_days" }}\n'
        for tier, days in STAGE_WORKING_DAYS.items()
        if tier in tiers
    )
    _write(draft / "tiers/default.toml", f"{usual_tiers.HEAD}\n[stage]\n{stage}{usual_tiers.NOTICES}")


def _rule(tier: Tier, level: int, matters_min: int) -> str:
    enough = list(range(1, matters_min + 1))
    return (
        "# Set the number to what is unusual here: a larger place needs a larger one.\n"
        f'name = "frequent-{tier}"\nkind = "frequent"\ntier = "{tier}"\ncategory_level = {level}\n'
        f'within_days = 30\nmatters_min = {matters_min}\nconfirm = "auto"\n'
        'natures = ["complaint", "help", "request", "report"]\n\n'
        f'[[examples]]\ndays = {enough}\nexpect = "suspected"\n\n'
        f'[[examples]]\ndays = {enough[:-1]}\nexpect = "nothing"\n'
    )


def _quoted(text: str) -> str:
    """Write a TOML string: JSON's escapes are TOML's, but for the delete character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
