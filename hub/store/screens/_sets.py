"""Problems of a city in memory, by what filters ask of them: sets of bits, one bit a problem, and three orders."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import reduce
from itertools import compress, islice
from operator import or_
from typing import Any, Final, NamedTuple

Bits = int
"""A set of problems: bit n is the problem that came n-th into memory."""

FEW: Final = ("phase", "tier", "category", "rule")
"""What has few values: each is a set of bits. Places, leads and agencies are many, and hold few problems each."""

MANY: Final = ("place", "lead")
SORTS: Final = ("due", "opened", "matters", "number")
"""Orders that are kept; the last is by number alone."""

MASKS_MAX: Final = 64
"""Sets of places that are remembered as bits until something moves: each reader's territory is asked for every time."""

FEW_LEFT: Final = 5_000
"""So many are put in order sooner than they are met on a walk through the order of all."""

LAST_SIGN: Final = "\U0010ffff"
_TRUTH: Final = bytes.maketrans(b"01", b"\0\1")


class Entry(NamedTuple):
    """What is remembered of one problem; `agencies` have or had a task in it, `keys` order it by each of `SORTS`."""

    number: str
    phase: str
    tier: str
    category: str
    rule: str
    place: str
    lead: str
    agencies: frozenset[str]
    timed_ms: int | None
    keys: tuple[int, int, int, int]


class Sets:
    """All problems of a city; `put` adds one or takes it in place of what was known of it."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.due_ms: dict[int, int] = {}
        self.few: dict[str, defaultdict[str, Bits]] = {name: defaultdict(int) for name in FEW}
        self.many: dict[str, defaultdict[str, set[int]]] = {
            name: defaultdict(set) for name in (*MANY, "agency")
        }
        self.orders: dict[str, list[tuple[int, str, int]]] = {name: [] for name in SORTS}
        self.columns: dict[str, list[str]] = {name: [] for name in MANY}
        self._bit: dict[str, int] = {}
        self._shared: dict[Any, Any] = {}
        self._masks: dict[frozenset[str], Bits] = {}

    @property
    def every(self) -> Bits:
        """The set of all problems."""
        return (1 << len(self.entries)) - 1

    def put(self, entries: Iterable[Entry]) -> None:
        """Take over problems as they stand now."""
        self._masks.clear()
        moved: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        is_first = not self.entries
        for told in entries:
            entry = Entry._make(self._shared.setdefault(value, value) for value in told)
            bit = self._bit.setdefault(entry.number, len(self.entries))
            old = self.entries[bit] if bit < len(self.entries) else None
            for name in FEW:
                before, value = getattr(old, name, None), getattr(entry, name)
                if before != value:
                    moved[name, value].append(bit)
                    if before is not None:
                        moved[name, before].append(bit)
            self._sort(bit, old, entry, is_first=is_first)
            self._place(bit, old, entry)
        for (name, value), bits in moved.items():
            self.few[name][value] ^= bits_of(bits)
        if is_first:
            for order in self.orders.values():
                order.sort()

    def _place(self, bit: int, old: Entry | None, entry: Entry) -> None:
        if old is None:
            self.entries.append(entry)
            for name in MANY:
                self.columns[name].append("")
        else:
            self.entries[bit] = entry
            for name in MANY:
                self.many[name][getattr(old, name)].discard(bit)
            for agency in old.agencies - entry.agencies:
                self.many["agency"][agency].discard(bit)
        for name in MANY:
            value = getattr(entry, name)
            self.columns[name][bit] = value
            self.many[name][value].add(bit)
        for agency in entry.agencies:
            self.many["agency"][agency].add(bit)
        self.due_ms.pop(bit, None)
        if entry.timed_ms is not None:
            self.due_ms[bit] = entry.timed_ms

    def _sort(self, bit: int, old: Entry | None, entry: Entry, *, is_first: bool) -> None:
        for at, order in enumerate(self.orders.values()):
            fresh = (entry.keys[at], entry.number, bit)
            if is_first:
                order.append(fresh)
            elif old is None:
                insort(order, fresh)
            elif old.keys[at] != entry.keys[at]:
                del order[bisect_left(order, (old.keys[at], entry.number, bit))]
                insort(order, fresh)

    def of(self, name: str, values: Collection[str]) -> Bits:
        """Give the problems that have one of these values."""
        if name in self.few:
            return union(self.few[name], values)
        if isinstance(values, frozenset) and name == "place":
            return self._mask(values)
        return self._many(name, values)

    def _mask(self, places: frozenset[str]) -> Bits:
        if places not in self._masks:
            if len(self._masks) == MASKS_MAX:
                self._masks.clear()
            self._masks[places] = self._many("place", places)
        return self._masks[places]

    def _many(self, name: str, values: Collection[str]) -> Bits:
        found = self.many[name]
        return bits_of(bit for value in values if value in found for bit in found[value])

    def begins(self, number: str) -> Bits:
        """Give the problems whose number begins so."""
        order = self.orders["number"]
        first, end = (bisect_left(order, (0, begin)) for begin in (number, number + LAST_SIGN))
        return bits_of(bit for _, _, bit in order[first:end])

    def opened(self, since_ms: int) -> Bits:
        """Give the problems opened after a moment."""
        order = self.orders["opened"]
        return bits_of(bit for _, _, bit in order[: bisect_left(order, (-since_ms,))])

    def next(self, left: Bits, sort: str, after: tuple[int, str] | None, limit: int) -> list[tuple[int, str]]:
        """Give the key and number of those that come next in an order, after a key and number."""
        flags, order = flags_of(left), self.orders[sort]
        if left.bit_count() < FEW_LEFT:
            at = SORTS.index(sort)
            found = [self.entries[bit] for bit in compress(range(len(flags)), flags)]
            order = sorted((entry.keys[at], entry.number, 0) for entry in found)
            flags = b"\1"
        start = 0 if after is None else bisect_right(order, (*after, len(self.entries)))
        reach = len(flags)
        mine = (
            (key, number) for key, number, bit in islice(order, start, None) if bit < reach and flags[bit]
        )
        return list(islice(mine, limit))

    def counted(self, name: str, left: Bits) -> Counter[str]:
        """Count the values of a place or lead among some problems."""
        return Counter(compress(self.columns[name], flags_of(left)))


def union(sets: Mapping[str, Bits], values: Collection[str]) -> Bits:
    """Give the problems that are in the set of one of these values."""
    if len(values) > len(sets):
        return reduce(or_, (bits for value, bits in sets.items() if value in values), 0)
    return reduce(or_, (sets[value] for value in values if value in sets), 0)


def bits_of(numbers: Iterable[int]) -> Bits:
    """Give the set of some bits; setting them one by one in an integer would copy it each time."""
    raw = bytearray()
    for number in numbers:
        place = number >> 3
        if place >= len(raw):
            raw.extend(bytes(place + 1 - len(raw)))
        raw[place] |= 1 << (number & 7)
    return int.from_bytes(raw, "little")


def flags_of(bits: Bits) -> bytes:
    """Give a byte a problem, 1 where it is in the set, up to the last that is."""
    return f"{bits:b}".encode().translate(_TRUTH)[::-1]
