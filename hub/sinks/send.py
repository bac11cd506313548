"""Sending one notice over one channel: by apprise to people, as signed JSON to systems (Standard Webhooks)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any, Final

import apprise
import orjson

from hub.policies.models import Policy
from hub.sinks.contacts import Channel
from hub.sinks.words import title, words

TIMEOUT_S: Final = 10.0
ACCEPTED: Final = range(200, 300)


class NotSent(Exception):
    """The other side did not take it; the text says why, and holds no secret."""


def send(channel: Channel, delivery: str, line: Mapping[str, Any], policy: Policy, now_s: int) -> None:
    """Send one notice; raises `NotSent`. `delivery` is its id, the same at every try."""
    if channel.is_webhook:
        _post(channel, delivery, line, now_s)
        return
    sender = apprise.Apprise()
    if not sender.add(channel.url):
        raise NotSent("no such channel")
    if not sender.notify(title=title(line, channel.lang), body=words(line, policy, channel.lang)):
        raise NotSent("the channel did not take it")


def signature(secret: str, delivery: str, now_s: int, body: bytes) -> str:
    """Give the value of `webhook-signature`: HMAC-SHA256 over id, time and body, base64, version 1."""
    signed = b".".join((delivery.encode(), str(now_s).encode(), body))
    return "v1," + base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()


def _post(channel: Channel, delivery: str, line: Mapping[str, Any], now_s: int) -> None:
    body = orjson.dumps(line)
    request = urllib.request.Request(  # noqa: S310 - the centre writes the address itself
        channel.url,
        data=body,
        method="POST",
        headers={
            "content-type": "application/json",
            "webhook-id": delivery,
            "webhook-timestamp": str(now_s),
            "webhook-signature": signature(channel.secret, delivery, now_s, body),
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310 - as above
            if answer.status not in ACCEPTED:
                raise NotSent(f"HTTP {answer.status}")
    except urllib.error.HTTPError as error:
        raise NotSent(f"HTTP {error.code}") from None
    except OSError as error:
        raise NotSent(type(error).__name__) from None
