"""Kept versions: a proven copy named by its content, and no other content under that name."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from shutil import copytree

import pytest

from hub.policies.faults import PolicyError
from hub.tools.kept import keep, load_kept

SANMING = Path(__file__).parents[2] / "deploy/jurisdictions/sanming"
TODAY = date(2026, 3, 2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copytree(SANMING, tmp_path / "city")


def test_what_is_kept_is_loaded_by_its_version(folder: Path, tmp_path: Path) -> None:
    policy = keep(folder, tmp_path / "policies", TODAY)

    kept = load_kept(tmp_path / "policies")

    assert list(kept) == [policy.jurisdiction]
    assert list(kept[policy.jurisdiction]) == [policy.version]


def test_a_folder_that_goes_on_changing_leaves_its_kept_versions_as_they_were(
    folder: Path, tmp_path: Path
) -> None:
    first = keep(folder, tmp_path / "policies", TODAY)
    (folder / "jurisdiction.toml").write_text((folder / "jurisdiction.toml").read_text() + "\n# later\n")
    second = keep(folder, tmp_path / "policies", TODAY)

    kept = load_kept(tmp_path / "policies")[first.jurisdiction]

    assert set(kept) == {first.version, second.version}
    assert first.version != second.version


def test_keeping_twice_is_keeping_once(folder: Path, tmp_path: Path) -> None:
    first = keep(folder, tmp_path / "policies", TODAY)

    assert keep(folder, tmp_path / "policies", TODAY).version == first.version
    assert len(load_kept(tmp_path / "policies")[first.jurisdiction]) == 1


def test_a_kept_version_that_was_edited_is_a_fault(folder: Path, tmp_path: Path) -> None:
    policy = keep(folder, tmp_path / "policies", TODAY)
    file = tmp_path / "policies" / policy.jurisdiction / policy.version / "jurisdiction.toml"
    file.write_text(file.read_text() + "\n# edited\n")

    with pytest.raises(PolicyError) as refused:
        load_kept(tmp_path / "policies")

    assert policy.version in refused.value.faults[0].file


def test_a_folder_with_faults_is_not_kept(folder: Path, tmp_path: Path) -> None:
    (folder / "gazetteer.csv").unlink()

    with pytest.raises(PolicyError):
        keep(folder, tmp_path / "policies", TODAY)

    assert not (tmp_path / "policies").exists()
