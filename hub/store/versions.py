"""Which version of the policy a jurisdiction's log is decided by: the one adopted last, else the folder's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import orjson

from hub.policies.models import Policy
from hub.schemas.reasons import DecisionKind
from hub.store.dialect import Writer

Versions = Mapping[str, Mapping[str, Policy]]
"""Kept policies by jurisdiction and version."""

NONE_KEPT: Final[Versions] = {}


class PolicyAway(Exception):
    """The version that was adopted is not among those kept."""


def in_force(sql: Writer, policy: Policy, versions: Mapping[str, Policy]) -> Policy:
    """Give the version in force; raises `PolicyAway` when it was adopted and is not at hand."""
    adopted = adopted_version(sql, policy.jurisdiction)
    if adopted in ("", policy.version):
        return policy
    if adopted not in versions:
        raise PolicyAway(away(policy.jurisdiction, adopted))
    return versions[adopted]


def adopted_version(sql: Writer, jurisdiction: str) -> str:
    """Give the version that a jurisdiction adopted last; "" where none ever was."""
    rows = sql.fetch(
        "SELECT line FROM decision WHERE jurisdiction = ? AND kind = ? ORDER BY seq DESC LIMIT 1",
        (jurisdiction, DecisionKind.POLICY_ADOPTED),
    )
    return str(orjson.loads(rows[0][0])["policy"]) if rows else ""


def away(jurisdiction: str, version: str) -> str:
    """Say that a version is needed and not kept, and what to do."""
    return (
        f"{jurisdiction} 启用了规则版本 {version},这里没有,请给出该文件夹(hub policy keep) /"
        f" version {version} of {jurisdiction}'s policy was adopted and is not at hand:"
        " give its folder (`hub policy keep`)"
    )
