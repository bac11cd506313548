"""Adopt: from its place in the log on, decisions follow another version of the policy (启用规则)."""

from __future__ import annotations

from typing import Final

from hub.core._said import Turn
from hub.core.resolve import known_place
from hub.model.decision import Decision
from hub.policies.models import Policy, Tier
from hub.schemas.answers import CommandCode
from hub.schemas.commands import AdoptPolicy
from hub.schemas.inbox import Item
from hub.schemas.reasons import DecisionKind
from hub.schemas.task_reasons import AdoptReason

TWO: Final = 2
"""What everybody's problems are judged by takes two accounts: one that proposes, one that adopts."""


def adopt(turn: Turn, command: AdoptPolicy) -> CommandCode | None:
    """Adopt a version, or say why not; whoever folds loads the state anew under it before the next message.

    The decision is the first under its own policy: its line names what was adopted.
    """
    state, version = turn.state, command.version
    chosen = state.versions.get(version)
    if chosen is None:
        return CommandCode.UNKNOWN_POLICY
    if version == turn.policy.version:
        return CommandCode.NOT_ALLOWED
    if len({command.proposed_by, command.by} - {""}) != TWO:
        return CommandCode.SECOND_PERSON
    if _lacks(chosen, turn.policy):
        return CommandCode.CODES_MISSING
    state.adopted = chosen
    state.said += 1
    turn.posts.append(
        Decision(
            seq=state.said,
            at_ms=turn.cause.at_ms,
            kind=DecisionKind.POLICY_ADOPTED,
            reason=AdoptReason.ADOPTED,
            cause=turn.cause.id,
            policy=version,
            problem_id="",
            place=chosen.jurisdiction,
            place_tier=Tier.CITY,
            tier=Tier.CITY,
            category="",
        )
    )
    return None


def item_now(policy: Policy, item: Item) -> Item:
    """Give an event that intake resolved under an earlier version, under the codes of this one."""
    place, category = item.place, item.category
    if place and place not in policy.places:
        place = known_place(policy, place)[0] or policy.jurisdiction
    return item._replace(place=place, category=policy.category_aliases.get(category, category))


def _lacks(chosen: Policy, policy: Policy) -> bool:
    """Whether a place or category in force has no successor: what counts there, or is on its way, would be nowhere."""
    places = policy.places.keys() - chosen.places.keys() - chosen.place_aliases.keys()
    categories = policy.categories.keys() - chosen.categories.keys() - chosen.category_aliases.keys()
    return bool(places or categories)
