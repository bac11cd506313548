"""Logins on a Kafka that asks nobody are not made, and it says why; `tests/e2e/test_principals.py` has the other."""

from __future__ import annotations

import pytest

from hub.reach import Reach
from hub.tools.broker import Broker
from hub.tools.logins import LoginRefused, end_login, grants, issue_login, logins

pytestmark = pytest.mark.broker


def test_a_kafka_that_grants_nothing_lets_nobody_in(broker: Broker) -> None:
    reach = Reach(broker.bootstrap)

    with pytest.raises(LoginRefused, match="SECURITY_DISABLED"):
        issue_login(reach, "housing", "a-password")
    with pytest.raises(LoginRefused, match="SECURITY_DISABLED"):
        end_login(reach, "housing")

    assert "housing" not in logins(reach)


def test_no_agency_is_granted_what_is_anothers() -> None:
    short, long = (
        {str(grant.resource_pattern.resource_name) for grant in grants(name)} for name in ("a", "a-b")
    )

    assert not short & long
    assert not any(name.startswith(("agency.a.", "agency-a-receipts")) for name in long)
