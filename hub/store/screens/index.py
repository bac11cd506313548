"""The register in memory: how many problems there are of every kind, and which come next, for any reader and filter.

A problem is a bit. Counting what a scope, a search and six filters leave of 100,000 problems is a few ANDs of 12 kB,
where grouping rows takes a third of a second (decision 0012). The index follows the rows: whatever a batch of the log
writes, it lists in `touched` in the same transaction, with the offset that it moved the shard to.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_
from threading import Lock
from typing import Any, Final, NamedTuple

from sqlalchemy import Column, Connection, Select, select

from hub.store.screens import register
from hub.store.screens._sets import Bits, Entry, Sets, bits_of, union
from hub.store.screens.register import ENDED, NEVER_MS, REMIND_MS, SOON_MS, Fields, Wanted
from hub.store.screens.scope import Scope
from hub.store.tables import JURISDICTION, PROBLEM, SHARD, TASK, TOUCHED

UNTIMED: Final = frozenset((*ENDED, "ledgered", "settled"))
"""Phases in which a due time does not count."""

EXPORT_PAGE: Final = 500
ROWS_AT_ONCE: Final = 2_000


class Counts(NamedTuple):
    """What search and filters leave: in all, and by the values of each filter among what the other filters leave."""

    total: int
    facets: dict[str, Counter[str]]


@dataclass(slots=True)
class Index:
    """The problems of one city, kept current by whoever asks; safe to ask from several threads.

    Every question is answered as of one moment of the log, never from half of a batch.
    """

    jurisdiction: str
    _sets: Sets = field(default_factory=Sets)
    _at: tuple[int, int] | None = None
    _lock: Lock = field(default_factory=Lock)

    def counts(
        self, sql: Connection, scope: Scope, wanted: Wanted, kind_of: Mapping[str, str], now_ms: int
    ) -> Counts:
        """Count what the search leaves by every filter, and what all filters leave."""
        with self._lock:
            self._follow(sql)
            base, clocks = self._searched(scope, wanted), self._clocks(now_ms)
            picked = self._picked(wanted, clocks)
            facets: dict[str, Counter[str]] = {}
            for name in register.FILTERS:
                left = reduce(
                    lambda one, other: one & other, (picked[key] for key in picked if key != name), base
                )
                if name == "lead":
                    facets[name] = self._sets.counted(name, left)
                    continue
                by_value = (
                    clocks if name == "clock" else self._sets.few["category" if name == "kind" else name]
                )
                facets[name] = Counter[str]()
                for value, bits in by_value.items():
                    if number := (bits & left).bit_count():
                        facets[name][kind_of.get(value, value) if name == "kind" else value] += number
            return Counts(self._left(scope, wanted, now_ms).bit_count(), facets)

    def total(self, sql: Connection, scope: Scope, wanted: Wanted, now_ms: int) -> int:
        """Count what search and filters leave."""
        with self._lock:
            self._follow(sql)
            return self._left(scope, wanted, now_ms).bit_count()

    def by_place(self, sql: Connection, scope: Scope, wanted: Wanted, now_ms: int) -> Counter[str]:
        """Count what search and filters leave by the place of each problem."""
        with self._lock:
            self._follow(sql)
            return self._sets.counted("place", self._left(scope, wanted, now_ms))

    def page(self, sql: Connection, scope: Scope, wanted: Wanted, now_ms: int, limit: int) -> list[Fields]:
        """Give one page of problems after `wanted.after`, in its order; the next starts after its last `sorted_by`."""
        with self._lock:
            self._follow(sql)
            left = self._left(scope, wanted, now_ms)
            sign = 1 if wanted.sort == "due" else -1
            after = wanted.after and (sign * wanted.after[0], wanted.after[1])
            found = self._sets.next(left, wanted.sort, after, limit)
        rows = {row["id"]: row for row in register.named(sql, scope, [number for _, number in found], now_ms)}
        return [rows[number] | {"sorted_by": sign * key} for key, number in found if number in rows]

    def every(self, sql: Connection, scope: Scope, wanted: Wanted, now_ms: int) -> Iterator[Fields]:
        """Give all problems that the filters leave, in the register's order, read a page at a time."""
        wanted = replace(wanted, after=None)
        while rows := self.page(sql, scope, wanted, now_ms, EXPORT_PAGE):
            yield from rows
            wanted = replace(wanted, after=(rows[-1]["sorted_by"], rows[-1]["id"]))

    def _left(self, scope: Scope, wanted: Wanted, now_ms: int) -> Bits:
        left = self._searched(scope, wanted)
        for picked in self._picked(wanted, self._clocks(now_ms)).values():
            left &= picked
        return left

    def _picked(self, wanted: Wanted, clocks: Mapping[str, Bits]) -> dict[str, Bits]:
        """Give what each filter that is set leaves."""
        picked = {}
        for name, values in wanted.chosen.items():
            if values and name != "kind":
                picked[name] = union(clocks, values) if name == "clock" else self._sets.of(name, values)
        if wanted.kinds is not None:
            picked["kind"] = self._sets.of("category", wanted.kinds)
        return picked

    def _searched(self, scope: Scope, wanted: Wanted) -> Bits:
        """Give what the reader may see, as `scope.problem_rows` says it of rows, and the search leaves of it."""
        assert scope.jurisdiction == self.jurisdiction, "a city's index is asked for its own problems"
        sets, left = self._sets, self._sets.every
        if scope.places is not None:
            left = sets.of("place", scope.places)
            if scope.agency:
                left |= sets.of("lead", (scope.agency,)) | sets.of("agency", (scope.agency,))
        if scope.within is not None:
            left &= sets.of("place", scope.within)
        if wanted.place:
            left &= sets.of("place", (wanted.place,))
        if wanted.since_ms is not None:
            left &= sets.opened(wanted.since_ms)
        if wanted.number:
            left &= sets.begins(wanted.number)
        for found in wanted.words:
            ways = (("place", found.places), ("category", found.kinds), ("lead", found.agencies))
            left &= reduce(or_, (sets.of(name, values) for name, values in ways))
        return left

    def _clocks(self, now_ms: int) -> dict[str, Bits]:
        """Give the sets that `register.clock_state` describes; few problems have a clock that runs."""
        phases = self._sets.few["phase"]
        due: dict[str, list[int]] = {"overdue": [], "soon": [], "remind": [], "later": []}
        for bit, due_ms in self._sets.due_ms.items():
            if due_ms <= now_ms:
                due["overdue"].append(bit)
            elif due_ms <= now_ms + SOON_MS:
                due["soon"].append(bit)
            else:
                due["remind" if due_ms <= now_ms + REMIND_MS else "later"].append(bit)
        clocks = {name: bits_of(bits) for name, bits in due.items()}
        clocks["done"], clocks["ledgered"] = union(phases, ENDED), union(phases, ("ledgered",))
        clocks["watched"] = union(phases, ("settled",))
        still = self._sets.every & ~reduce(or_, clocks.values())
        clocks["waiting"] = union(phases, ("suspected",)) & still
        clocks["normal"] = clocks.pop("later") | still & ~clocks["waiting"]
        return clocks

    def _follow(self, sql: Connection) -> None:
        """Take over what was written since the last look.

        The offset is read before the rows: what another batch writes in between is read once more the next time. A
        connection whose snapshot is older than what is known already has nothing to tell.
        """
        query = (
            select(SHARD.c.shard, SHARD.c.next_offset)
            .join(JURISDICTION, JURISDICTION.c.shard == SHARD.c.shard)
            .where(JURISDICTION.c.code == self.jurisdiction)
        )
        found = sql.execute(query).first()
        if found is None:
            return
        at = (int(found.shard), int(found.next_offset))
        if self._at is None or at[0] != self._at[0]:
            fresh = Sets()
            fresh.put(self._read(sql, None))
            self._sets = fresh
        elif at[1] > self._at[1]:
            # Read whole before anything moves: a database that goes away half-way leaves the sets as they were.
            self._sets.put([*self._read(sql, self._at[1])])
        else:
            return
        self._at = at

    def _read(self, sql: Connection, after: int | None) -> Iterator[Entry]:
        """Read the problems touched after an offset, or all."""
        tasks = select(TASK.c.problem_id, TASK.c.agency).distinct()
        agencies: defaultdict[str, set[str]] = defaultdict(set)
        for number, agency in sql.execute(self._touched(tasks, TASK.c.problem_id, after)):
            agencies[number].add(agency)
        names = ("id", "phase", "tier", "category", "rule", "place", "lead", "due_ms", "opened_ms", "matters")
        query = self._touched(select(*(PROBLEM.c[name] for name in names)), PROBLEM.c.id, after)
        for row in sql.execute(query).yield_per(ROWS_AT_ONCE):
            number, phase, tier, category, rule, place, lead, due_ms, opened_ms, matters = row
            yield Entry(
                number,
                phase,
                tier,
                category,
                rule,
                place,
                lead,
                frozenset(agencies.get(number, ())),
                None if phase in UNTIMED else due_ms,
                (NEVER_MS if due_ms is None else due_ms, -opened_ms, -matters, 0),
            )

    def _touched(self, query: Select[Any], number: Column[str], after: int | None) -> Select[Any]:
        query = query.where(number.table.c.jurisdiction == self.jurisdiction)
        if after is None:
            return query
        since = select(TOUCHED.c.problem_id).where(
            TOUCHED.c.jurisdiction == self.jurisdiction, TOUCHED.c.next_offset > after
        )
        return query.where(number.in_(since))
