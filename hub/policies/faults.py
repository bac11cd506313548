"""What is wrong with a jurisdiction folder: every fault at once, each with its place and a sentence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to put right.

    `where` is a line number of a CSV file, a key of a TOML file, or empty when the file as a whole is meant.
    """

    file: str
    where: int | str
    zh: str
    en: str

    def at(self) -> str:
        """Say where: `gazetteer.csv:12` or `agencies/police.toml: territory`."""
        if self.where == "":
            return self.file
        return f"{self.file}:{self.where}" if isinstance(self.where, int) else f"{self.file}: {self.where}"

    def __str__(self) -> str:
        """One line, Chinese first."""
        return f"{self.at()}: {self.zh} / {self.en}"


class PolicyError(Exception):
    """A jurisdiction folder cannot be used; `faults` holds all that is wrong, `str()` one line a fault."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        """Take the faults; there is at least one."""
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults
