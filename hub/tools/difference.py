"""What differs between two versions of a policy: by file, by key, what it was and what it is."""

from __future__ import annotations

import csv
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from hub.policies.load import files_of

NAMES: Final = ("name", "id", "code", "item", "kind", "tier")
"""What tells the tables of one list apart: by these a list is compared, else by place in it."""


class Change(NamedTuple):
    """One value that differs; `before` is None where it is new, `after` None where it is gone."""

    file: str
    key: str
    before: str | None
    after: str | None


def difference(before: Path, after: Path) -> list[Change]:
    """Compare two jurisdiction folders that load; comments, order of files and of keys are no difference."""
    changes = []
    for file in sorted({*files_of(before), *files_of(after)}):
        old, new = _values(before / file), _values(after / file)
        changes += [
            Change(file, key, old.get(key), new.get(key))
            for key in dict.fromkeys((*old, *new))
            if old.get(key) != new.get(key)
        ]
    return changes


def _values(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    if file.suffix == ".csv":
        return dict(_rows(file))
    return dict(_leaves(tomllib.loads(file.read_text(encoding="utf-8")), ""))


def _rows(file: Path) -> Iterator[tuple[str, str]]:
    """A row is named by its first column."""
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    for name, row in zip(_apart(next(iter(row.values())) for row in rows), rows, strict=True):
        yield name, ", ".join(f"{column}={value}" for column, value in list(row.items())[1:] if value)


def _apart(names: Iterable[str]) -> Iterator[str]:
    """Number a name that comes more than once."""
    seen: Counter[str] = Counter()
    for name in names:
        seen[name] += 1
        yield name if seen[name] == 1 else f"{name} ({seen[name]})"


def _leaves(value: Any, key: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - whatever TOML holds
    if isinstance(value, Mapping) and not _is_span(value):
        for name, part in value.items():
            yield from _leaves(part, f"{key}.{name}" if key else name)
    elif isinstance(value, list) and any(isinstance(part, Mapping) for part in value):
        names = _apart(_name(part, number) for number, part in enumerate(value, 1))
        for name, part in zip(names, value, strict=True):
            yield from _leaves(part, f"{key}[{name}]")
    else:
        yield key, _said(value)


def _name(part: Any, number: int) -> str:  # noqa: ANN401 - whatever TOML holds
    if not isinstance(part, Mapping):
        return str(number)
    return next((str(part[name]) for name in NAMES if name in part), str(number))


def _is_span(value: Mapping[str, Any]) -> bool:
    return value.keys() == {"count", "unit"}


def _said(value: Any) -> str:  # noqa: ANN401 - whatever TOML holds
    if isinstance(value, Mapping):
        return f"{value['count']} {value['unit']}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_said, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)
