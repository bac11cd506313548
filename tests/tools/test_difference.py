"""What differs between two versions of a policy."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.tools.difference import Change, difference
from tests.e2e.cities import make_city

Edit = Callable[[Path], object]


def edited(name: str, old: str, new: str) -> Edit:
    def edit(folder: Path) -> None:
        written = (folder / name).read_text(encoding="utf-8")
        assert old in written
        (folder / name).write_text(written.replace(old, new, 1), encoding="utf-8")

    return edit


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("difference") / "city"
    make_city(folder, "TA")
    return folder


def changes(city: Path, tmp_path: Path, *edits: Edit) -> list[Change]:
    other = tmp_path / "other"
    shutil.copytree(city, other)
    for edit in edits:
        edit(other)
    return difference(city, other)


def test_a_copy_differs_in_nothing(city: Path, tmp_path: Path) -> None:
    assert changes(city, tmp_path) == []


def test_a_comment_is_no_difference(city: Path, tmp_path: Path) -> None:
    assert changes(city, tmp_path, edited("tiers/default.toml", "name =", "# why\nname =")) == []


def test_a_span_is_one_value_under_its_key(city: Path, tmp_path: Path) -> None:
    edit = edited(
        "tiers/default.toml",
        'village = { count = 3, unit = "working',
        'village = { count = 2, unit = "working',
    )

    assert changes(city, tmp_path, edit) == [
        Change("tiers/default.toml", "stage.village", "3 working_days", "2 working_days")
    ]


def test_a_row_of_a_table_is_named_by_its_code(city: Path, tmp_path: Path) -> None:
    (found,) = changes(city, tmp_path, edited("gazetteer.csv", "TA-0,County 0", "TA-0,County Nought"))

    assert (found.file, found.key) == ("gazetteer.csv", "TA-0")
    assert found.before is not None
    assert "name=County 0" in found.before
    assert found.after is not None
    assert "name=County Nought" in found.after


def test_what_is_new_and_what_is_gone_is_one_sided(city: Path, tmp_path: Path) -> None:
    def swap(folder: Path) -> None:
        (folder / "agencies" / "ta-police.toml").unlink()
        (folder / "tiers" / "more.toml").write_text('name = "more"\n', encoding="utf-8")

    found = changes(city, tmp_path, swap)

    assert {change.file for change in found if change.after is None} == {"agencies/ta-police.toml"}
    assert [change for change in found if change.before is None] == [
        Change("tiers/more.toml", "name", None, "more")
    ]


def test_tables_of_a_list_are_told_apart_by_name_whatever_their_order(tmp_path: Path) -> None:
    def folder(name: str, *notices: str) -> Path:
        made = tmp_path / name
        shutil.copytree(tmp_path / "city", made)
        tables = "".join(
            f'[[notices]]\nkind = "{kind}"\nafter = "{kind} {n}"\n' for kind, n in map(str.split, notices)
        )
        (made / "windows").mkdir(exist_ok=True)
        (made / "windows" / "list.toml").write_text(tables, encoding="utf-8")
        return made

    make_city(tmp_path / "city", "TA")
    one = folder("one", "nudged 1", "nudged 2", "vetoed 3")
    other = folder("other", "vetoed 3", "nudged 1", "nudged 4")

    assert difference(one, other) == [
        Change("windows/list.toml", "notices[nudged (2)].after", "nudged 2", "nudged 4")
    ]
