"""Ordinary events keep to the contract's models: the same fields in the same order, the same times, the same words."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import fields
from pydantic import BaseModel, TypeAdapter, ValidationError

from hub.schemas.codec import encode
from hub.schemas.envelope import Instant, epoch_ms
from hub.schemas.inbound import Dispute, Incident, MatterChange, Petition, PetitionReceived
from hub.schemas.ordinary import (
    Ordinary,
    OrdinaryChange,
    OrdinaryDispute,
    OrdinaryIncident,
    OrdinaryReport,
    instant,
    read_ordinary,
    read_record,
    write_ordinary,
)
from hub.schemas.reasons import RefusalCode
from tests.schemas.builders import (
    Json,
    a_dispute,
    a_petition,
    an_incident,
    an_update,
    as_bytes,
    read,
    refusal,
)


@pytest.mark.parametrize(
    ("ordinary", "model"),
    [
        (Ordinary, PetitionReceived),
        (OrdinaryReport, Petition),
        (OrdinaryIncident, Incident),
        (OrdinaryDispute, Dispute),
        (OrdinaryChange, MatterChange),
    ],
)
def test_an_ordinary_event_has_the_fields_of_its_model_in_the_same_order(
    ordinary: type[Struct], model: type[BaseModel]
) -> None:
    assert [(field.name, field.required) for field in fields(ordinary)] == [
        (name, field.is_required()) for name, field in model.model_fields.items()
    ]


@pytest.mark.parametrize(
    "event",
    [
        a_petition(summary="路灯“不亮”\\ 😀"),
        a_petition(occurred_at="2026-03-01T22:00:00.5Z", due_at="2026-03-09t18:00:00-00:00"),
        an_incident(size_band="1"),
        a_dispute(),
        an_update("resolved", outcome="agreement"),
    ],
)
def test_an_ordinary_event_is_written_as_its_model_is(event: Json) -> None:
    ordinary = read_ordinary(as_bytes(event))

    assert ordinary is not None
    assert write_ordinary(ordinary[0]) == encode(read(event))


@pytest.mark.parametrize(
    "data",
    [
        {"place": "村"},
        {"place": "-1"},
        {"place": "1" * 33},
        {"category": "A\x7f1"},
        {"scheme": "A\x7f1"},
        {"responsible_agency": "Police"},
        {"responsible_agency": "p" * 41},
    ],
)
def test_a_code_that_the_model_refuses_is_not_ordinary(data: Json) -> None:
    assert refusal(a_petition(**data)).code is RefusalCode.SCHEMA_INVALID
    assert read_ordinary(as_bytes(a_petition(**data))) is None


WRITTEN = st.one_of(
    st.datetimes().map(lambda at: at.isoformat()),
    st.datetimes(timezones=st.timezones()).map(lambda at: at.isoformat()),
    st.datetimes(timezones=st.timezones()).map(lambda at: at.isoformat(timespec="milliseconds")),
    st.datetimes().map(lambda at: at.isoformat(timespec="seconds") + "Z"),
    st.from_regex(
        r"[12]\d{3}-[01]\d-[0-3]\dT[0-2]\d:[0-6]\d:[0-6]\d(\.\d{1,9})?(Z|[+-][0-2]\d:[0-6]\d)", fullmatch=True
    ),
    st.text(max_size=30),
)


@given(WRITTEN)
def test_a_time_read_by_look_ups_is_the_time_the_model_reads(written: str) -> None:
    try:
        at = TypeAdapter(Instant).validate_python(written)
    except ValidationError:
        assert instant(written) is None
    else:
        expected = epoch_ms(at), orjson.loads(orjson.dumps(at))
        assert instant(written) == expected
        assert instant(written) == expected, "also once it is remembered"


@pytest.mark.parametrize("depth", [1_000, 5_000, 100_000])
@pytest.mark.parametrize(
    ("begin", "end"), [(b"[", b"]"), (b'{"type":"linkage.petition', b"}"), (b'{"a":', b"1}")]
)
def test_nesting_without_end_is_not_ordinary(begin: bytes, end: bytes, depth: int) -> None:
    assert read_record(begin * depth) == []
    assert read_record(begin * depth + end * depth) == []
