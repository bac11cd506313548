"""Which of the provider's groups stand for which role, territory and agency: one file, checked when the console starts.

```toml
claim = "groups"

[[grants]]
value = "linkage-duty-yongan"
role = "duty"
territory = "350481000000"

[[grants]]
value = "police-desk"
role = "agency"
agency = "police"
```
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from hub.policies.models import Policy
from hub.settings import BadSetting
from hub.store.people import Account, Role
from hub.tools.accounts import Refused, check

KEYS: Final = frozenset({"value", "role", "territory", "agency"})
ANYBODY: Final = "anybody"


@dataclass(frozen=True, slots=True)
class Grants:
    """What the values of one claim stand for; where somebody has several, the first in the file counts."""

    claim: str
    by_value: Mapping[str, Account]

    def account(self, login: str, claims: Mapping[str, Any]) -> Account | None:
        """Give the account that somebody's claims stand for; None for one who has no value of the file."""
        said = claims.get(self.claim)
        values = {said} if isinstance(said, str) else set(map(str, said)) if isinstance(said, list) else set()
        return next(
            (replace(account, login=login) for value, account in self.by_value.items() if value in values),
            None,
        )


def read_grants(file: Path, policies: Mapping[str, Policy]) -> Grants:
    """Read the file and hold it against the cities; raises `BadSetting` with every fault."""
    try:
        written = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadSetting(f"HUB_OIDC_GRANTS: {file}: 读不出来 / cannot be read: {error}") from None
    claim, entries = written.get("claim"), written.get("grants")
    if not isinstance(claim, str) or not claim or not isinstance(entries, list) or not entries:
        raise BadSetting(
            f"HUB_OIDC_GRANTS: {file}: 须有 claim 和至少一项 [[grants]] / needs a claim and at least one [[grants]]"
        )
    found: dict[str, Account] = {}
    faults = []
    for number, entry in enumerate(entries, 1):
        try:
            value, account = _entry(entry, policies, found)
            found[value] = account
        except _Wrong as wrong:
            faults.append(f"[[grants]] {number}: {wrong.zh} / {wrong.en}")
    if faults:
        raise BadSetting(f"HUB_OIDC_GRANTS: {file}: " + "; ".join(faults))
    return Grants(claim, found)


class _Wrong(Exception):
    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


def _entry(
    entry: object, policies: Mapping[str, Policy], above: Mapping[str, Account]
) -> tuple[str, Account]:
    if (
        not isinstance(entry, dict)
        or not entry.keys() <= KEYS
        or not all(isinstance(v, str) for v in entry.values())
    ):
        raise _Wrong(
            f"只能有文字 {'、'.join(sorted(KEYS))}", f"may only have the texts {', '.join(sorted(KEYS))}"
        )
    value, role = entry.get("value", ""), entry.get("role", "")
    if not value:
        raise _Wrong("缺少 value", "lacks a value")
    if value in above:
        raise _Wrong(f"“{value}”前面已有", f'"{value}" stands above already')
    if role not in set(Role):
        raise _Wrong(f"role 须为 {'、'.join(Role)} 之一", f"role must be one of {', '.join(Role)}")
    territory, agency = entry.get("territory", ""), entry.get("agency", "")
    account = Account(ANYBODY, Role(role), "", territory, agency)
    fitting, refused = [], None
    for policy in policies.values():
        try:
            check(policy, account)
            fitting.append(replace(account, jurisdiction=policy.jurisdiction))
        except Refused as error:
            refused = error
    if not fitting and refused is not None:
        raise _Wrong(refused.zh, refused.en)
    if len(fitting) != 1:
        raise _Wrong("不止一个城市有此单位，请写明属地", "several cities have this agency: name a territory")
    return value, fitting[0]


def may(account: Account) -> str:
    """Say what an account may, as the trail has it: role, territory, agency."""
    return " ".join(part for part in (account.role, account.territory, account.agency) if part)
