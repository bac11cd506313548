"""Kept versions of policies: one folder each, `<jurisdiction>/<version>/`, named by what is in it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from shutil import copytree
from typing import NamedTuple

from hub.policies.faults import Fault, PolicyError
from hub.policies.load import JURISDICTION, folders_of, load_policy
from hub.policies.models import Policy
from hub.tools.check import check


def keep(folder: Path, root: Path, today: date) -> Policy:
    """Prove a jurisdiction folder and keep a copy of it; raises `PolicyError` with every fault.

    A version that is kept already stays as it is: its name says what is in it.
    """
    policy = load_policy(folder)
    check(folder, today)
    copy = root / policy.jurisdiction / policy.version
    if not copy.exists():
        arriving = copy.with_name(f".{policy.version}")
        copytree(folder, arriving, dirs_exist_ok=True)
        arriving.rename(copy)
    return policy


class Folders(NamedTuple):
    """Where policies lie: `config` is what processes read at their start, `kept` holds the kept versions."""

    config: Path
    kept: Path

    def of(self, policy: Policy) -> dict[str, Path]:
        """Give the folders of a city's versions, by version: those kept, and its own; their content is not proved."""
        kept = self.kept.glob(f"{policy.jurisdiction}/[!.]*/{JURISDICTION}")
        found = {file.parent.name: file.parent for file in sorted(kept)}
        for folder in folders_of(self.config):
            head = tomllib.loads((folder / JURISDICTION).read_text(encoding="utf-8"))
            if head["code"] == policy.jurisdiction:
                found.setdefault(policy.version, folder)
        return found


def load_kept(root: Path) -> dict[str, dict[str, Policy]]:
    """Load all kept versions by jurisdiction and version; raises `PolicyError` when one is not what its name says."""
    return load_versions(sorted(found.parent for found in root.glob(f"*/[!.]*/{JURISDICTION}")), named=True)


def load_versions(folders: Iterable[Path], *, named: bool = False) -> dict[str, dict[str, Policy]]:
    """Load policies by jurisdiction and version; `named` folders carry their version as name."""
    versions: dict[str, dict[str, Policy]] = {}
    faults: list[Fault] = []
    for folder in folders:
        try:
            policy = load_policy(folder)
        except PolicyError as error:
            faults += [replace(one, file=f"{folder}/{one.file}") for one in error.faults]
            continue
        if named and policy.version != folder.name:
            faults.append(_renamed(folder, policy))
        versions.setdefault(policy.jurisdiction, {})[policy.version] = policy
    if faults:
        raise PolicyError(tuple(faults))
    return versions


def _renamed(folder: Path, policy: Policy) -> Fault:
    return Fault(
        str(folder),
        "",
        f"内容已变,版本成了 {policy.version}:请还原,或另用 hub policy keep 保存后删去这里",
        f"its content is version {policy.version} now: restore it, or keep it anew and remove this folder",
    )
