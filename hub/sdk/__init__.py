"""The publisher kit: what an agency's system imports to send its events to the hub and to hear what became of them.

Needs kafka-python and the hub's schemas, nothing else. See `Publisher` and `Receipts`.
"""

from hub.reach import Reach
from hub.sdk.publisher import NotDelivered, NotValid, Publisher
from hub.sdk.receipts import Receipt, Receipts

__all__ = ["NotDelivered", "NotValid", "Publisher", "Reach", "Receipt", "Receipts"]
