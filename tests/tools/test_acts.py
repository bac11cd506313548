"""What is typed at the command line is proved before it goes into the log, whose reader a bad message would stop."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from hub.cli.main import app

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
