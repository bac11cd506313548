"""Records no agency should send, each with the one outcome, code and pointer it must end in."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import NamedTuple

from tests.e2e.cities import RESTRICTED_KIND, City, Event, a_report, an_update
from tests.schemas.builders import REPLY

Headers = list[tuple[str, bytes]]

# Numbers of nobody: the standard's own printed example, and digits made up to pass the same checks.
IDENTITY = "11010519491231002X"
PHONE = "13812345678"
CARD = "4111111111111111"
PLATE = "闽G12345"
MAIL = "nobody@example.cn"
ACCUSED = "局长贪污公款"
PLANTED = (IDENTITY, PHONE, CARD, PLATE, MAIL, ACCUSED, "张三丰")


class Hostile(NamedTuple):
    """One record and how it must end: outcome, code and pointer of each event in it."""

    name: str
    value: bytes | None
    ends: tuple[tuple[str, str, str], ...]
    headers: Headers | None = None
    key: bytes | None = None
    by_works: bool = False


def as_bytes(event: object) -> bytes:
    """Write an event as its agency would."""
    return json.dumps(event, ensure_ascii=False).encode()


def refused(code: str, pointer: str = "") -> tuple[tuple[str, str, str], ...]:
    """One event, refused."""
    return (("refused", code, pointer),)


def hostile_records(city: City, now: datetime) -> list[Hostile]:
    """Give every hostile record; their events are numbered from 900,000."""
    return [*_bytes_that_are_no_event(city, now), *_wrong_events(city, now), *_personal(city, now)]


def _good(city: City, number: int, now: datetime, **data: object) -> Event:
    event = a_report(city.hotline, 900_000 + number, now, city.villages()[0])
    return event | {"data": event["data"] | data}


def _bytes_that_are_no_event(city: City, now: datetime) -> list[Hostile]:
    whole = as_bytes(_good(city, 1, now))
    binary = [("ce_specversion", b"1.0"), ("ce_id", b"\xff\xfe"), ("content-type", b"application/json")]
    return [
        Hostile("no value", None, refused("MALFORMED")),
        Hostile("not JSON", b"{not json", refused("MALFORMED")),
        Hostile("cut short", whole[:-5], refused("MALFORMED")),
        Hostile("NUL bytes", b"\x00" * 64, refused("MALFORMED")),
        Hostile("no UTF-8", b'{"id": "\xff\xfe"}', refused("MALFORMED")),
        Hostile("deep objects", b'{"a":' * 9_000, refused("MALFORMED")),
        Hostile("deep arrays", b"[" * 60_000, refused("MALFORMED")),
        Hostile("empty batch", b"[]", refused("MALFORMED")),
        Hostile(
            "nearly a mebibyte", as_bytes(_good(city, 2, now, summary="x" * 1_000_000)), refused("TOO_LARGE")
        ),
        Hostile("too long a batch", as_bytes([1] * 501), refused("TOO_LARGE")),
        Hostile("no event", b'{"a": 1}', refused("NOT_CLOUDEVENT", "/specversion")),
        Hostile("a number", b"17", refused("NOT_CLOUDEVENT")),
        Hostile("bytes in a header", b"{}", refused("MALFORMED"), binary),
        Hostile(
            "a batch of good and bad",
            as_bytes([_good(city, 3, now), {"a": 1}, _good(city, 4, now, nature="anger")]),
            (
                ("accepted", "", ""),
                ("refused", "NOT_CLOUDEVENT", "/specversion"),
                ("refused", "SCHEMA_INVALID", "/data/nature"),
            ),
        ),
    ]


def _wrong_events(city: City, now: datetime) -> list[Hostile]:
    far = a_report(city.works, 900_010, now, city.villages(1)[0])
    reply = _good(city, 11, now) | {"type": REPLY, "data": {"task_id": "t-none", "reply": "accept"}}
    skewed, old = now + timedelta(hours=3), now - timedelta(days=400)
    events: list[tuple[str, Event, str, str]] = [
        ("a word for a number", _good(city, 12, now, severity="x"), "SCHEMA_INVALID", "/data/severity"),
        ("a list for a text", _good(city, 13, now, summary=["a"]), "SCHEMA_INVALID", "/data/summary"),
        ("data is a number", _good(city, 14, now) | {"data": 5}, "SCHEMA_INVALID", "/data"),
        ("NUL in a text", _good(city, 15, now, summary="a\x00b"), "SCHEMA_INVALID", "/data/summary"),
        ("a field nobody knows", _good(city, 16, now, colour="red"), "SCHEMA_INVALID", "/data/colour"),
        ("an unknown type", _good(city, 17, now) | {"type": "x.y.v1"}, "UNKNOWN_TYPE", "/type"),
        (
            "another's source",
            a_report(city.police, 900_018, now, city.villages()[0]),
            "SOURCE_MISMATCH",
            "/source",
        ),
        ("the future", a_report(city.hotline, 900_019, skewed, city.villages()[0]), "CLOCK_SKEW", "/time"),
        ("ancient", a_report(city.hotline, 900_020, old, city.villages()[0]), "TOO_OLD", "/time"),
        (
            "an unknown matter",
            an_update(city.hotline, 900_021, now, 10**8, "resolved"),
            "UNKNOWN_MATTER",
            "/data/matter_id",
        ),
        ("an unknown task", reply, "UNKNOWN_TASK", "/data/task_id"),
        (
            "a restricted kind",
            _good(city, 22, now, category=RESTRICTED_KIND),
            "RESTRICTED_CLASS",
            "/data/category",
        ),
        ("an accusation", _good(city, 23, now, summary=ACCUSED), "RESTRICTED_CLASS", "/data/summary"),
    ]
    return [
        *(Hostile(name, as_bytes(event), refused(code, pointer)) for name, event, code, pointer in events),
        Hostile(
            "outside its territory",
            as_bytes(far),
            refused("PLACE_OUTSIDE_TERRITORY", "/data/place"),
            by_works=True,
        ),
        Hostile(
            "nowhere",
            as_bytes(_good(city, 24, now, place="Q-1")),
            (("quarantined", "PLACE_UNKNOWN", "/data/place"),),
        ),
        Hostile(
            "no known kind",
            as_bytes(_good(city, 25, now, category="Q")),
            (("quarantined", "CATEGORY_UNKNOWN", "/data/category"),),
        ),
    ]


def _personal(city: City, now: datetime) -> list[Hostile]:
    texts = (IDENTITY, PHONE, CARD, PLATE, MAIL)
    found = [
        Hostile(
            f"text with {text}",
            as_bytes(_good(city, 30 + n, now, summary=f"联系 {text} 处理")),
            refused("PERSONAL_DATA", "/data/summary"),
        )
        for n, text in enumerate(texts)
    ]
    twice = as_bytes(_good(city, 40, now, summary="路灯不亮")).replace(
        b'"summary"', f'"summary": "{PHONE}", "summary"'.encode()
    )
    binary = [
        *(
            (f"ce_{name}", str(value).encode())
            for name, value in _good(city, 41, now).items()
            if name != "data"
        ),
        ("ce_phone", PHONE.encode()),
        ("content-type", b"application/json"),
    ]
    return [
        *found,
        Hostile(
            "a person's field",
            as_bytes(_good(city, 42, now, name="张三丰")),
            refused("PERSONAL_DATA", "/data/name"),
        ),
        Hostile(
            "a number as a field",
            as_bytes(_good(city, 43, now, **{PHONE: 1})),
            refused("SCHEMA_INVALID", "/data"),
        ),
        Hostile(
            "a matter that is a person",
            as_bytes(_good(city, 44, now, matter_id=IDENTITY)),
            refused("PERSONAL_DATA", "/data/matter_id"),
        ),
        Hostile(
            "an id that is a person",
            as_bytes(_good(city, 45, now) | {"id": IDENTITY}),
            refused("PERSONAL_DATA", "/id"),
        ),
        Hostile("a header about a person", b"{}", refused("PERSONAL_DATA", "/phone"), binary),
        Hostile("a text hidden under a second", twice, (("accepted", "", ""),)),
        Hostile(
            "a key that is a person",
            as_bytes(_good(city, 46, now)),
            (("accepted", "", ""),),
            key=PHONE.encode(),
        ),
    ]
