"""What tests share: hypothesis profiles, a real broker, a real PostgreSQL. A missing part fails the test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, settings

from hub.tools.broker import Broker, find_free_port, start_broker
from tests.postgres import Postgres, private_postgres

# Continuous integration asks the same questions every time; `deep` is for hunting by hand.
settings.register_profile("ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "deep", deadline=None, max_examples=5000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take long: one of them last, and one of two cores would idle meanwhile."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture
def free_port() -> int:
    """Port on 127.0.0.1 that nobody listens on."""
    return find_free_port()


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """Real Kafka node for the whole session; tests keep apart by their own topic and group names."""
    node = start_broker(tmp_path_factory.mktemp("broker"), find_free_port())
    yield node
    node.stop()


@pytest.fixture(scope="module")
def own_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """Kafka node of a test file's own, for a whole hub: the log of the shared one holds other cities."""
    node = start_broker(tmp_path_factory.mktemp("own-broker"), find_free_port())
    yield node
    node.stop()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """Private PostgreSQL cluster for the whole session."""
    with private_postgres() as server:
        yield server


@pytest.fixture
def fresh_database(postgres_server: Postgres) -> Callable[[], str]:
    """Function that makes a new empty PostgreSQL database and gives its `postgresql+psycopg://` URL."""
    return postgres_server.fresh_database


@pytest.fixture
def postgres(postgres_server: Postgres) -> str:
    """SQLAlchemy URL of a PostgreSQL database made for this test alone."""
    return postgres_server.fresh_database()
