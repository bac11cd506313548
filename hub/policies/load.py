"""Loads a jurisdiction folder, proves that its parts fit together and names its content by a hash."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field

from hub.policies._agencies import join_agencies, read_departments, read_holders
from hub.policies._assessment import read_assessments
from hub.policies._calendars import read_calendar
from hub.policies._clocks import read_clocks
from hub.policies._incidents import read_grades
from hub.policies._patterns import Known, read_patterns
from hub.policies._precedents import read_precedents
from hub.policies._rules import read_burst, read_rules
from hub.policies._tiers import read_tiers
from hub.policies._toml import PolicyFile, names_of, read_file
from hub.policies._windows import read_windows
from hub.policies.faults import Fault, PolicyError
from hub.policies.gazetteer import ALIASES, GAZETTEER, read_aliases, read_places
from hub.policies.models import Limits, Policy
from hub.policies.names import CODE
from hub.policies.outlines import read_outlines
from hub.policies.taxonomy import RECODED, TAXONOMY, read_categories, read_recoded

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from hub.policies.models import Agency, Calendar, Place, RuleExample

JURISDICTION: Final = "jurisdiction.toml"
KINDS: Final = (
    "agencies",
    "rules",
    "tiers",
    "calendars",
    "clocks",
    "precedents",
    "assessment",
    "windows",
    "incidents",
)


USUAL: Final = Limits()


class LimitsFile(PolicyFile):
    """How far times may lie apart and how long ids are remembered; see `Limits`."""

    ahead_minutes: int = Field(default=USUAL.ahead_minutes, ge=0, le=1440)
    lateness_days: int = Field(default=USUAL.lateness_days, ge=1, le=366)
    remember_days: int = Field(default=USUAL.remember_days, ge=1, le=732)


class JurisdictionFile(PolicyFile):
    """The city itself; `letters` begin its problem numbers, `zone` is an IANA time zone."""

    code: Annotated[str, Field(pattern=f"^{CODE}$")]
    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    letters: Annotated[str, Field(pattern=r"^[A-Z]{1,4}$")]
    zone: str
    scheme: Annotated[str, Field(pattern=f"^{CODE}$")]
    calendar: str
    limits: LimitsFile = LimitsFile()


def load_policy(folder: Path) -> Policy:
    """Load one jurisdiction folder; raises `PolicyError` with every fault that was found."""
    faults: list[Fault] = []
    policy = _read(folder, faults)
    if policy is None or faults:
        raise PolicyError(tuple(faults))
    return policy


def folders_of(path: Path) -> list[Path]:
    """Give the jurisdiction folders meant by a path: itself, or those one level below it in name order."""
    if (path / JURISDICTION).exists():
        return [path]
    return sorted(found.parent for found in path.glob(f"*/{JURISDICTION}"))


def files_of(folder: Path) -> list[str]:
    """Give the files that a jurisdiction folder's policy is read from, sorted, as names relative to it."""
    names = [JURISDICTION, GAZETTEER, TAXONOMY]
    names += [name for name in (ALIASES, RECODED) if (folder / name).exists()]
    names += [name for kind in KINDS for name in names_of(folder, kind)]
    return sorted(names)


def load_policies(path: Path) -> dict[str, Policy]:
    """Load one jurisdiction folder, or a folder of them, keyed by jurisdiction code.

    Raises `PolicyError`: also when two cities share a code, their letters or an agency id, because problem
    numbers and topics are named by them.
    """
    folders = folders_of(path)
    if not folders:
        zh = f"这里和下一级文件夹里都没有 {JURISDICTION}"
        raise PolicyError((Fault(str(path), "", zh, f"no {JURISDICTION} here or one folder below"),))
    faults: list[Fault] = []
    policies: dict[str, Policy] = {}
    owners: dict[tuple[str, str, str], str] = {}
    for folder in folders:
        try:
            policy = load_policy(folder)
        except PolicyError as error:
            faults += [replace(one, file=f"{folder.name}/{one.file}") for one in error.faults]
            continue
        _check_apart(policy, folder.name, owners, faults)
        policies[policy.jurisdiction] = policy
    if faults:
        raise PolicyError(tuple(faults))
    return policies


def load_examples(folder: Path) -> tuple[RuleExample, ...]:
    """Load the examples that the rules of one folder must satisfy; raises as `load_policy` does."""
    policy = load_policy(folder)
    _, examples = read_rules(folder, {place.tier for place in policy.places.values()}, [])
    return examples


def _read(folder: Path, faults: list[Fault]) -> Policy | None:
    head = read_file(folder, JURISDICTION, JurisdictionFile, faults)
    zone = _zone(head.zone, faults) if head else None
    if head and head.limits.remember_days < head.limits.lateness_days:
        # Else a resend of an event that is not yet too old would count a second time.
        zh, en = "不得小于 lateness_days", "must not be less than lateness_days"
        faults.append(Fault(JURISDICTION, "limits.remember_days", zh, en))
    places = read_places(folder, faults)
    if head and places is not None:
        _check_code(head.code, places, faults)
    aliases = read_aliases(folder, places, faults)
    categories = read_categories(folder, faults)
    recoded = read_recoded(folder, categories, faults)
    departments = read_departments(folder, places, categories, faults)
    holders = read_holders(folder, places or {}, faults)
    agencies = join_agencies(departments, holders, places or {}, faults)
    tiers = {place.tier for place in (places or {}).values()}
    rules, _ = read_rules(folder, tiers, faults)
    patterns = read_patterns(folder, Known(tiers, categories), faults)
    tier_policies = read_tiers(folder, tiers, categories, faults)
    clocks = read_clocks(folder, categories, faults)
    precedents = read_precedents(folder, places, categories, agencies, faults)
    assessments = read_assessments(folder, places, categories, agencies, faults)
    windows = read_windows(folder, places, categories, faults)
    calendar = read_calendar(folder, head.calendar if head else None, faults)
    if head is None or zone is None or calendar is None or places is None or categories is None:
        return None
    return Policy(
        jurisdiction=head.code,
        name_zh=head.name_zh,
        name_en=head.name_en,
        letters=head.letters,
        zone=zone,
        version=_version(folder, calendar),
        scheme=head.scheme,
        limits=Limits(**head.limits.model_dump()),
        calendar=calendar,
        places=places,
        categories=categories,
        agencies=agencies,
        holders={code: holder.id for code, holder in holders.items()},
        rules=rules,
        burst=read_burst(folder, faults),
        tiers=tier_policies,
        place_aliases=aliases,
        departments=_by_territory(departments),
        clocks=clocks,
        precedents=precedents,
        assessments=assessments,
        windows=windows,
        grades=read_grades(folder, faults),
        patterns=patterns,
        category_aliases=recoded,
        outlines=read_outlines(folder, places, faults),
    )


def _by_territory(departments: dict[str, Agency]) -> dict[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], list[str]] = {}
    for agency in departments.values():
        for code in agency.categories:
            found.setdefault((agency.territory, code), []).append(agency.id)
    return {key: tuple(sorted(ids)) for key, ids in found.items()}


def _zone(name: str, faults: list[Fault]) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zh = f"没有时区“{name}”,请写 IANA 名称,如 Asia/Shanghai"
        en = f'there is no time zone "{name}"; write an IANA name such as Asia/Shanghai'
        faults.append(Fault(JURISDICTION, "zone", zh, en))
        return None


def _check_code(code: str, places: dict[str, Place], faults: list[Fault]) -> None:
    if code not in places or places[code].parent is not None:
        zh, en = f"“{code}”不是地名表的根", f'"{code}" is not the root of the gazetteer'
        faults.append(Fault(JURISDICTION, "code", zh, en))


def _version(folder: Path, calendar: Calendar) -> str:
    """Hash the files and the working days: a newer holiday package must not pass as the same policy."""
    digest = hashlib.sha256()
    for name in files_of(folder):
        content = (folder / name).read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    days: list[date] = sorted(calendar.working)
    digest.update(b"".join(day.toordinal().to_bytes(4, "big") for day in days))
    return digest.hexdigest()[:12]


def _check_apart(
    policy: Policy, folder: str, owners: dict[tuple[str, str, str], str], faults: list[Fault]
) -> None:
    names = [("辖区代码", "jurisdiction code", policy.jurisdiction), ("编号字母", "letters", policy.letters)]
    names += [("机构代号", "agency id", agency) for agency in policy.agencies]
    for name in names:
        if name in owners:
            zh = f"{name[0]}“{name[2]}”已用于 {owners[name]}"
            faults.append(Fault(folder, "", zh, f'{name[1]} "{name[2]}" is used by {owners[name]} already'))
        owners.setdefault(name, folder)
