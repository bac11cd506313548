"""The schema that migrations build is the one the tables describe, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import BigInteger, Column, Engine, MetaData, Table, Text, inspect, text

from hub.store.database import (
    MIGRATIONS,
    BadDatabase,
    newest_revision,
    open_database,
    require_tables,
    upgrade,
)
from hub.store.tables import METADATA

WORDS_OF_A_PERSON = ("person", "citizen", "petitioner", "phone", "mobile", "identity", "idcard", "name")


def differences(engine: Engine, metadata: MetaData = METADATA) -> list[object]:
    with engine.connect() as sql:
        context = MigrationContext.configure(sql, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, metadata))


def test_the_newest_file_is_the_head_of_the_chain() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))

    assert ScriptDirectory.from_config(config).get_heads() == [newest_revision()]


def test_an_older_schema_is_told_before_anything_is_read(engine: Engine) -> None:
    require_tables(engine)
    with engine.begin() as sql:
        sql.execute(text("UPDATE alembic_version SET version_num = '0001'"))

    with pytest.raises(BadDatabase, match="hub db upgrade"):
        require_tables(engine)


def test_migrations_build_what_the_tables_say(engine: Engine) -> None:
    assert differences(engine) == []


def test_a_difference_would_be_seen(engine: Engine) -> None:
    other = MetaData()
    for table in METADATA.sorted_tables:
        table.to_metadata(other)
    Table("another", other, Column("number", BigInteger, primary_key=True))
    other.tables["journal"].append_column(Column("more", Text))

    assert len(differences(engine, other)) == 2


def test_the_keys_are_the_ones_the_tables_say(engine: Engine) -> None:
    found = inspect(engine)

    for table in METADATA.sorted_tables:
        assert found.get_pk_constraint(table.name)["constrained_columns"] == [
            column.name for column in table.primary_key
        ]


def test_migrating_twice_changes_nothing(engine: Engine) -> None:
    upgrade(engine)

    assert differences(engine) == []


def test_no_column_is_made_for_a_person() -> None:
    columns = [column.name for table in METADATA.sorted_tables for column in table.columns]

    assert [name for name in columns if any(word in name for word in WORDS_OF_A_PERSON)] == []


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://localhost/hub", "only sqlite:///FILE or postgresql://"),
        ("not a url", "cannot use this database"),
    ],
)
def test_a_database_the_hub_cannot_use_is_named(url: str, said: str) -> None:
    with pytest.raises(BadDatabase, match=said):
        open_database(url)


def test_the_folder_of_a_new_database_is_made(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/new/folder/hub.db")

    upgrade(engine)

    assert (tmp_path / "new/folder/hub.db").exists()
    engine.dispose()
