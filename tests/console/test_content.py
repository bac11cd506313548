"""What a row of the journal says in one line."""

from __future__ import annotations

from typing import Any, get_args, get_type_hints

import orjson
import pytest

from hub.console.content import COMMANDS, REPLIES, STATUSES, content
from hub.console.meanings import GROUPS, MEANINGS
from hub.console.words import Words
from hub.model.lifecycle import Phase
from hub.schemas.commands import Command
from hub.schemas.inbound import MatterStatus
from hub.schemas.reasons import Label

UPDATED, REPLIED = "linkage.matter.updated.v1", "linkage.task.replied.v1"
ZH, EN = Words("zh"), Words("en")


def a_body(**data: Any) -> str:  # noqa: ANN401 - any field
    return orjson.dumps({"data": data}).decode()


def test_every_command_status_and_reply_has_a_word() -> None:
    hints = [get_type_hints(command) for command in get_args(Command)]
    kinds = {kind for one in hints for kind in get_args(one["kind"])}
    (replies,) = (get_args(one["reply"]) for one in hints if "reply" in one)

    assert set(COMMANDS) == kinds
    assert set(STATUSES) == {*get_args(MatterStatus), "corrected"}
    assert set(REPLIES) == set(replies)


@pytest.mark.parametrize(
    ("kind", "body", "zh", "en"),
    [
        (UPDATED, a_body(status="transferred"), "已转办", "passed on"),
        (UPDATED, a_body(status="resolved", summary="路灯修好"), "路灯修好", "路灯修好"),
        (REPLIED, a_body(reply="accept"), "签收", "Accept"),
        ("confirm_problem", "", "确认", "Confirm"),
        (UPDATED, "", "", ""),
    ],
)
def test_a_row_speaks_the_readers_language(kind: str, body: str, zh: str, en: str) -> None:
    assert (content(ZH, kind, body), content(EN, kind, body)) == (zh, en)


def test_every_phase_and_label_has_a_meaning_and_each_meaning_its_place() -> None:
    listed = [code for _, words in GROUPS for code, _ in words]

    assert {*map(str, Phase), *map(str, Label)} <= set(MEANINGS)
    assert sorted(listed) == sorted(MEANINGS)
