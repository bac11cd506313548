"""Who hears of notices, and how: one TOML file of units' channels, kept apart from the policy as it holds secrets.

Channels are those of a unit (a duty mailbox, a group robot, a system), never of a person.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import datetime, time
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hub.policies.models import Policy
from hub.settings import BadSetting

QUIET: Final = re.compile(r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")
Url = Annotated[str, Field(min_length=3, max_length=500)]


class Channel(BaseModel):
    """One way to reach a unit.

    `url` is apprise's own (`mailtos://…`, `wecombot://…`) or, with a `secret`, the https address of a signed webhook.
    `quiet` are local hours in which nothing is sent but to systems; `lang` is the language of the text.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    agency: str = Field(pattern=r"^[a-z0-9-]{1,40}$")
    url: Url
    secret: str = ""
    quiet: str = Field(default="", pattern=QUIET.pattern + r"|^$")
    lang: Literal["zh", "en"] = "zh"

    @property
    def is_webhook(self) -> bool:
        """Whether this is a system that gets signed JSON, not a text for people."""
        return bool(self.secret)

    def sleeps(self, at: datetime) -> bool:
        """Whether a local moment lies in the quiet hours, which may go over midnight."""
        if not self.quiet:
            return False
        begins, ends = (time.fromisoformat(part) for part in self.quiet.split("-"))
        now = at.time()
        return begins <= now < ends if begins <= ends else now >= begins or now < ends


class ContactsFile(BaseModel):
    """The file: a list of channels."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    channels: tuple[Channel, ...] = ()


Contacts = Mapping[str, tuple[Channel, ...]]

DEPUTIES_MAX: Final = 8
"""No chain of deputies is longer: a body's is the one above it."""


def channels_of(policy: Policy, contacts: Contacts, agency: str) -> tuple[Channel, ...]:
    """Give an agency's channels, or those of the nearest deputy that has any."""
    for _ in range(DEPUTIES_MAX):
        if contacts.get(agency):
            return contacts[agency]
        known = policy.agencies.get(agency)
        if known is None or not known.deputy:
            break
        agency = known.deputy
    return ()


def read_contacts(path: Path) -> Contacts:
    """Read the channels by agency; raises `BadSetting` saying what is wrong with the file."""
    try:
        written = ContactsFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise BadSetting(f"HUB_CONTACTS 读不到 / cannot be read: {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        first = error.errors()[0] if isinstance(error, ValidationError) else None
        where = ".".join(str(part) for part in first["loc"]) if first else str(error)
        why = first["msg"] if first else ""
        raise BadSetting(f"HUB_CONTACTS 有误 / is wrong: {path}: {where} {why}".strip()) from None
    found: dict[str, list[Channel]] = {}
    for channel in written.channels:
        found.setdefault(channel.agency, []).append(channel)
    return {agency: tuple(channels) for agency, channels in found.items()}
