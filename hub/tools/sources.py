"""The agencies' own topics, for who has to look at an event as it was sent, or send it anew."""

from __future__ import annotations

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError
from orjson import loads

from hub.schemas.codec import decode, encode
from hub.schemas.flaws import Flaw
from hub.schemas.inbound import Inbound
from hub.schemas.inbox import POSITIONS_PER_OFFSET
from hub.sdk import NotDelivered, Publisher
from hub.settings import Settings
from hub.tools.inbox import LogAway
from hub.tools.records import records
from hub.tools.topics import BROKER_WITHIN_MS
from hub.topology import events_topic


class Sources:
    """Connects when asked: this happens seldom, and a page must also be read while the broker is away."""

    def __init__(self, settings: Settings) -> None:
        self._reach = settings.reach

    def read(self, agency: str, partition: int, position: int) -> Inbound | None:
        """Give an event as its agency sent it; None when the topic no longer keeps it. Raises `LogAway`."""
        offset, index = divmod(position, POSITIONS_PER_OFFSET)
        topic = TopicPartition(events_topic(agency), partition)
        try:
            consumer = KafkaConsumer(**self._reach.options(), bootstrap_timeout_ms=BROKER_WITHIN_MS)
            try:
                kept = consumer.beginning_offsets([topic])[topic] <= offset
                found = list(records(consumer, topic, offset, 1)) if kept else []
            finally:
                consumer.close()
        except KafkaError as error:
            raise LogAway(str(error)) from error
        if not found:
            return None
        event = decode(found[0].value, found[0].headers)[index]
        return None if isinstance(event, Flaw) else event

    def publish(self, agency: str, event: Inbound) -> None:
        """Send an event into its agency's topic, where intake takes it like any other. Raises `LogAway`."""
        try:
            with Publisher(self._reach, agency) as publisher:
                publisher.publish(loads(encode(event)))
        except (KafkaError, NotDelivered) as error:
            raise LogAway(str(error)) from error
