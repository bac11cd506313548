"""A private PostgreSQL with its usual durability: what is measured here waits for the disk."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from hub.tools.broker import HOST, find_free_port

USER: Final = "hub"


class PostgresMissing(Exception):
    """PostgreSQL cannot be started; the text says why and what to do."""


@contextmanager
def running_postgres() -> Iterator[str]:
    """Run a cluster on a free port and give the SQLAlchemy URL of its database; raises `PostgresMissing`."""
    # Under a folder of its own, which the unprivileged account the server runs as can enter.
    with tempfile.TemporaryDirectory(prefix="hub-bench-postgres-") as made:
        folder, port = Path(made), find_free_port()
        if os.geteuid() == 0:
            os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
        data = folder / "data"
        _run(folder, "initdb", "-D", str(data), "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C")
        options = f"-c listen_addresses={HOST} -c port={port} -c unix_socket_directories={folder}"
        _run(
            folder, "pg_ctl", "-D", str(data), "-w", "-l", str(folder / "server.log"), "-o", options, "start"
        )
        try:
            yield f"postgresql+psycopg://{USER}@{HOST}:{port}/postgres"
        finally:
            _run(folder, "pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")


def _run(folder: Path, name: str, *arguments: str) -> None:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda p: int(p.parts[-3]))
    path = str(found[-1]) if found else shutil.which(name)
    if path is None:
        raise PostgresMissing(
            f"找不到 {name},请先安装 PostgreSQL / {name} is missing: install PostgreSQL first"
        )
    command = [path, *arguments]
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root.
        command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--", *command]
    # Output goes to a file: the server inherits it and would keep a pipe open for ever.
    log = folder / "tool.log"
    with log.open("ab") as out:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd="/", check=False)
    if done.returncode != 0:
        raise PostgresMissing(f"{name}: {log.read_text(encoding='utf-8').strip()[-500:]}")
