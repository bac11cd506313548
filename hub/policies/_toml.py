"""Reads one TOML file of a jurisdiction folder into its model; each key that does not fit is a fault."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from hub.policies.faults import Fault
from hub.policies.tables import read_text

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic_core import ErrorDetails


class PolicyFile(BaseModel):
    """A TOML file as people write it: no unknown keys, no silent change of type."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


AnyFile = TypeVar("AnyFile", bound=PolicyFile)

# Error types of pydantic that people meet, in words; {…} takes the error's own limits.
SENTENCES: Final = {
    "missing": ("缺少此项", "is missing"),
    "extra_forbidden": (
        "不认识的键,请更正拼写或删去",
        "is not a known key; correct its spelling or delete it",
    ),
    "string_type": ("须为文字", "must be a string"),
    "string_too_short": ("不能为空", "must not be empty"),
    "string_too_long": ("最多 {max_length} 字", "must have at most {max_length} characters"),
    "string_pattern_mismatch": ("须符合 {pattern}", "must match {pattern}"),
    "int_type": ("须为整数", "must be a whole number"),
    "bool_type": ("须为 true 或 false", "must be true or false"),
    "date_type": ("须为日期,如 2026-01-01", "must be a date such as 2026-01-01"),
    "list_type": ("须为列表", "must be a list"),
    "dict_type": ("须为表", "must be a table"),
    "model_type": ("须为表", "must be a table"),
    "literal_error": ("须为 {expected} 之一", "must be one of {expected}"),
    "enum": ("须为 {expected} 之一", "must be one of {expected}"),
    "greater_than_equal": ("不得小于 {ge}", "must be at least {ge}"),
    "less_than_equal": ("不得大于 {le}", "must be at most {le}"),
    "too_short": ("至少要有 {min_length} 项", "must have at least {min_length} entries"),
}


def names_of(folder: Path, kind: str) -> list[str]:
    """Give the TOML files of one kind (a subfolder), sorted, as names relative to the jurisdiction folder."""
    return sorted(path.relative_to(folder).as_posix() for path in (folder / kind).glob("*.toml"))


def read_file(folder: Path, name: str, model: type[AnyFile], faults: list[Fault]) -> AnyFile | None:
    """Read one file into its model; None when it does not fit, with a fault for each key that is wrong."""
    text = read_text(folder / name, name, faults)
    if text is None:
        return None
    try:
        return model.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        faults.append(Fault(name, "", f"不是合格的 TOML:{error}", f"is not valid TOML: {error}"))
    except ValidationError as error:
        faults.extend(_fault(name, detail) for detail in error.errors(include_url=False))
    return None


def _fault(name: str, detail: ErrorDetails) -> Fault:
    where = ""
    for step in detail["loc"]:
        where += f"[{step}]" if isinstance(step, int) else f".{step}" if where else step
    limits: dict[str, Any] = detail.get("ctx", {})
    if detail["type"] not in SENTENCES:
        return Fault(name, where, f"此值不可用:{detail['msg']}", detail["msg"])
    zh, en = SENTENCES[detail["type"]]
    return Fault(name, where, zh.format_map(limits), en.format_map(limits))
