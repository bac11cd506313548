"""Reads watch windows (`windows/*.toml`): places and periods in which clocks are tighter."""

from __future__ import annotations

import calendar
import re
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field

from hub.policies._spans import Name, SpanFile, check_name, span_of
from hub.policies._toml import PolicyFile, names_of, read_file
from hub.policies.faults import Fault
from hub.policies.models import Tier
from hub.policies.windows import WatchWindow

if TYPE_CHECKING:
    from pathlib import Path

    from hub.policies.models import Category, Place

YEARLY: Final = re.compile(r"(0[1-9]|1[0-2])-([0-2][0-9]|3[01])")
LEAP_YEAR: Final = 2024
Text = Annotated[str, Field(min_length=1, max_length=100)]
Day = Annotated[str, Field(pattern=r"^([12][0-9]{3}-)?[01][0-9]-[0-3][0-9]$")]


class WindowFile(PolicyFile):
    """One window; see `WatchWindow`. `from` and `to` are days of one year, or of every year as `06-07`."""

    name: Name
    name_zh: Text
    name_en: Text
    first: Annotated[Day, Field(alias="from")]
    last: Annotated[Day, Field(alias="to")]
    places: list[str] = Field(default_factory=list)
    categories: list[str] = Field(default_factory=list)
    factor: Annotated[float, Field(gt=0, lt=1)] | None = None
    stage: dict[Annotated[Tier, Field(strict=False)], SpanFile] = Field(default_factory=dict)
    acceptance: SpanFile | None = None


class WindowsFile(PolicyFile):
    """The windows of one occasion."""

    windows: list[WindowFile] = Field(min_length=1)


def read_windows(
    folder: Path,
    places: dict[str, Place] | None,
    categories: dict[str, Category] | None,
    faults: list[Fault],
) -> tuple[WatchWindow, ...]:
    """Read the windows in the order of their files; a folder may have none."""
    windows: list[WatchWindow] = []
    names: dict[str, str] = {}
    for file in names_of(folder, "windows"):
        written = read_file(folder, file, WindowsFile, faults)
        for n, one in enumerate(written.windows if written else ()):
            where = f"windows[{n}]"
            check_name(one.name, file, names, faults, f"{where}.name")
            _check_codes(one.places, places, file, f"{where}.places", ("地名代码", "place"), faults)
            _check_codes(
                one.categories, categories, file, f"{where}.categories", ("类别", "category"), faults
            )
            if one.factor is None and not one.stage and one.acceptance is None:
                zh, en = "须写 factor、stage 或 acceptance", "needs factor, stage or acceptance"
                faults.append(Fault(file, where, zh, en))
            window = _window(one, file, where, faults)
            if window is not None:
                windows.append(window)
    return tuple(windows)


def _window(one: WindowFile, file: str, where: str, faults: list[Fault]) -> WatchWindow | None:
    first, last = _day(one.first, file, f"{where}.from", faults), _day(one.last, file, f"{where}.to", faults)
    if first is None or last is None:
        return None
    yearly = len(one.first) == len("06-07")
    if yearly != (len(one.last) == len("06-07")) or (first > last and not yearly):
        zh, en = "须与 from 同一写法,且不早于它", "must be written as from is, and not come before it"
        faults.append(Fault(file, f"{where}.to", zh, en))
    acceptance = one.acceptance
    return WatchWindow(
        name=one.name,
        name_zh=one.name_zh,
        name_en=one.name_en,
        first=first,
        last=last,
        yearly=yearly,
        places=frozenset(one.places),
        categories=frozenset(one.categories),
        factor=Fraction(repr(one.factor or 1.0)),
        stage=tuple(
            (tier, span_of(span, file, f"{where}.stage.{tier}", faults)) for tier, span in one.stage.items()
        ),
        acceptance=span_of(acceptance, file, f"{where}.acceptance", faults) if acceptance else None,
    )


def _day(written: str, file: str, where: str, faults: list[Fault]) -> int | None:
    """Give a day's ordinal, or month and day as a number where the year is left out."""
    try:
        if not YEARLY.fullmatch(written):
            return date.fromisoformat(written).toordinal()
        month, day = map(int, written.split("-"))
        if 1 <= day <= calendar.monthrange(LEAP_YEAR, month)[1]:
            return month * 100 + day
    except ValueError:
        pass
    faults.append(Fault(file, where, f"没有“{written}”这一天", f'there is no day "{written}"'))
    return None


def _check_codes(
    codes: list[str],
    known: dict[str, Place] | dict[str, Category] | None,
    file: str,
    where: str,
    what: tuple[str, str],
    faults: list[Fault],
) -> None:
    for n, code in enumerate(codes if known is not None else ()):
        if known is not None and code not in known:
            zh, en = f"没有{what[0]}“{code}”", f'there is no {what[1]} "{code}"'
            faults.append(Fault(file, f"{where}[{n}]", zh, en))
