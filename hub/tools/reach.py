"""Can everybody who must act be reached? Holders, deputies, channels and calendars, before a problem comes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from hub.policies.models import Policy
from hub.sinks.contacts import Contacts, channels_of
from hub.tools.finding import Finding


def holes(policy: Policy, contacts: Contacts | None, today: date) -> Iterator[Finding]:
    """Look through one jurisdiction; `contacts` None when no notice leaves but by Kafka."""
    code = policy.jurisdiction
    without = [place for place in policy.places if place not in policy.holders and _is_bare(policy, place)]
    yield _finding(
        f"holders {code}", without, "个地点有类别无人承办", "places where a category has no holder"
    )
    alone = [agency.id for agency in policy.agencies.values() if not agency.deputy]
    root = policy.holders.get(code)
    yield _finding(
        f"deputies {code}", [one for one in alone if one != root], "个单位没有代理", "agencies without deputy"
    )
    if contacts is not None:
        mute = [agency for agency in policy.agencies if not channels_of(policy, contacts, agency)]
        yield _finding(f"channels {code}", mute, "个单位没有送达渠道", "agencies that no notice reaches")
    years = [] if today.year in policy.calendar.years else [str(today.year)]
    yield _finding(f"calendar {code}", years, "个年份没有放假安排", "years without holidays")


def _is_bare(policy: Policy, place: str) -> bool:
    """Whether some category that may come up has no department at a place that has no body of its own."""
    return any(
        not any((place, node) in policy.departments for node in category.chain)
        for category in policy.categories.values()
        if not category.restricted
    )


def _finding(check: str, found: Sequence[str], zh: str, en: str) -> Finding:
    some = " ".join(found[:5])
    return Finding(
        check, ok=not found, zh=f"{len(found)} {zh} {some}".strip(), en=f"{len(found)} {en} {some}".strip()
    )
