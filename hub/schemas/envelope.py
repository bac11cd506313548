"""The CloudEvents 1.0 envelope of what agencies send, and the field types the inbound models are made of.

All checks here run inside pydantic's compiled core: an event costs one call, and no Python code of ours.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import core_schema

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue

EVENT_BYTES_MAX = 64 * 1024
RECORD_BYTES_MAX = 1024 * 1024

# Years 1000 to 2999 only: a time zone shift of a valid time can then never leave the range of `datetime`.
DATE_PATTERN = r"^[12][0-9]{3}-[0-9]{2}-[0-9]{2}$"
INSTANT_PATTERN = (
    r"^[12][0-9]{3}-[0-9]{2}-[0-9]{2}"
    r"[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})$"
)
EVENT_ID_PATTERN = r"^[A-Za-z0-9._:-]{1,64}$"
AGENCY_PATTERN = r"^[a-z0-9-]{1,40}$"
PLACE_PATTERN = r"^[0-9A-Za-z][0-9A-Za-z._-]{0,31}$"
TRACEPARENT_PATTERN = r"^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"
# Unicode class Cc: NUL, line breaks and the other control characters, C1 included.
PLAIN_PATTERN = r"^[^\x00-\x1f\x7f-\x9f]*$"


def epoch_ms(at: datetime) -> int:
    """Give an aware time as epoch milliseconds."""
    return round(at.timestamp() * 1000)


class _Written:
    """Reads a time or date from a string of one exact shape; numbers and other shapes are refused.

    pydantic alone would also take a number, or a string of digits, as seconds since 1970.
    """

    def __init__(self, pattern: str, shape: Literal["date-time", "date"]) -> None:
        self.pattern = pattern
        self.shape = shape

    def __get_pydantic_core_schema__(
        self, _source: object, _handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        text = core_schema.str_schema(pattern=self.pattern)
        if self.shape == "date":
            return core_schema.chain_schema([text, core_schema.date_schema()])
        return core_schema.chain_schema([text, core_schema.datetime_schema(tz_constraint="aware")])

    def __get_pydantic_json_schema__(
        self, _schema: core_schema.CoreSchema, _handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "string", "format": self.shape, "pattern": self.pattern}


Instant = Annotated[datetime, _Written(INSTANT_PATTERN, "date-time")]
Day = Annotated[date, _Written(DATE_PATTERN, "date")]
EventId = Annotated[str, Field(pattern=EVENT_ID_PATTERN)]
AgencyId = Annotated[str, Field(pattern=AGENCY_PATTERN)]
AgencySource = Annotated[str, Field(pattern=r"^urn:linkage:agency:[a-z0-9-]{1,40}$")]
PlaceCode = Annotated[str, Field(pattern=PLACE_PATTERN)]
Code = Annotated[str, Field(min_length=1, max_length=64, pattern=PLAIN_PATTERN)]
MatterId = Annotated[str, Field(min_length=1, max_length=64, pattern=PLAIN_PATTERN)]
ShortText = Annotated[str, Field(max_length=200, pattern=PLAIN_PATTERN)]
LongText = Annotated[str, Field(max_length=500, pattern=PLAIN_PATTERN)]
Ground = Annotated[str, Field(min_length=1, max_length=500, pattern=PLAIN_PATTERN)]


class Message(BaseModel):
    """A part of a message: it never changes after it was read, and holds no field that is not named here."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Envelope(Message):
    """CloudEvents 1.0 attributes of an inbound event (CloudEvents specification 1.0, JSON format)."""

    specversion: Annotated[Literal["1.0"], Field(description="CloudEvents 版本 / version of CloudEvents")]
    id: Annotated[
        EventId, Field(description="来源内唯一 / unique within its source; a second one is a duplicate")
    ]
    source: Annotated[
        AgencySource,
        Field(description="urn:linkage:agency:<agency-id>, 发布单位 / the agency that publishes"),
    ]
    time: Annotated[
        Instant, Field(description="发生时刻, RFC 3339 带时区 / when it happened, offset required")
    ]
    subject: Annotated[
        ShortText | None,
        Field(description="主题, 最多200字, 不含个人信息 / up to 200 characters, nothing personal"),
    ] = None
    dataschema: Annotated[
        str | None,
        Field(max_length=500, pattern=r"^[!-~]+$", description="data 的模式地址 / URI of the data's schema"),
    ] = None
    traceparent: Annotated[
        str | None,
        Field(
            pattern=TRACEPARENT_PATTERN,
            description="W3C Trace Context, 原样传递 / passed on unchanged",
        ),
    ] = None
    datacontenttype: Annotated[
        Literal["application/json"] | None, Field(description="data 的类型 / media type of data; JSON only")
    ] = None
