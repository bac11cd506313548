"""`hub audit escalations` lists what was missed, and its status says whether there is anything."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from sqlalchemy import insert
from typer.testing import CliRunner, Result

from hub.cli.main import app
from hub.store.tables import CLOCK, JURISDICTION
from tests.store.shards import a_database

SANMING = "350400000000"
JURISDICTIONS = Path(__file__).resolve().parents[2] / "deploy" / "jurisdictions"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an empty database of Sanming's hub."""
    monkeypatch.setenv("HUB_CONFIG", str(JURISDICTIONS))
    monkeypatch.setenv("HUB_DATABASE", f"sqlite:///{tmp_path}/hub.db")
    a_database(tmp_path).dispose()
    return tmp_path


def asked(*options: str) -> Result:
    return CliRunner().invoke(app, ["audit", "escalations", *options])


def plant_a_miss(folder: Path) -> None:
    """A clock that ran out at 1,000 ms, and a log that has come to 2,000."""
    engine = a_database(folder)
    with engine.begin() as sql:
        counters = dict.fromkeys(("shard", "entries", "said", "opened", "posted"), 0)
        sql.execute(
            insert(JURISDICTION).values(code=SANMING, hub_ms=2_000, backfilling=False, policy="v", **counters)
        )
        sql.execute(
            insert(CLOCK).values(
                jurisdiction=SANMING,
                id="SM26-000001/stage",
                kind="stage",
                problem_id="SM26-000001",
                task_id="",
                started_ms=0,
                due_ms=1_000,
                running=True,
            )
        )
    engine.dispose()


@pytest.mark.usefixtures("folder")
def test_a_hub_that_missed_nothing_ends_well() -> None:
    result = asked()

    assert (result.exit_code, result.stdout) == (0, "没有漏掉的时限、升级或通知\n")


def test_what_was_missed_is_listed_and_the_status_is_one(folder: Path) -> None:
    plant_a_miss(folder)

    result = asked("--json")

    assert result.exit_code == 1
    assert orjson.loads(result.stdout) == {
        "jurisdiction": SANMING,
        "problem_id": "SM26-000001",
        "subject": "SM26-000001/stage",
        "what": "CLOCK_PASSED",
        "text": "时限已过而未触发",
    }
