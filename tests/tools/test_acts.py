"""What is typed at the command line is proved before it goes into the log, whose reader a bad message would stop."""

from __future__ import annotations

from dataclasses import fields
from typing import get_args

import pytest
from typer.testing import CliRunner

from hub.cli.main import app
from hub.cli.verbs import OF_PROBLEM, OF_TASK, Verb
from hub.schemas.commands import Asking, Command

RUN = CliRunner()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["problems", "confirm", "SM26-000001", "--note", "x" * 201], "note"),
        (["problems", "confirm", "SM26-000001", "--note", "a\x00b"], "note"),
        (["problems", "lead", "SM26-000001", "--agency", ""], "agency"),
        (["problems", "confirm", "SM26-000001", "--by", "Somebody Else"], "by"),
        (
            ["tasks", "reply", "SM26-000001.1.1", "accept", "--agency", "police", "--ground", "y" * 201],
            "ground",
        ),
        (["problems", "confirm", "SM26-000001", "--note", "call 13800138000"], "个人信息"),
    ],
)
def test_a_command_that_the_log_could_not_read_is_not_sent(words: list[str], why: str) -> None:
    done = RUN.invoke(app, words)

    assert done.exit_code == 1
    assert why in done.stderr


@pytest.mark.parametrize("verb", [*OF_PROBLEM, *OF_TASK], ids=lambda verb: verb.name)
def test_a_verb_takes_what_its_command_says_beside_what_all_say(verb: Verb) -> None:
    always = {field.name for field in fields(Asking)} | {"kind"}
    own = {field.name for field in fields(verb.command)} - always

    subject = "problem_id" if verb in OF_PROBLEM else "task_id"
    assert {subject, *verb.fixed, *(taken.name for taken in verb.takes)} == own


def test_every_command_on_a_problem_or_a_task_has_a_verb() -> None:
    asked = {verb.command for verb in (*OF_PROBLEM, *OF_TASK)}

    named = {
        kind
        for kind in get_args(Command)
        if {"problem_id", "task_id"} & {field.name for field in fields(kind)}
    }
    assert asked == named
