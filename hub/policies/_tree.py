"""Chains of a tree given by parents, from each node up to its root; says which nodes run in a circle."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def chains(parents: Mapping[str, str | None]) -> tuple[dict[str, tuple[str, ...]], set[str]]:
    """Give each node's chain (itself first, root last) and the set of nodes that never reach a root."""
    known: dict[str, tuple[str, ...]] = {}
    circular: set[str] = set()
    for code in parents:
        _climb(code, parents, known, circular)
    return known, circular


def _climb(
    code: str, parents: Mapping[str, str | None], known: dict[str, tuple[str, ...]], circular: set[str]
) -> None:
    path: list[str] = []
    here: str | None = code
    while here is not None and here not in known:
        if here in circular or here in path:
            circular.update(path)
            return
        path.append(here)
        here = parents[here]
    above = () if here is None else known[here]
    while path:
        above = (path.pop(), *above)
        known[above[0]] = above
