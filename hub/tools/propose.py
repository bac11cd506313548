"""Propose: one account of the centre puts a version of the policy before another, and both leave a trail."""

from __future__ import annotations

from sqlalchemy import Engine

from hub.store import trail
from hub.store.people import writing
from hub.store.proposals import Proposal, drop, last_adoption, propose


def put_proposal(
    engine: Engine, jurisdiction: str, version: str, by: str, note: str, now_ms: int
) -> Proposal:
    """Propose a version, in place of what was proposed before; `by` is the account and `note` why."""
    with writing(engine) as sql:
        proposal = Proposal(jurisdiction, version, last_adoption(sql, jurisdiction).seq, by, note, now_ms)
        propose(sql, proposal)
    trail.record(engine, trail.Entry(now_ms, by, jurisdiction, trail.Act.POLICY_PROPOSED, version, note))
    return proposal


def drop_proposal(engine: Engine, jurisdiction: str, version: str, by: str, now_ms: int) -> None:
    """Take back what was proposed, or turn it down."""
    with writing(engine) as sql:
        drop(sql, jurisdiction)
    trail.record(engine, trail.Entry(now_ms, by, jurisdiction, trail.Act.PROPOSAL_DROPPED, version))
