"""Every word the hub speaks has a text in both languages."""

from __future__ import annotations

from enum import StrEnum

import pytest

from hub.schemas import reasons
from hub.schemas.outbound import cloud_event_type, receipt_type
from hub.schemas.reasons import TEXTS, DecisionKind, Outcome, RiseReason, text
from hub.schemas.task_reasons import NoticeReason

ENUMS = [value for value in vars(reasons).values() if isinstance(value, type) and issubclass(value, StrEnum)]


@pytest.mark.parametrize("listed", [enum for enum in ENUMS if enum is not StrEnum])
def test_every_member_has_a_chinese_and_an_english_text(listed: type[StrEnum]) -> None:
    assert set(TEXTS[listed]) == set(listed)
    for member in listed:
        assert any("\u4e00" <= letter <= "\u9fff" for letter in text(member, "zh"))
        assert text(member, "en").isascii()
        assert text(member, "en")


def test_one_value_in_two_lists_keeps_its_own_text() -> None:
    assert text(RiseReason.CLOCK_EXPIRED, "en") != text(NoticeReason.CLOCK_EXPIRED, "en")


def test_a_decision_is_said_under_its_own_words() -> None:
    assert cloud_event_type(DecisionKind.TIER_RAISED) == "linkage.tier.raised.v1"
    assert cloud_event_type(DecisionKind.PROBLEM_SUSPECTED) == "linkage.problem.suspected.v1"
    assert cloud_event_type(DecisionKind.EVENT_REFUSED) == receipt_type(Outcome.REFUSED)
    assert len({cloud_event_type(kind) for kind in DecisionKind}) == len(DecisionKind)
