"""Who is looking at which problem right now: accounts whose page holds a live stream open, in this process's memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Presence:
    """Counts the open pages of each account on each problem; a page that is hidden or closed no longer counts."""

    def __init__(self) -> None:
        self._pages: dict[tuple[str, str], Counter[str]] = {}

    @contextmanager
    def looking(self, jurisdiction: str, problem: str, login: str) -> Iterator[None]:
        """Count one page of an account for as long as it stays; a page of no problem is not counted."""
        if not problem:
            yield
            return
        pages = self._pages.setdefault((jurisdiction, problem), Counter())
        pages[login] += 1
        try:
            yield
        finally:
            pages[login] -= 1
            if not +pages:
                self._pages.pop((jurisdiction, problem), None)

    def others(self, jurisdiction: str, problem: str, login: str) -> list[str]:
        """Give the other accounts that look at a problem, in the order of their names."""
        pages = self._pages.get((jurisdiction, problem), Counter[str]())
        return sorted(other for other, number in pages.items() if number > 0 and other != login)
