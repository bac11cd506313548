"""The command line speaks the language it is asked for, before any option is parsed."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from hub.cli.text import _wants_english


@pytest.mark.parametrize(
    ("arguments", "environment", "english"),
    [
        ([], {}, False),
        (["--lang", "en", "doctor"], {}, True),
        (["--lang=en"], {}, True),
        (["--lang"], {}, False),
        (["--lang", "zh"], {"HUB_LANG": "en"}, False),
        (["doctor"], {"HUB_LANG": "en"}, True),
    ],
)
def test_an_option_goes_before_the_environment(
    arguments: list[str], environment: dict[str, str], english: bool
) -> None:
    assert _wants_english(arguments, environment) is english


def test_hub_alone_shows_its_help() -> None:
    environment = {**os.environ, "HUB_LANG": "en"}
    run = subprocess.run(
        [sys.executable, "-m", "hub"], capture_output=True, text=True, env=environment, check=False
    )

    assert "Run the same core on a file of events" in run.stdout + run.stderr
