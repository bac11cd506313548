#!/bin/sh
# Publishes one event over HTTP and reads what became of it. Usage: publish.sh HUB KEY AGENCY PLACE CATEGORY
# HUB is the console's address, such as http://127.0.0.1:8080; KEY comes from `hub agencies key issue AGENCY`.
set -eu
hub=$1 key=$2 agency=$3 place=$4 category=$5
id=$(cat /proc/sys/kernel/random/uuid)

curl --silent --show-error --fail-with-body -X POST "$hub/v1/events" \
    -H "Authorization: Bearer $key" \
    -H "Content-Type: application/cloudevents+json" \
    -H "Idempotency-Key: $id" \
    --data @- <<EVENT
{"specversion": "1.0", "id": "$id", "source": "urn:linkage:agency:$agency",
 "type": "linkage.petition.received.v1", "time": "$(date +%Y-%m-%dT%H:%M:%S%:z)",
 "data": {"matter_id": "M-$id", "place": "$place", "category": "$category",
          "nature": "help", "channel": "online", "summary": "路灯不亮"}}
EVENT
echo

# The log takes an event within a fraction of a second; until then the answer is 404 with NOT_IN_LOG.
curl --silent --fail --retry 10 --retry-delay 1 --retry-all-errors \
    "$hub/v1/events/$agency/$id" -H "Authorization: Bearer $key"
echo
