"""The loop that delivers: looks for new notices, sends what is due, waits."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Final, NoReturn

from sqlalchemy import Engine

from hub.logs import get_log
from hub.metrics import NOTICES_DELIVERED
from hub.policies.models import Policy
from hub.sinks.contacts import Channel, Contacts, channels_of
from hub.sinks.send import NotSent, send
from hub.store.deliveries import Due, collect, note_failed, note_sent, put_off, take_due

LOOK_EVERY_S: Final = 1.0
QUIET_STEP: Final = timedelta(minutes=15)


def key_of(channel: Channel) -> str:
    """Give the name a channel has in the log of deliveries, which holds no address and no secret."""
    return sha256(channel.url.encode()).hexdigest()[:12]


def keys_of(policy: Policy, contacts: Contacts, agency: str) -> list[str]:
    """Give the names of the channels that an agency is told by."""
    return [key_of(channel) for channel in channels_of(policy, contacts, agency)]


def deliver(engine: Engine, policies: Mapping[str, Policy], contacts: Contacts) -> NoReturn:
    """Deliver until told to stop."""
    while True:
        if not deliver_once(engine, policies, contacts, time.time_ns() // 1_000_000):
            time.sleep(LOOK_EVERY_S)


def deliver_once(engine: Engine, policies: Mapping[str, Policy], contacts: Contacts, now_ms: int) -> bool:
    """Look through new decisions and send one delivery that is due; False when there was nothing to do."""
    looked = 0
    for code, policy in policies.items():
        looked += collect(engine, code, partial(keys_of, policy, contacts), now_ms)
    due = take_due(engine, now_ms)
    if due is None:
        return looked > 0
    policy = policies[due.jurisdiction]
    channels = channels_of(policy, contacts, due.agency)
    channel = next((one for one in channels if key_of(one) == due.channel), None)
    if channel is None:
        _failed(engine, due, now_ms, "the channel is no longer in the contacts")
        return True
    now = datetime.fromtimestamp(now_ms / 1000, tz=policy.zone)
    if not channel.is_webhook and channel.sleeps(now):
        put_off(engine, due, now_ms + _until_awake_ms(channel, now))
        return True
    try:
        send(channel, due.id, due.line, policy, now_ms // 1000)
    except NotSent as error:
        _failed(engine, due, now_ms, str(error))
    else:
        note_sent(engine, due, now_ms)
        NOTICES_DELIVERED.labels("sent").inc()
    return True


def _failed(engine: Engine, due: Due, now_ms: int, error: str) -> None:
    note_failed(engine, due, now_ms, error)
    NOTICES_DELIVERED.labels("failed").inc()
    get_log().warning("notice not delivered", delivery=due.id, attempts=due.attempts + 1, error=error)


def _until_awake_ms(channel: Channel, now: datetime) -> int:
    """Give how long the quiet hours still last, in steps: a day at most."""
    waited = QUIET_STEP
    while channel.sleeps(now + waited):
        waited += QUIET_STEP
        assert waited <= timedelta(days=1), "quiet hours end within a day"
    return round(waited.total_seconds() * 1000)
