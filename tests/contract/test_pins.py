"""The one file that overrides Faust's internals relies on these names and signatures of one exact version."""

from __future__ import annotations

import inspect
from importlib.metadata import version
from pathlib import Path

import faust
import pytest
from aiokafka.consumer import fetcher
from faust.tables import TableManager
from faust.transport import consumer
from faust.transport.drivers import aiokafka as driver

from hub.agents._transport import BatchConsumer, HubApp, NoTables

ROOT = Path(__file__).resolve().parents[2]


def test_the_installed_faust_is_the_one_that_was_read() -> None:
    assert version("faust-streaming") == "0.15.3"


def test_the_project_asks_for_that_version_alone() -> None:
    assert '"faust-streaming==0.15.3"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert "faust-streaming==0.15.3" in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("getmany", ["self", "timeout"]),
        ("_wait_next_records", ["self", "timeout"]),
        ("_add_gap", ["self", "tp", "offset_from", "offset_to"]),
        ("_new_offset", ["self", "tp"]),
        ("perform_seek", ["self"]),
        ("seek_to_committed", ["self"]),
    ],
)
def test_what_we_override_is_there_with_our_signature(name: str, parameters: list[str]) -> None:
    theirs, ours = getattr(driver.Consumer, name), getattr(BatchConsumer, name)

    assert list(inspect.signature(theirs).parameters) == parameters
    assert list(inspect.signature(ours).parameters) == parameters
    assert inspect.iscoroutinefunction(theirs) == inspect.iscoroutinefunction(ours)
    assert inspect.isasyncgenfunction(theirs) == inspect.isasyncgenfunction(ours)
    assert name in BatchConsumer.__dict__


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("_get_active_partitions", ["self"]),
        ("earliest_offsets", ["self", "partitions"]),
        ("highwaters", ["self", "partitions"]),
        ("highwater", ["self", "tp"]),
        ("seek_wait", ["self", "partitions"]),
        ("assignment", ["self"]),
    ],
)
def test_what_we_call_is_there(name: str, parameters: list[str]) -> None:
    assert list(inspect.signature(getattr(driver.Consumer, name)).parameters) == parameters


@pytest.mark.parametrize("name", ["_acked", "_acked_index", "_buffered_partitions"])
def test_the_consumer_keeps_its_books_under_these_names(name: str) -> None:
    assert f"self.{name} " in inspect.getsource(consumer.Consumer.__init__) or (
        f"self.{name} =" in inspect.getsource(consumer.Consumer.__init__)
    )


def test_every_seek_to_where_to_go_on_goes_through_our_hook() -> None:
    assert "self.seek_to_committed()" in inspect.getsource(consumer.Consumer.perform_seek)


def test_the_app_makes_its_transport_where_we_replace_it() -> None:
    assert list(inspect.signature(faust.App._new_transport).parameters) == ["self"]
    assert "_new_transport" in HubApp.__dict__


def test_the_client_asks_anew_for_every_fetch_how_long_it_may_wait() -> None:
    source = inspect.getsource(fetcher.Fetcher)

    assert source.count("self._fetch_max_wait_ms") == 2
    assert "FetchRequest(\n                self._fetch_max_wait_ms," in source
    assert source.count("self._get_actions_per_node(assignment)") == 1
    assert "_new_consumer_thread" in driver.Consumer.__dict__
    assert hasattr(driver.AIOKafkaConsumerThread, "_ensure_consumer")


def test_the_keeper_of_tables_does_nothing_at_its_start_but_what_ours_does_too() -> None:
    lines = [line.strip() for line in inspect.getsource(TableManager.on_start).splitlines()[2:]]

    assert lines == [
        "await self.sleep(1.0)",
        "if not self.should_stop:",
        "await self._update_channels()",
        "await self.recovery.start()",
    ]
    assert isinstance(HubApp("pins", stuck_after_s=60).tables, NoTables)
