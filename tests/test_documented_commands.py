"""No page for people names a command, option or target that does not exist, and both languages name the same ones."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.deploy.test_compose import every_command, has_command
from tests.documents import PAGES, ROOT, hub_commands, lines, placed, spoken

TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
FENCED = sorted({(page, command) for page in PAGES for command in hub_commands(page)})
SPOKEN = sorted({(page, tuple(words)) for page in PAGES for words in spoken(page)})


def name(value: object) -> str:
    return (
        value.name if isinstance(value, Path) else " ".join(value) if isinstance(value, tuple) else str(value)
    )


def unknown(words: tuple[str, ...]) -> list[str]:
    """Words that name no command, and options that the command does not have."""
    command = every_command()
    wrong = []
    for word in words[1:]:
        if word.startswith("--"):
            known = {option for one in command.params for option in (*one.opts, *one.secondary_opts)}
            wrong += [] if word.partition("=")[0] in {*known, "--help"} else [word]
        elif word in getattr(command, "commands", {}):
            command = command.commands[word]
        elif hasattr(command, "commands") and re.fullmatch(r"[a-z-]+", word) and word != "en":
            wrong.append(word)
    return wrong


@pytest.mark.parametrize(("page", "command"), FENCED, ids=name)
def test_a_command_to_copy_is_one_the_hub_takes(page: Path, command: str) -> None:
    assert page.is_file()
    assert has_command(command)


@pytest.mark.parametrize(("page", "words"), SPOKEN, ids=name)
def test_a_command_in_a_sentence_is_one_the_hub_has(page: Path, words: tuple[str, ...]) -> None:
    assert page.is_file()
    assert unknown(words) == []


@pytest.mark.parametrize(
    "words", [("hub", "juggle"), ("hub", "tasks", "paint"), ("hub", "events", "list", "--colour")]
)
def test_a_command_the_hub_has_not_is_noticed_in_a_sentence(words: tuple[str, ...]) -> None:
    assert unknown(words)


def test_a_make_target_to_type_is_in_the_makefile() -> None:
    asked = {target for page in PAGES for target in re.findall(r"\bmake ([a-z]+)\b", "\n".join(lines(page)))}

    assert {"run", "test"} <= asked
    assert asked - TARGETS == set()


def test_both_languages_of_the_manual_name_the_same_commands() -> None:
    zh, en = (ROOT / "docs" / "manual" / f"{language}.md" for language in ("zh", "en"))

    assert placed(zh) == placed(en)
    assert len(placed(zh)) > 60
