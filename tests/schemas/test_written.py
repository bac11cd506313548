"""Commands as an export keeps them."""

from __future__ import annotations

import orjson
import pytest

from hub.schemas.commands import COMMAND, AdoptPolicy, Command, RaiseProblem, written
from hub.tools.history import COMMAND_MARK


@pytest.mark.parametrize(
    "command",
    [
        AdoptPolicy(jurisdiction="990100000000", id="c1", version="v2", proposed_by="desk"),
        RaiseProblem(jurisdiction="990100000000", id="c2", by="desk", problem_id="TC26-000001", clock_ms=5),
    ],
)
def test_a_written_command_is_told_from_an_event_and_read_back(command: Command) -> None:
    line = orjson.dumps(written(command))

    assert line.startswith(COMMAND_MARK)
    assert written(COMMAND.validate_json(line)) == written(command)
