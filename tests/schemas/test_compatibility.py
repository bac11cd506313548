"""A field once published is never removed, renamed or retyped."""

from __future__ import annotations

from typing import Any

import pytest

from hub.tools.compatibility import BASELINE, Shape, breaks, grown, published, shape, shape_of

MESSAGE = "linkage.petition.received.v1"


def changed(path: str, kind: str | None) -> Shape:
    """The messages as they are, but for one field."""
    now = {name: dict(fields) for name, fields in shape().items()}
    assert path in now[MESSAGE] or kind is not None
    now[MESSAGE].pop(path, None)
    if kind is not None:
        now[MESSAGE][path] = kind
    return now


def test_every_published_promise_is_kept() -> None:
    assert breaks(published(), shape()) == []


def test_what_is_new_is_written_down_as_published() -> None:
    assert BASELINE.read_text(encoding="utf-8") == grown()


@pytest.mark.parametrize(
    ("path", "kind", "why"),
    [
        ("data.place", None, "gone"),
        ("data.place", "integer!", "string became integer"),
        ("data.nature", "one of complaint|help!", "no longer consultation, report, request, suggestion"),
        ("data.summary", "string or null!", "became required"),
        ("data.weather", "string!", "new and required"),
    ],
)
def test_a_broken_promise_is_named(path: str, kind: str | None, why: str) -> None:
    assert breaks(shape(), changed(path, kind)) == [f"{MESSAGE} {path}: {why}"]


@pytest.mark.parametrize("kind", ["string or null", "one of a|b"])
def test_a_new_field_that_may_be_left_out_breaks_nobody(kind: str) -> None:
    assert breaks(shape(), changed("data.weather", kind)) == []


def test_a_new_value_of_a_list_breaks_nobody() -> None:
    now = shape()[MESSAGE]["data.channel"]

    assert breaks(shape(), changed("data.channel", now.replace("one of ", "one of balloon|"))) == []


def test_a_message_that_is_gone_is_named() -> None:
    now = {name: fields for name, fields in shape().items() if name != MESSAGE}

    assert breaks(shape(), now) == [f"{MESSAGE}: gone"]


def test_fields_are_found_inside_alternatives_and_lists() -> None:
    replied = shape()["linkage.task.replied.v1"]

    assert replied["data(extend).days"] == "integer!"
    assert replied["data(done).evidence[].sha256"] == "string!"


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        ({"type": "string", "format": "date-time"}, "date-time"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "string or null"),
        ({"enum": ["b", "a"]}, "one of a|b"),
        ({"const": "x"}, "one of x"),
    ],
)
def test_a_type_is_said_in_one_word(rule: dict[str, Any], kind: str) -> None:
    assert shape_of({"properties": {"field": rule}}) == {"field": kind}
