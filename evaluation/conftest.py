"""The data, a real broker and a real PostgreSQL for the whole run, and Boston made from the data once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from evaluation.boston import City, Rows, read_rows, write_csv, write_mapping
from hub.tools.broker import Broker, find_free_port, start_broker
from hub.tools.mapping import csv_rows, load_mapping, mapped_lines
from tests.postgres import Postgres, private_postgres


@dataclass(frozen=True, slots=True)
class Boston:
    """What the data gave: all rows, the folder of `hub init`, the table, its mapping, the mapped lines."""

    rows: Rows
    config: Path
    table: Path
    mapping: Path
    lines: Path


@pytest.fixture(scope="session")
def data() -> Path:
    """Folder of the events, named by `HUB_EVAL_DATA`."""
    folder = Path(os.environ["HUB_EVAL_DATA"])
    assert folder.is_dir(), f"HUB_EVAL_DATA={folder} is no folder"
    return folder


@pytest.fixture(scope="session")
def boston(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Boston:
    """Boston, by `hub init` from the data itself."""
    folder = tmp_path_factory.mktemp("boston")
    rows = read_rows(data)
    city = City(rows)
    made = Boston(
        rows, folder / "city", folder / "events.csv", folder / "mapping.toml", folder / "events.jsonl"
    )
    init_city(city, folder / "tables", made.config)
    write_csv(made.table, city.prepared())
    write_mapping(made.mapping)
    with made.lines.open("wb") as file:
        for line in mapped_lines(csv_rows(made.table), load_mapping(made.mapping)):
            file.write(line + b"\n")
    return made


def init_city(city: City, tables: Path, folder: Path, letters: str = "BOS") -> None:
    """Run `hub init` on the city's tables."""
    city.write_tables(tables)
    given = {name: tables / f"{name}.csv" for name in ("gazetteer", "taxonomy", "agencies")}
    files = [word for name, file in given.items() for word in (f"--{name}", str(file))]
    options = ["--zone", "America/New_York", "--country", "US", "--letters", letters]
    subprocess.run([sys.executable, "-m", "hub", "init", str(folder), *files, *options], check=True)


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """Kafka node of the backfill runs; one log, folded several times."""
    broker = start_broker(tmp_path_factory.mktemp("broker"), find_free_port())
    yield broker
    broker.stop()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """Private PostgreSQL cluster."""
    with private_postgres() as server:
        yield server
