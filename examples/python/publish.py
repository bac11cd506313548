"""Publishes one event with the publisher kit. Usage: publish.py BROKER AGENCY PLACE CATEGORY."""

import sys
from datetime import UTC, datetime
from uuid import uuid4

from hub.sdk import Publisher

broker, agency, place, category = sys.argv[1:]
data = {"matter_id": f"M-{uuid4()}", "place": place, "category": category}
event = {
    "specversion": "1.0",
    "id": str(uuid4()),
    "source": f"urn:linkage:agency:{agency}",
    "type": "linkage.petition.received.v1",
    "time": datetime.now(UTC).isoformat(),
    "data": {**data, "nature": "help", "channel": "hotline", "summary": "路灯不亮"},
}
with Publisher(broker, agency) as publisher:
    publisher.publish(event)
print(event["id"])
