"""What policy files share: names, and lengths of time with the switches that go with their unit."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from hub.policies._toml import PolicyFile
from hub.policies.faults import Fault
from hub.policies.models import DayEnd, Span, Unit

SWITCHES: Final = {"rolls": {Unit.DAYS}, "ends": {Unit.DAYS, Unit.WORKING_DAYS}}
Name = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]


class SpanFile(PolicyFile):
    """A length of time; see `Span`."""

    count: int = Field(ge=1, le=3660)
    unit: Annotated[Unit, Field(strict=False)]
    rolls: bool = True
    ends: Annotated[DayEnd, Field(strict=False)] = DayEnd.MIDNIGHT


def span_of(written: SpanFile, file: str, where: str, faults: list[Fault]) -> Span:
    """Give the span as written; a switch that its unit does not have is a fault."""
    for key, units in SWITCHES.items():
        if key in written.model_fields_set and written.unit not in units:
            zh, en = f"单位 {written.unit} 没有此项", f"does not go with unit {written.unit}"
            faults.append(Fault(file, f"{where}.{key}", zh, en))
    return Span(written.count, written.unit, written.rolls, written.ends)


def check_name(name: str, file: str, names: dict[str, str], faults: list[Fault], where: str = "name") -> None:
    """Note in which file a name is used; one that is used already is a fault."""
    if name in names:
        zh, en = f"名称“{name}”已用于 {names[name]}", f'name "{name}" is used in {names[name]} already'
        faults.append(Fault(file, where, zh, en))
    names.setdefault(name, file)
