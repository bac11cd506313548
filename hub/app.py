"""The composition root: puts settings, policies, database, Faust and metrics together for each kind of worker."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from functools import partial
from typing import Final, NoReturn, TypeVar

import faust
from faust.auth import Credentials, SASLCredentials, SSLCredentials
from kafka import KafkaAdminClient
from prometheus_client import start_http_server
from sqlalchemy import Engine

from hub.agents._probes import serve_probes
from hub.agents._progress import guard, turn
from hub.agents._transport import HubApp
from hub.agents.clock import add_clock
from hub.agents.intake import add_intake
from hub.agents.linkage import LinkageApp, add_linkage, hold
from hub.agents.relay import add_relay
from hub.logs import get_log, set_up_logs
from hub.metrics import leave_out_watched
from hub.policies.load import load_policies
from hub.policies.models import Policy
from hub.reach import MECHANISM, Reach
from hub.settings import BadSetting, Settings
from hub.store.database import open_database, require_tables
from hub.store.dialect import writer
from hub.store.versions import PolicyAway, Versions, in_force
from hub.tools.kept import load_kept
from hub.tools.topics import BROKER_WITHIN_MS
from hub.topology import INBOX, INTAKE_GROUP, LINKAGE_GROUP
from hub.traces import TRACES, Sink

AppT = TypeVar("AppT", bound=HubApp)

PRODUCER_TIMEOUT_S: Final = 30.0


def run_intake(settings: Settings) -> NoReturn:
    """Run an intake worker until it is told to stop."""
    policies = load_policies(settings.config)
    inbox_id(settings.reach)
    app = _app(HubApp, settings, INTAKE_GROUP)
    add_intake(app, policies, settings.reach, settings.inbox_partitions)
    _run(app, settings, "intake", settings.intake_metrics_port)


def run_linkage(settings: Settings) -> NoReturn:
    """Run a linkage worker, with clock and relay, until it is told to stop or loses its shards."""
    policies = load_policies(settings.config)
    topic_id = inbox_id(settings.reach)
    engine = open_database(settings.database)
    require_tables(engine)
    app = _app(LinkageApp, settings, LINKAGE_GROUP)
    kept = load_kept(settings.policies)
    require_adopted(engine, policies, kept)
    app.holdings = hold(engine, policies, settings.inbox_partitions, topic_id, kept)
    add_linkage(app)
    add_clock(app, app.holdings, settings.reach)
    add_relay(app, app.holdings, settings.reach)
    _run(app, settings, "linkage", settings.linkage_metrics_port)


def require_adopted(engine: Engine, policies: Mapping[str, Policy], kept: Versions) -> None:
    """Raise `BadSetting` when a version that a jurisdiction adopted is not at hand."""
    sql = writer(engine)
    try:
        for code, policy in policies.items():
            in_force(sql, policy, kept.get(code, {}))
    except PolicyAway as error:
        raise BadSetting(f"HUB_POLICIES: {error}") from None
    finally:
        sql.close()


def run_notices(settings: Settings) -> NoReturn:
    """Deliver notices by mail, group chat and webhook until told to stop."""
    # Not at the top: apprise and all its channels would take their time in each worker that starts again.
    from hub.sinks.contacts import read_contacts  # noqa: PLC0415 - see above
    from hub.sinks.deliver import deliver  # noqa: PLC0415 - see above

    if settings.contacts is None:
        raise BadSetting("HUB_CONTACTS 未设置:没有可送达的渠道 / not set: there is no channel to deliver by")
    set_up_logs(settings.log_level, stage="notices", member=settings.member)
    contacts = read_contacts(settings.contacts)
    policies = load_policies(settings.config)
    engine = open_database(settings.database)
    require_tables(engine)
    leave_out_watched()
    start_http_server(settings.notices_metrics_port, addr=settings.console_host)
    deliver(engine, policies, contacts)


def inbox_id(reach: Reach) -> str:
    """Give the inbox topic's own id, which a topic made anew does not share.

    Raises `KafkaError` when the broker is away, and `BadSetting` when it has no inbox: Faust would wait in silence.
    """
    admin = KafkaAdminClient(**reach.options(), bootstrap_timeout_ms=BROKER_WITHIN_MS)
    try:
        described = admin.describe_topics([INBOX])
    finally:
        admin.close()
    if described[0]["error_code"]:
        raise BadSetting(
            f"HUB_BROKER={reach.servers} 上没有主题 {INBOX}，请先运行 hub topics apply /"
            f" there is no topic {INBOX} at {reach.servers}: run `hub topics apply` first"
        )
    return str(described[0]["topic_id"])


def _app(kind: type[AppT], settings: Settings, group: str) -> AppT:
    return kind(
        group,
        broker=[f"kafka://{server}" for server in settings.reach.addresses()],
        broker_credentials=_credentials(settings.reach),
        datadir=str(settings.var / "faust" / (settings.member or group)),
        store="memory://",
        web_enabled=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        broker_session_timeout=settings.session_timeout_s,
        broker_heartbeat_interval=settings.session_timeout_s / 3,
        broker_commit_interval=1.0,
        producer_request_timeout=PRODUCER_TIMEOUT_S,
        stream_buffer_maxsize=64,
        consumer_group_instance_id=f"{group}-{settings.member}" if settings.member else None,
        cython_optimizations=True,
        stuck_after_s=settings.stuck_after_s,
    )


def _credentials(reach: Reach) -> Credentials | None:
    trust = reach.trust()
    if reach.user:
        return SASLCredentials(
            username=reach.user, password=reach.password, ssl_context=trust, mechanism=MECHANISM
        )
    return None if trust is None else SSLCredentials(trust)


def _otlp(endpoint: str, stage: str, member: str) -> Sink:
    """Open the export of spans; raises `BadSetting` where its extra is not installed."""
    try:
        from hub.otlp import open_otlp  # noqa: PLC0415 - an extra, which few installations have
    except ModuleNotFoundError as error:
        raise BadSetting(
            f"HUB_OTLP_ENDPOINT: 缺少 {error.name}，请先运行 pip install -e '.[otel]' /"
            f" {error.name} is missing: run pip install -e '.[otel]' first"
        ) from None
    return open_otlp(endpoint, stage, member)


def _run(app: HubApp, settings: Settings, stage: str, metrics_port: int) -> NoReturn:
    set_up_logs(settings.log_level, stage=stage, member=settings.member)
    leave_out_watched()
    try:
        serve_probes(settings.console_host, metrics_port, app.progress)
    except OSError as error:
        raise BadSetting(
            f"HUB_{stage.upper()}_METRICS_PORT={metrics_port}: 端口无法使用，请释放或另选 /"
            f" cannot listen on this port, free it or choose another: {error.strerror}"
        ) from None
    if settings.otlp_endpoint:
        TRACES.sink = _otlp(settings.otlp_endpoint, stage, settings.member)
    app.task(partial(turn, app.progress))
    app.finalize()
    app.conf.datadir.mkdir(parents=True, exist_ok=True)
    get_log().info("worker started", pid=os.getpid(), metrics_port=metrics_port)
    guard(app.progress)
    faust.Worker(app, loglevel="WARNING", override_logging=False).execute_from_commandline()
    sys.exit(0)
