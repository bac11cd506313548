"""The doctor looks whether every part is there, the log moves and no escalation was missed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import KafkaError
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from hub.policies.load import load_policies
from hub.settings import Settings
from hub.sinks.contacts import read_contacts
from hub.store import queries
from hub.store.audit import missed
from hub.store.database import open_database
from hub.tools.finding import Finding
from hub.tools.reach import holes
from hub.tools.topics import BROKER_WITHIN_MS, wanted_topics
from hub.topology import INBOX


def examine(settings: Settings) -> list[Finding]:
    """Look at everything that can be looked at; a part that does not answer is a finding, not an error."""
    policies = load_policies(settings.config)
    findings = [
        Finding(
            "config",
            ok=True,
            zh=f"辖区 {len(policies)} 个",
            en=f"{len(policies)} jurisdictions",
        )
    ]
    contacts = None if settings.contacts is None else read_contacts(settings.contacts)
    for policy in policies.values():
        findings += holes(policy, contacts, datetime.now(UTC).astimezone(policy.zone).date())
    findings += _kafka(settings)
    try:
        with open_database(settings.database).connect() as sql:
            findings += _database(sql)
            names = missed(sql, policies)
            findings.append(
                Finding(
                    "escalations",
                    ok=not names,
                    zh=f"漏升级 {len(names)} 件 {' '.join(names[:5])}",
                    en=f"{len(names)} escalations missed {' '.join(names[:5])}",
                )
            )
            findings += _lag(settings, sql)
    except SQLAlchemyError as error:
        text = str(error).splitlines()[0]
        findings.append(Finding("database", ok=False, zh=f"数据库不可用:{text}", en=f"no database: {text}"))
    return findings


def _kafka(settings: Settings) -> Iterator[Finding]:
    try:
        admin = KafkaAdminClient(**settings.reach.options(), bootstrap_timeout_ms=BROKER_WITHIN_MS)
    except KafkaError as error:
        yield Finding(
            "broker",
            ok=False,
            zh=f"连不上 {settings.broker}:{error}",
            en=f"cannot reach {settings.broker}: {error}",
        )
        return
    try:
        there = set(admin.list_topics())
    finally:
        admin.close()
    absent = [t.name for t in wanted_topics(settings, load_policies(settings.config)) if t.name not in there]
    yield Finding("broker", ok=True, zh=f"{settings.broker} 正常", en=f"{settings.broker} answers")
    yield Finding(
        "topics",
        ok=not absent,
        zh=f"缺少主题 {len(absent)} 个 {' '.join(absent[:3])}",
        en=f"{len(absent)} topics missing {' '.join(absent[:3])}",
    )


def _database(sql: Connection) -> Iterator[Finding]:
    for row in queries.jurisdictions(sql):
        yield Finding(
            f"log {row['code']}",
            ok=True,
            zh=f"事件 {row['entries']},决定 {row['said']},顽疾 {row['opened']}",
            en=f"{row['entries']} events, {row['said']} decisions, {row['opened']} problems",
        )
    for code, depth in queries.outbox_depths(sql).items():
        yield Finding(f"outbox {code}", ok=True, zh=f"待发 {depth}", en=f"{depth} waiting")


def _lag(settings: Settings, sql: Connection) -> Iterator[Finding]:
    try:
        consumer = KafkaConsumer(**settings.reach.options(), bootstrap_timeout_ms=BROKER_WITHIN_MS)
    except KafkaError:
        return
    try:
        # Of a topic that is not there the client would wait for offsets; that it is missing is said already.
        if INBOX not in consumer.topics():
            return
        known = {row["shard"]: row["next_offset"] for row in queries.shards(sql)}
        partitions = [TopicPartition(INBOX, number) for number in known]
        first, ends = consumer.beginning_offsets(partitions), consumer.end_offsets(partitions)
    finally:
        consumer.close()
    for tp in partitions:
        position = known[tp.partition]
        inside = first[tp] <= position <= ends[tp]
        yield Finding(
            f"inbox {tp.partition}",
            ok=inside,
            zh=f"位置 {position},日志 {first[tp]}…{ends[tp]},积压 {ends[tp] - position}",
            en=f"at {position}, log {first[tp]}…{ends[tp]}, lag {ends[tp] - position}",
        )
