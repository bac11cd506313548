"""What the rules of a city are called: by what each looks for, as its own name is a code."""

from __future__ import annotations

from hub.console.tiers import TIERS
from hub.console.words import Words, msg
from hub.policies.models import Policy


def rule_names(policy: Policy, words: Words) -> dict[str, str]:
    """Give the name of every rule that opens problems, by its code."""
    patterns = policy.patterns
    named = {
        rule.name: words(
            msg("{tier}多发 {days} 日 {n} 件"),
            tier=words(TIERS[rule.tier][1]),
            days=rule.within_days,
            n=rule.matters_min,
        )
        for rule in policy.rules
    }
    for rule, word in (
        (policy.burst, msg("突增")),
        (patterns.season, msg("反季节突增")),
        (patterns.chronic, msg("长期高发")),
        (patterns.recurrent, msg("销号后再发")),
        (patterns.lingering, msg("久拖未决")),
        (patterns.severe, msg("重大事件")),
        (patterns.redone, msg("多次重办")),
        (patterns.passed_around, msg("多次转办")),
    ):
        if rule is not None:
            named[rule.name] = words(word)
    for spread in patterns.widespread:
        named[spread.name] = words(msg("遍及多个{tier}"), tier=words(TIERS[spread.areas][1]))
    return named
