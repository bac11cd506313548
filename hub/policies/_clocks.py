"""Reads `clocks/*.toml`: the time limits that law and local rules set for matters, each with its article."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field

from hub.policies._spans import Name, SpanFile, check_name, span_of
from hub.policies._toml import PolicyFile, names_of, read_file
from hub.policies.faults import Fault
from hub.policies.models import Moment, StatutoryClock
from hub.schemas.inbound import Channel, Nature

if TYPE_CHECKING:
    from pathlib import Path

    from hub.policies.models import Category

SELECTORS: Final = (
    "natures",
    "channels",
    "categories",
    "incident_kinds",
    "mediation_kinds",
    "severities",
    "reopened",
)
KINDS_OF: Final = {"incident_kinds": "incident", "mediation_kinds": "dispute"}
ORDER: Final = tuple(Moment)
Text = Annotated[str, Field(min_length=1, max_length=200)]


class ClockFile(PolicyFile):
    """One clock; see `StatutoryClock`. Warnings are written in percent of the span."""

    name: Name
    name_zh: Text
    name_en: Text
    article: Text
    event: Literal["petition", "incident", "dispute"]
    starts: Literal["occurred", "received", "transferred", "accepted", "closed", "reopened"]
    stops: Literal["received", "transferred", "returned", "accepted", "supplemented", "closed", "reopened"]
    span: SpanFile | None = None
    promised: bool = False
    window: bool = False
    warn_percent: list[Annotated[int, Field(ge=1, le=99)]] = Field(default_factory=list)
    pauses: list[Text] = Field(default_factory=list)
    extension: SpanFile | None = None
    natures: list[Nature] = Field(default_factory=list)
    channels: list[Channel] = Field(default_factory=list)
    categories: list[str] = Field(default_factory=list)
    incident_kinds: list[Literal["natural", "accident", "health", "security"]] = Field(default_factory=list)
    mediation_kinds: list[
        Literal["people", "administrative", "judicial", "police_station", "lawyer_in_court", "mobile_court"]
    ] = Field(default_factory=list)
    severities: list[Annotated[int, Field(ge=1, le=4)]] = Field(default_factory=list)
    reopened: list[Annotated[int, Field(ge=0, le=9)]] = Field(default_factory=list)


class ClocksFile(PolicyFile):
    """The clocks of one law or rule."""

    clocks: list[ClockFile] = Field(min_length=1)


def read_clocks(
    folder: Path, categories: dict[str, Category] | None, faults: list[Fault]
) -> tuple[StatutoryClock, ...]:
    """Read the clocks in the order of their files; a folder may have none."""
    clocks: list[StatutoryClock] = []
    names: dict[str, str] = {}
    same: dict[tuple[object, ...], str] = {}
    for file in names_of(folder, "clocks"):
        written = read_file(folder, file, ClocksFile, faults)
        for n, one in enumerate(written.clocks if written else ()):
            where = f"clocks[{n}]"
            check_name(one.name, file, names, faults, f"{where}.name")
            _check_categories(one, file, where, categories, faults)
            _check_parts(one, file, where, faults)
            clock = _clock(one, file, where, faults)
            _check_alone(clock, file, where, same, faults)
            clocks.append(clock)
    return tuple(clocks)


def _check_categories(
    written: ClockFile, file: str, where: str, categories: dict[str, Category] | None, faults: list[Fault]
) -> None:
    for n, code in enumerate(written.categories if categories is not None else ()):
        category = (categories or {}).get(code)
        if category is None:
            zh, en = f"没有类别“{code}”", f'there is no category "{code}"'
            faults.append(Fault(file, f"{where}.categories[{n}]", zh, en))
        elif category.restricted:
            zh = f"类别“{code}”的事件不进入本系统"
            en = f'events of category "{code}" never enter the hub'
            faults.append(Fault(file, f"{where}.categories[{n}]", zh, en))


def _check_parts(written: ClockFile, file: str, where: str, faults: list[Fault]) -> None:
    """Check what no single key can say: keys that need or exclude one another."""
    if (written.span is None) != written.promised:
        zh, en = "须写 span,或写 promised = true,二者取一", "needs either span or promised = true"
        faults.append(Fault(file, f"{where}.span", zh, en))
    starts, stops = ORDER.index(Moment(written.starts)), ORDER.index(Moment(written.stops))
    if starts == stops or (starts > stops and written.starts != "reopened"):
        zh, en = (
            f"{written.stops} 不在 {written.starts} 之后",
            f"{written.stops} does not come after {written.starts}",
        )
        faults.append(Fault(file, f"{where}.stops", zh, en))
    for key, event in KINDS_OF.items():
        if getattr(written, key) and written.event != event:
            zh, en = f"只能与 event = {event} 同用", f"goes with event = {event} only"
            faults.append(Fault(file, f"{where}.{key}", zh, en))
    if written.warn_percent != sorted(set(written.warn_percent)):
        zh, en = "须由小到大、不重复", "must rise and not repeat"
        faults.append(Fault(file, f"{where}.warn_percent", zh, en))


def _check_alone(
    clock: StatutoryClock, file: str, where: str, same: dict[tuple[object, ...], str], faults: list[Fault]
) -> None:
    """Refuse a second clock for the very same matters and moments: which one holds could not be said."""
    key = (clock.event, clock.starts, clock.stops, clock.span is None)
    key += tuple(getattr(clock, selector) for selector in SELECTORS)
    if key in same:
        zh = f"与“{same[key]}”适用于相同的事项和起止"
        en = f'is for the same matters, start and stop as "{same[key]}"'
        faults.append(Fault(file, where, zh, en))
    same.setdefault(key, clock.name)


def _clock(written: ClockFile, file: str, where: str, faults: list[Fault]) -> StatutoryClock:
    extension = written.extension
    return StatutoryClock(
        name=written.name,
        name_zh=written.name_zh,
        name_en=written.name_en,
        article=written.article,
        event=written.event,
        starts=Moment(written.starts),
        stops=Moment(written.stops),
        span=span_of(written.span, file, f"{where}.span", faults) if written.span else None,
        window=written.window,
        warn_at=tuple(percent / 100 for percent in written.warn_percent),
        pauses=tuple(written.pauses),
        extension=span_of(extension, file, f"{where}.extension", faults) if extension else None,
        natures=frozenset(written.natures),
        channels=frozenset(written.channels),
        categories=frozenset(written.categories),
        incident_kinds=frozenset(written.incident_kinds),
        mediation_kinds=frozenset(written.mediation_kinds),
        severities=frozenset(written.severities),
        reopened=frozenset(written.reopened),
    )
