"""The grade of an incident by its toll, and the clocks that it starts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from hub.model.statute import MatterFacts, fitting_clocks
from hub.policies.models import Moment

if TYPE_CHECKING:
    from hub.policies.incidents import Grade
    from hub.policies.models import Policy, StatutoryClock

LIGHTEST: Final = 4
BEGUN: Final = {Moment.OCCURRED: 1, Moment.RECEIVED: 1, Moment.TRANSFERRED: 1, Moment.ACCEPTED: 1}


def grade_of(policy: Policy, kind: str, deaths: int, injured: int, loss: int) -> Grade | None:
    """Give the gravest grade of which a toll reaches one threshold; None is severity 4, or a kind without grades."""
    return next(
        (
            grade
            for grade in policy.grades
            if kind in grade.incident_kinds
            and (deaths >= grade.deaths or injured >= grade.injured or loss >= grade.loss)
        ),
        None,
    )


def incident_clocks(policy: Policy, kind: str, severity: int) -> tuple[StatutoryClock, ...]:
    """Give the clocks that an incident of a kind and severity starts, whatever its category."""
    anywhere = replace(policy, clocks=tuple(clock for clock in policy.clocks if not clock.categories))
    facts = MatterFacts("incident", "", BEGUN, severity=severity, incident_kind=kind)
    return tuple(clock for clocks in fitting_clocks(anywhere, facts) for clock in clocks)
