"""Opening the database and bringing its schema up to date, the same for SQLite and PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError

MIGRATIONS: Final = Path(__file__).parent / "migrations"
LOCK_WAIT_MS: Final = 15_000

SQLITE_PRAGMAS: Final = (
    "page_size=16384",  # a batch is a megabyte of rows: a tenth less CPU than 4 KiB pages
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "cache_size=-32768",
    f"busy_timeout={LOCK_WAIT_MS}",
)
"""Power loss may roll back the newest batches; offset and state move together, so they are taken again."""

POSTGRES_OPTIONS: Final = (
    "-c idle_in_transaction_session_timeout=5000 -c lock_timeout=8000 -c statement_timeout=60000"
)
"""A frozen worker must not hold its shard's row past the session timeout (linkage.md, T1)."""


class BadDatabase(Exception):
    """The database URL cannot be used; the text says why and what to write."""


def open_database(url: str) -> Engine:
    """Open the database named by a SQLAlchemy URL; raises `BadDatabase` for one the hub has no dialect for."""
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
        if backend == "sqlite":
            return _open_sqlite(url, parsed.database)
        if backend == "postgresql":
            return create_engine(
                parsed.set(drivername="postgresql+psycopg"),
                connect_args={
                    "options": POSTGRES_OPTIONS,
                    "keepalives_idle": 3,
                    "keepalives_interval": 2,
                    "keepalives_count": 2,
                    "tcp_user_timeout": 8000,
                },
                pool_pre_ping=True,
            )
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise BadDatabase(f"数据库地址无法使用 / cannot use this database: {url}: {error}") from None
    raise BadDatabase(
        f"HUB_DATABASE={url}: 只支持 sqlite:///文件 或 postgresql://… / only sqlite:///FILE or postgresql://… work"
    )


def require_tables(engine: Engine) -> None:
    """Make sure the database answers and has the newest tables; raises `BadDatabase`, which says what to do.

    Alembic is not asked: a worker that starts again after a crash has no time to import it and all migrations.
    """
    try:
        with engine.connect() as connection:
            kept = inspect(connection).has_table("alembic_version")
            query = text("SELECT version_num FROM alembic_version")
            found = connection.execute(query).scalar() if kept else None
    except OperationalError as error:
        raise _away(error) from None
    if found != newest_revision():
        raise BadDatabase(
            "数据库的表没有或不是最新，请先运行 hub db upgrade /"
            " the database's tables are missing or old: run `hub db upgrade` first"
        )


def upgrade(engine: Engine) -> None:
    """Bring the schema to the newest version; does nothing when it is there already.

    Raises `BadDatabase` when the database does not answer.
    """
    from alembic import command  # noqa: PLC0415 - workers never migrate
    from alembic.config import Config  # noqa: PLC0415 - workers never migrate

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    try:
        engine.connect().close()
    except OperationalError as error:
        raise _away(error) from None
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def take_statistics(engine: Engine) -> None:
    """Let SQLite look at how its rows are spread, some 400 of each index: a matter of milliseconds.

    Without it SQLite takes every index for equally good, and at 100,000 problems reads all of a city's decisions of a
    kind to find those of one problem. PostgreSQL looks by itself.
    """
    if engine.dialect.name == "sqlite":
        with engine.begin() as connection:
            connection.exec_driver_sql("PRAGMA analysis_limit=400")
            connection.exec_driver_sql("ANALYZE")
    engine.dispose()


def newest_revision() -> str:
    """Give the revision of the newest migration, which the name of its file starts with."""
    return max(file.name[1:5] for file in MIGRATIONS.glob("versions/v*.py"))


def _away(error: OperationalError) -> BadDatabase:
    said = str(error.orig).splitlines()[0]
    return BadDatabase(
        f"连不上数据库，请检查 HUB_DATABASE / cannot reach the database, check HUB_DATABASE: {said}"
    )


def _open_sqlite(url: str, file: str | None) -> Engine:
    if file and file != ":memory:":
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": LOCK_WAIT_MS / 1000})

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:  # noqa: ANN401 - the driver's own type
        # The driver's implicit transactions are off: the shard says BEGIN itself, and DDL is transactional.
        connection.isolation_level = None
        for pragma in SQLITE_PRAGMAS:
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:  # noqa: ANN401 - the driver's own type
        connection.exec_driver_sql("BEGIN")

    return engine
