"""Who may write and read what on a Kafka that asks: each agency its own topics, by its own name and password.

The contract lets an agency alone write its events topic: here the broker holds it to that.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from typing import Final

from kafka import KafkaAdminClient
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
    ScramMechanism,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)
from kafka.errors import KafkaError, NoError

from hub.reach import Reach
from hub.tools.topics import BROKER_WITHIN_MS
from hub.topology import events_topic, orders_topic, receipts_topic

ROUNDS: Final = 8192
ANYWHERE: Final = "*"


class LoginRefused(Exception):
    """Kafka did not make or end a login; the text is its own."""


def grants(agency: str) -> list[ACL]:
    """Give what an agency may do: write its events, read its receipts and orders, in groups of its own name."""
    topics = [(events_topic(agency), ACLOperation.WRITE)]
    topics += [(name(agency), ACLOperation.READ) for name in (receipts_topic, orders_topic)]
    groups = [
        ResourcePattern(ResourceType.GROUP, f"agency-{agency}-receipts"),
        # No agency has a dot in its name, so none is the beginning of another.
        ResourcePattern(ResourceType.GROUP, f"agency.{agency}.", ACLResourcePatternType.PREFIXED),
    ]
    allowed = [(ResourcePattern(ResourceType.TOPIC, topic), operation) for topic, operation in topics]
    allowed += [(group, ACLOperation.READ) for group in groups]
    return [
        ACL(principal(agency), ANYWHERE, operation, ACLPermissionType.ALLOW, pattern)
        for pattern, operation in allowed
    ]


def principal(agency: str) -> str:
    """Give an agency's name as Kafka writes it."""
    return f"User:{agency}"


def issue_login(reach: Reach, agency: str, password: str) -> None:
    """Let an agency in by a password, a new one if it had one; raises `KafkaError` or `LoginRefused`."""
    with closing(_admin(reach)) as admin:
        # First what it may do: a Kafka that grants nothing must not let it in either.
        _require_none(admin.create_acls(grants(agency))["failed"])
        made = UserScramCredentialUpsertion(agency, ScramMechanism.SCRAM_SHA_512, password, ROUNDS)
        _require(admin.alter_user_scram_credentials([made]))


def end_login(reach: Reach, agency: str) -> None:
    """Let an agency in no more, whatever it was granted; raises `KafkaError` or `LoginRefused`."""
    anything = ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY)
    its_own = ACLFilter(principal(agency), None, ACLOperation.ANY, ACLPermissionType.ANY, anything)
    with closing(_admin(reach)) as admin:
        _require_none([error for _, _, error in admin.delete_acls([its_own]) if error is not NoError])
        _require(
            admin.alter_user_scram_credentials(
                [UserScramCredentialDeletion(agency, ScramMechanism.SCRAM_SHA_512)]
            )
        )


def logins(reach: Reach) -> list[str]:
    """Give who can prove a name to Kafka; raises `KafkaError`."""
    with closing(_admin(reach)) as admin:
        return sorted(admin.describe_user_scram_credentials())


def _admin(reach: Reach) -> KafkaAdminClient:
    return KafkaAdminClient(**reach.options(), bootstrap_timeout_ms=BROKER_WITHIN_MS)


def _require_none(errors: Iterable[type[KafkaError]]) -> None:
    said = sorted({f"{error.message}: {error.description}" for error in errors})
    if said:
        raise LoginRefused("; ".join(said))


def _require(answers: dict[str, str | None]) -> None:
    failed = [f"{user}: {said}" for user, said in answers.items() if said is not None]
    if failed:
        raise LoginRefused("; ".join(failed))
