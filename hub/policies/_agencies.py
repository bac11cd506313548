"""Reads the departments (`agencies/*.toml`) and makes the holder of each place (`agencies/holders.toml`)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field

from hub.policies._toml import PolicyFile, names_of, read_file
from hub.policies.faults import Fault
from hub.policies.models import Agency, Place, ReceiptsWanted, Tier
from hub.policies.names import AGENCY_ID

if TYPE_CHECKING:
    from pathlib import Path

    from hub.policies.models import Category

HOLDERS: Final = "agencies/holders.toml"
_NOT_IN_IDS: Final = re.compile(r"[^a-z0-9]")


class AgencyFile(PolicyFile):
    """One department."""

    id: str = Field(pattern=f"^{AGENCY_ID}$")
    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    territory: str
    categories: list[str] = Field(default_factory=list)
    receipts: Annotated[ReceiptsWanted, Field(strict=False)] = ReceiptsWanted.REFUSALS
    deputy: str = ""


class HolderRule(PolicyFile):
    """The territorial body of every place of one tier.

    `id_prefix` and the place's code in lower case make its id; `{name}` and `{parent}` in the names stand for
    the place and the place above it, because a village's name alone is not unique in a city. Without a `deputy`
    the body of the place above is it.
    """

    tier: Annotated[Tier, Field(strict=False)]
    id_prefix: str = Field(pattern=r"^[a-z0-9-]{0,20}$")
    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    deputy: str = ""


class HoldersFile(PolicyFile):
    """All holder rules of a jurisdiction."""

    holders: list[HolderRule] = Field(min_length=1)


def read_departments(
    folder: Path,
    places: dict[str, Place] | None,
    categories: dict[str, Category] | None,
    faults: list[Fault],
) -> dict[str, Agency]:
    """Read every department; territory and categories must exist, an id must be the only one of its kind."""
    agencies: dict[str, Agency] = {}
    for name in names_of(folder, "agencies"):
        written = None if name == HOLDERS else read_file(folder, name, AgencyFile, faults)
        if written is None:
            continue
        if written.id in agencies:
            zh, en = f"机构代号“{written.id}”重复", f'agency id "{written.id}" appears twice'
            faults.append(Fault(name, "id", zh, en))
        if places is not None and written.territory not in places:
            zh, en = f"没有地点“{written.territory}”", f'there is no place "{written.territory}"'
            faults.append(Fault(name, "territory", zh, en))
        for n, code in enumerate(written.categories):
            if categories is not None and code not in categories:
                where = f"categories[{n}]"
                faults.append(Fault(name, where, f"没有类别“{code}”", f'there is no category "{code}"'))
        agencies[written.id] = Agency(
            id=written.id,
            name_zh=written.name_zh,
            name_en=written.name_en,
            territory=written.territory,
            categories=tuple(written.categories),
            receipts=written.receipts,
            deputy=written.deputy,
        )
    return agencies


def read_holders(folder: Path, places: dict[str, Place], faults: list[Fault]) -> dict[str, Agency]:
    """Make the holder of every place, keyed by place; each tier that occurs needs exactly one rule."""
    written = read_file(folder, HOLDERS, HoldersFile, faults)
    if written is None:
        return {}
    rules: dict[Tier, HolderRule] = {}
    for n, rule in enumerate(written.holders):
        if rule.tier in rules:
            zh, en = f"层级 {rule.tier} 重复", f"tier {rule.tier} appears twice"
            faults.append(Fault(HOLDERS, f"holders[{n}].tier", zh, en))
        rules[rule.tier] = rule
    faults += [
        Fault(HOLDERS, "holders", f"层级 {tier} 没有承办主体", f"no holder for tier {tier}")
        for tier in dict.fromkeys(place.tier for place in places.values())
        if tier not in rules
    ]
    return {
        place.code: _holder(rules[place.tier], place, places, faults)
        for place in places.values()
        if place.tier in rules
    }


def _holder(rule: HolderRule, place: Place, places: dict[str, Place], faults: list[Fault]) -> Agency:
    agency_id = rule.id_prefix + _NOT_IN_IDS.sub("-", place.code.lower())
    if not re.fullmatch(AGENCY_ID, agency_id):
        zh = f"机构代号“{agency_id}”过长,请缩短前缀"
        en = f'agency id "{agency_id}" is too long; shorten the prefix'
        faults.append(Fault(HOLDERS, f"id_prefix {rule.id_prefix}", zh, en))
    above = places[place.parent].name if place.parent in places else ""
    zh, en = (
        words.replace("{name}", place.name).replace("{parent}", above).strip()
        for words in (rule.name_zh, rule.name_en)
    )
    return Agency(agency_id, zh, en, place.code, publishes=False, deputy=rule.deputy)


def join_agencies(
    departments: dict[str, Agency], holders: dict[str, Agency], places: dict[str, Place], faults: list[Fault]
) -> dict[str, Agency]:
    """Put departments and holders into one table, each with its deputy; one id for two of them is a fault."""
    agencies = dict(departments)
    for holder in holders.values():
        if holder.id in agencies:
            zh = f"“{holder.territory}”承办主体的代号“{holder.id}”已被占用"
            en = f'holder id "{holder.id}" of place "{holder.territory}" is taken already'
            faults.append(Fault(HOLDERS, "holders", zh, en))
        agencies[holder.id] = holder
    for agency in list(agencies.values()):
        if not agency.deputy:
            agencies[agency.id] = replace(agency, deputy=_usual_deputy(agency, holders, places))
        elif agency.deputy not in agencies or agency.deputy == agency.id:
            zh, en = (
                f"“{agency.id}”没有可用的代理“{agency.deputy}”",
                f'"{agency.id}" has no deputy "{agency.deputy}"',
            )
            faults.append(Fault("agencies", agency.id, zh, en))
    return agencies


def _usual_deputy(agency: Agency, holders: dict[str, Agency], places: dict[str, Place]) -> str:
    """Give the body of a department's territory, of a body the one above; "" for the highest."""
    place = places.get(agency.territory)
    here = holders.get(agency.territory)
    if here is not None and here.id != agency.id:
        return here.id
    above = holders.get(place.parent) if place is not None and place.parent is not None else None
    return above.id if above is not None else ""
