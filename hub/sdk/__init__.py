"""The publisher kit: what an agency's system imports to send its events to the hub.

Needs kafka-python and the hub's schemas, nothing else. See `Publisher`.
"""

from hub.sdk.publisher import NotDelivered, NotValid, Publisher

__all__ = ["NotDelivered", "NotValid", "Publisher"]
