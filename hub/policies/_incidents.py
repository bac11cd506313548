"""Reads from which toll on an incident has which grade (`incidents/*.toml`)."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from hub.policies._toml import PolicyFile, names_of, read_file
from hub.policies.faults import Fault
from hub.policies.incidents import Grade

if TYPE_CHECKING:
    from pathlib import Path

Number = Annotated[int, Field(ge=1, le=100_000_000)]


class GradeFile(PolicyFile):
    """One grade; see `Grade`."""

    severity: Annotated[int, Field(ge=1, le=3)]
    deaths: Number
    injured: Number
    loss: Number


class GradesFile(PolicyFile):
    """The grades of one statute; what reaches none of them has severity 4."""

    article: Annotated[str, Field(min_length=1, max_length=200)]
    incident_kinds: list[Literal["natural", "accident", "health", "security"]] = Field(min_length=1)
    grades: list[GradeFile] = Field(min_length=1)


def read_grades(folder: Path, faults: list[Fault]) -> tuple[Grade, ...]:
    """Read the grades, the gravest first; a folder may have none."""
    grades: list[Grade] = []
    graded: dict[str, str] = {}
    for file in names_of(folder, "incidents"):
        written = read_file(folder, file, GradesFile, faults)
        if written is None:
            continue
        for n, kind in enumerate(written.incident_kinds):
            if kind in graded:
                zh, en = f"{kind} 已在 {graded[kind]} 分级", f"{kind} is graded in {graded[kind]} already"
                faults.append(Fault(file, f"incident_kinds[{n}]", zh, en))
            graded.setdefault(kind, file)
        for n, (one, two) in enumerate(pairwise(written.grades), 1):
            if two.severity <= one.severity or not (
                two.deaths < one.deaths and two.injured < one.injured and two.loss < one.loss
            ):
                zh, en = (
                    "须由重到轻,各项下限逐级降低",
                    "grades go from grave to light, each with lower thresholds",
                )
                faults.append(Fault(file, f"grades[{n}]", zh, en))
        kinds = frozenset(written.incident_kinds)
        grades += [Grade(written.article, kinds, **grade.model_dump()) for grade in written.grades]
    return tuple(grades)
