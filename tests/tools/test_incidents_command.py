"""`hub incidents grade`: thresholds of the statute, and the clocks a grade starts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from hub.cli.main import app
from hub.policies.faults import PolicyError
from hub.policies.load import load_policy
from tests.policies.folders import a_folder
from tests.policies.test_sanming import FOLDER

GRADES = (
    'article = "x"\nincident_kinds = ["accident"]\n'
    "[[grades]]\nseverity = 1\ndeaths = 30\ninjured = 100\nloss = 10000\n"
)
LIGHTER = "[[grades]]\nseverity = 2\ndeaths = 10\ninjured = 50\nloss = 5000\n"


def graded(*toll: str) -> dict[str, Any]:
    result = CliRunner().invoke(app, ["incidents", "grade", "--json", *toll])
    assert result.exit_code == 0, result.output
    said: dict[str, Any] = orjson.loads(result.stdout)
    return said


@pytest.fixture
def sanming(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_CONFIG", str(FOLDER))


@pytest.mark.usefixtures("sanming")
@pytest.mark.parametrize(
    ("toll", "severity"),
    [
        ((), 4),
        (("--deaths", "2"), 4),
        (("--deaths", "3"), 3),
        (("--deaths", "9", "--injured", "49"), 3),
        (("--deaths", "10"), 2),
        (("--injured", "100"), 1),
        (("--loss", "999"), 4),
        (("--loss", "10000"), 1),
        (("--kind", "natural", "--deaths", "30"), 4),
    ],
)
def test_a_toll_has_the_grade_of_the_statute(toll: tuple[str, ...], severity: int) -> None:
    assert graded(*toll)["severity"] == severity


@pytest.mark.usefixtures("sanming")
def test_a_grave_incident_is_reported_sooner() -> None:
    def spans(*toll: str) -> dict[str, tuple[int, str]]:
        return {clock["stops"]: (clock["count"], clock["unit"]) for clock in graded(*toll)["clocks"]}

    assert spans()["accepted"] == (30, "minutes")
    assert spans("--deaths", "10")["accepted"] == (15, "minutes")
    assert spans("--deaths", "10")["transferred"] == (30, "minutes")


@pytest.mark.usefixtures("sanming")
def test_people_read_the_grade_and_its_article() -> None:
    said = CliRunner().invoke(app, ["incidents", "grade", "--deaths", "3"]).stdout

    assert said.startswith("3 较大 《生产安全事故报告和调查处理条例》第三条")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GRADES + LIGHTER.replace("50", "500"), "incidents/a.toml: grades[1]: 须由重到轻"),
        (GRADES + LIGHTER.replace("severity = 2", "severity = 1"), "incidents/a.toml: grades[1]: 须由重到轻"),
        (
            GRADES.replace('"accident"', '"accident", "accident"'),
            "incidents/a.toml: incident_kinds[1]: accident 已在",
        ),
    ],
)
def test_grades_that_do_not_fit_are_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(PolicyError) as caught:
        load_policy(a_folder(tmp_path, {"incidents/a.toml": text}))

    assert any(line.startswith(said) for line in str(caught.value).splitlines())
