"""The manual at work: its quick start alone brings a new agency in, and what it says to look at can be looked at."""

from __future__ import annotations

import csv
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from kafka import KafkaProducer
from typer.testing import CliRunner

from hub.cli.main import app
from hub.sdk import Publisher, Receipts
from hub.tools.broker import HOST, Broker, find_free_port
from tests.deploy.watched import answers
from tests.documents import ROOT, blocks, hub_commands
from tests.e2e.cities import a_report
from tests.e2e.hub_process import Hub, looking_at

MANUAL: Final = ROOT / "docs" / "manual" / "zh.md"
SANMING: Final = Path("deploy/jurisdictions/sanming")
AGENCY, PLACE, CATEGORY = "hotline-12345", "350404001001", "A0101"
WITHIN_S: Final = 60.0
SHELL_WITHIN_S: Final = 180.0
SHORT_LIVED_JAVA: Final = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""Maven and the example live for seconds: half the processor time without the second compiler."""

COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")
"""Maven colours even what it does not say."""

ACTS: Final = (
    *(f"hub problems {verb}" for verb in ("confirm", "dismiss", "merge", "split", "lead", "add", "notify")),
    *(f"hub problems {verb}" for verb in ("raise", "lower", "settle", "reopen")),
    *(f"hub tasks {verb}" for verb in ("reply", "recut", "rule", "grant", "decline", "verify", "waive")),
    "hub policy propose",
    "hub policy adopt",
)
"""What changes a problem depends on how it stands; `tests/console` and `tests/core` do each where it is allowed."""
ON_AN_EMPTY_CITY: Final = ("hub import history.csv --mapping mapping.toml --backfill",)
ON_A_KAFKA_THAT_ASKS: Final = ("hub agencies login issue", "hub agencies login revoke")
"""`tests/e2e/test_principals.py` has one."""

BY_HAND: Final = (*ACTS, *ON_AN_EMPTY_CITY, *ON_A_KAFKA_THAT_ASKS)


@dataclass(frozen=True, slots=True)
class Desk:
    """A hub of Sanming that runs, its console's address, and a folder that looks like the project's root."""

    hub: Hub
    address: str
    folder: Path

    def shell(self, script: str, **variables: str) -> str:
        """Run lines of the manual as they stand; gives what they printed, without colours."""
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        done = subprocess.run(
            ["sh", "-eu", "-c", script],
            cwd=self.folder,
            env=self.hub.environment(HUB_LANG="zh") | {"PATH": path, "PYTHONPATH": str(ROOT)} | variables,
            capture_output=True,
            text=True,
            timeout=SHELL_WITHIN_S,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return COLOUR.sub("", done.stdout)


@pytest.fixture(scope="module")
def desk(own_broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("manual")
    for part in ("examples", "docs/samples", SANMING):
        shutil.copytree(ROOT / part, folder / part)
    port = find_free_port()
    with Hub(folder / "hub", own_broker.bootstrap, folder / SANMING).prepare() as hub:
        hub.start("intake")
        hub.start("linkage")
        hub.start_console(port)
        hub.wait_until("the console answers", partial(answers, f"http://{HOST}:{port}/readyz"))
        yield Desk(hub, f"http://{HOST}:{port}", folder)


def quick_start() -> list[str]:
    """The blocks of the integrator's part."""
    found = blocks(MANUAL)
    return found[next(at for at, block in enumerate(found) if block.startswith("export BROKER=")) :]


@pytest.mark.broker
@pytest.mark.slow
def test_a_new_agency_gets_in_by_the_quick_start_alone(desk: Desk) -> None:
    settings, judge, by_python, by_java, by_curl, see, refusal = quick_start()
    settings = settings.replace("127.0.0.1:9092", desk.hub.broker).replace(
        "http://127.0.0.1:8080", desk.address
    )
    told = desk.shell(
        settings + 'printf "%s\\n" "$BROKER" "$HUB" "$AGENCY" "$PLACE" "$CATEGORY" "$KEY"'
    ).split()
    known = dict(zip(("BROKER", "HUB", "AGENCY", "PLACE", "CATEGORY", "KEY"), told, strict=True))
    assert (known["AGENCY"], known["PLACE"], known["CATEGORY"]) == (AGENCY, PLACE, CATEGORY)

    judged = desk.shell(judge, **known)
    published = [desk.shell(by, **known).splitlines() for by in (by_python, by_java, by_curl)]
    posted, status = (json.loads(line) for line in published[2])
    ids = [published[0][-1], published[1][-1], posted["events"][0]["id"]]

    assert judged.splitlines() == ["2 个事件, 0 个有误", "1 个事件, 0 个有误"]
    assert status["outcome"] == "accepted"
    listed = desk.shell(see, **known)
    assert json.loads(listed.splitlines()[-1])["items"]
    rows = {row["event_id"]: row["outcome"] for row in desk.hub.rows_said("events", "list")}
    assert {event: rows[event] for event in ids} == dict.fromkeys(ids, "accepted")
    hops = desk.hub.rows_said("events", "trace", AGENCY, ids[1])
    assert [hop["where"].split("@")[0].split("/")[0] for hop in hops[:3]] == [
        f"agency.{AGENCY}.events.v1[0]",
        "hub.inbox.v1[0]",
        "journal 350400000000",
    ]
    assert [hop["after_ms"] for hop in hops] == sorted(hop["after_ms"] for hop in hops)
    refused = json.loads(desk.shell(refusal, **known))
    assert [(flaw["code"], flaw["pointer"]) for flaw in refused["errors"]] == [
        ("SCHEMA_INVALID", "/data/severity")
    ]


@pytest.mark.broker
@pytest.mark.slow
def test_what_comes_wrong_over_kafka_is_heard_of_as_a_receipt(desk: Desk) -> None:
    send_unchecked(desk.hub.broker, a_report(AGENCY, 1, datetime.now(UTC), PLACE, CATEGORY, severity=9))

    with Receipts(desk.hub.broker, AGENCY) as receipts:
        refused = next(receipt for receipt in receipts if receipt.outcome == "refused")

    assert (refused.id, refused.code, refused.pointer) == ("e-1", "SCHEMA_INVALID", "/data/severity")


@pytest.mark.broker
@pytest.mark.slow
def test_every_look_of_the_manual_can_be_had_from_a_running_hub(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk.folder)
    for name, value in desk.hub.environment().items():
        monkeypatch.setenv(name, value)
    words = with_a_problem(desk) | with_tables(desk.folder)
    written = dict.fromkeys(hub_commands(MANUAL))
    commands = [
        line
        for line in written
        if not line.startswith(BY_HAND) and "first.json" not in line and "$" not in line
    ]

    failed = {command: said for command in commands if (said := run(desk.folder, command, words))}

    assert len(commands) > 30
    assert failed == {}


def with_a_problem(desk: Desk) -> dict[str, str]:
    """Let enough be reported for a problem; gives what stands for the words in capitals."""
    with Publisher(desk.hub.broker, AGENCY) as publisher:
        for number in range(100, 110):
            publisher.publish(a_report(AGENCY, number, datetime.now(UTC), PLACE, CATEGORY))
    with looking_at(desk.hub) as database:
        problems = partial(database.number, "SELECT count(*) FROM problem")
        desk.hub.wait_until("a problem", lambda: problems() > 0)
        number = database.rows("SELECT id FROM problem ORDER BY id")[0][0]
    key = json.loads(desk.hub.say("agencies", "key", "issue", AGENCY, "--json"))["id"]
    return {"NUMBER": number, "EVENT": "e-100", "AGENCY": AGENCY, "LOGIN": "duty-1", "KEYID": key}


def with_tables(folder: Path) -> dict[str, str]:
    """Write the tables that an administrator brings along."""
    for table in ("gazetteer", "taxonomy"):
        shutil.copy(folder / SANMING / f"{table}.csv", folder / f"{table}.csv")
    (folder / "agencies.csv").write_text(
        "id,name_zh,name_en,territory\nhotline,热线,Hotline,350400000000\n", encoding="utf-8"
    )
    with (folder / "history.csv").open("w", encoding="utf-8") as file:
        csv.writer(file).writerows([["no", "at", "where"], ["1", "2026-03-02T09:00:00+08:00", PLACE]])
    (folder / "mapping.toml").write_text(
        f'agency = "{AGENCY}"\ntype = "linkage.petition.received.v1"\nid = "{{no}}"\ntime = "{{at}}"\n'
        f'[data]\nmatter_id = "{{no}}"\nplace = "{{where}}"\ncategory = "{CATEGORY}"\n'
        'nature = "help"\nchannel = "hotline"\n',
        encoding="utf-8",
    )
    return {}


def run(folder: Path, command: str, words: dict[str, str]) -> str:
    """Run one command within this process; gives what it said when it did not end well."""
    arguments = [words.get(word, word) for word in shlex.split(command)[1:]]
    done = CliRunner().invoke(app, arguments)
    if arguments[:2] == ["events", "export"]:
        (folder / "events.jsonl").write_bytes(done.stdout_bytes)
    return "" if done.exit_code == 0 else f"{done.output} {done.exception!r}"


def send_unchecked(bootstrap: str, event: dict[str, Any]) -> None:
    """Publish what the kit would not send."""
    producer = KafkaProducer(bootstrap_servers=bootstrap)
    producer.send(f"agency.{AGENCY}.events.v1", json.dumps(event).encode()).get(timeout=WITHIN_S)
    producer.close()
