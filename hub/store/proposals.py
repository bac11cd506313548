"""Proposals: the version of a policy that one account of the centre wants, until another adopts or drops it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import NamedTuple

import orjson
from sqlalchemy import Connection, delete, insert, select

from hub.schemas.reasons import DecisionKind
from hub.store.proposal_tables import PROPOSAL
from hub.store.tables import DECISION


@dataclass(frozen=True, slots=True)
class Proposal:
    """A version that an account wants adopted, and why; `adoption` is the one before it, by its decision's number."""

    jurisdiction: str
    version: str
    adoption: int
    proposed_by: str
    note: str
    at_ms: int


class Adoption(NamedTuple):
    """The decision that put a version into force; 0 and "" where the folder's own still decides."""

    seq: int
    version: str


def last_adoption(sql: Connection, jurisdiction: str) -> Adoption:
    """Give what a city adopted last."""
    row = sql.execute(
        select(DECISION.c.seq, DECISION.c.line)
        .where(DECISION.c.jurisdiction == jurisdiction, DECISION.c.kind == DecisionKind.POLICY_ADOPTED)
        .order_by(DECISION.c.seq.desc())
        .limit(1)
    ).first()
    return Adoption(0, "") if row is None else Adoption(row.seq, str(orjson.loads(row.line)["policy"]))


def propose(sql: Connection, proposal: Proposal) -> None:
    """Put a proposal before the centre, in place of the one that stood."""
    drop(sql, proposal.jurisdiction)
    sql.execute(insert(PROPOSAL).values(**asdict(proposal)))


def standing(sql: Connection, jurisdiction: str) -> Proposal | None:
    """Give what waits for a second person; once anything was adopted after it, a proposal waits for nobody."""
    query = select(PROPOSAL).where(
        PROPOSAL.c.jurisdiction == jurisdiction,
        PROPOSAL.c.adoption == last_adoption(sql, jurisdiction).seq,
    )
    row = sql.execute(query).mappings().first()
    return None if row is None else Proposal(**row)


def proposer(sql: Connection, jurisdiction: str, version: str) -> str:
    """Give the account that proposed a version; "" where nobody did."""
    found = standing(sql, jurisdiction)
    return found.proposed_by if found is not None and found.version == version else ""


def drop(sql: Connection, jurisdiction: str) -> None:
    """Take back what was proposed."""
    sql.execute(delete(PROPOSAL).where(PROPOSAL.c.jurisdiction == jurisdiction))
