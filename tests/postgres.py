"""A private PostgreSQL cluster for tests, from Debian's binaries, that hands out fresh databases."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

import psycopg

from hub.tools.broker import find_free_port

HOST: Final = "127.0.0.1"
USER: Final = "hub"
# Tests may lose everything, so nothing waits for the disk; the rest is as in service.
FAST: Final = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
READY_WITHIN_S: Final = 300
"""On a machine with much else to do."""

_NUMBERS: Final = count(1)


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running cluster. `port` on 127.0.0.1; every database belongs to the superuser `hub`."""

    folder: Path
    port: int

    def url(self, database: str = "postgres") -> str:
        """Give the SQLAlchemy URL of a database of this cluster."""
        return f"postgresql+psycopg://{USER}@{HOST}:{self.port}/{database}"

    def fresh_database(self) -> str:
        """Make a new empty database and give its SQLAlchemy URL."""
        name = f"fresh_{os.getpid()}_{next(_NUMBERS)}"
        with psycopg.connect(
            host=HOST, port=self.port, user=USER, dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return self.url(name)

    def stop(self) -> None:
        """Stop the cluster, dropping open connections."""
        _run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")


def start_postgres(folder: Path, port: int) -> Postgres:
    """Make a cluster in `folder` and start it; fails with the tool's own words."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
    data = folder / "data"
    _run("initdb", "-D", str(data), "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    options = [
        *FAST,
        "-c",
        f"listen_addresses={HOST}",
        "-c",
        f"port={port}",
        "-c",
        f"unix_socket_directories={folder}",
    ]
    _run(
        "pg_ctl",
        "-D",
        str(data),
        "-w",
        "-t",
        str(READY_WITHIN_S),
        "-l",
        str(folder / "server.log"),
        "-o",
        " ".join(options),
        "start",
    )
    return Postgres(folder, port)


def _binary(name: str) -> str:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda p: int(p.parts[-3]))
    path = str(found[-1]) if found else shutil.which(name)
    assert path, f"{name} is missing: run `make test`, or install Debian's package postgresql"
    return path


def _run(name: str, *arguments: str) -> None:
    command: Sequence[str] = [_binary(name), *arguments]
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root.
        command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--", *command]
    # Output goes to a file: the server inherits it and would keep a pipe open for ever.
    log = Path(arguments[arguments.index("-D") + 1]).parent / "tool.log"
    with log.open("ab") as out:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd="/", check=False)
    assert done.returncode == 0, f"{name} failed:\n{log.read_text(encoding='utf-8')}"


@contextmanager
def private_postgres() -> Iterator[Postgres]:
    """Run a cluster of its own in a folder of its own, and leave nothing."""
    # Not under pytest's own folder: that one is closed to the unprivileged account the server runs as.
    folder = Path(tempfile.mkdtemp(prefix="hub-postgres-"))
    server = start_postgres(folder, find_free_port())
    yield server
    server.stop()
    shutil.rmtree(folder)
