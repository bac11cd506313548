"""Which reports speak of the same thing: names of streets, estates and rivers, and the words they share.

Plain rules on characters, no model: every likeness can be shown as the words it rests on. A name is what stands before
the word for a street, an estate, a river and so on, back to the nearest word that cannot belong to a name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from hub.policies.models import Policy

STEM_MIN: Final = 2
STEM_MAX: Final = 8
HAN: Final = "㐀-鿿"
RIVER: Final = "河"
ENDS: Final = re.compile(
    "支河|内河|河道|河段|河涌|水库|大道|新村|小区|花园|花苑|公寓|山庄|家园|大厦|广场|工业区|工业园|安置房"
    "|小学|中学|学校|医院|市场|公园|车站|[路街巷弄河渠涌苑桥]|[江溪湖港](?!.?河)"
)
"""Words that end a name."""

RIVERS: Final = frozenset({"支河", "内河", "河道", "河段", "河涌"})
"""Ways of writing the same river."""

BREAKS: Final = re.compile(
    rf"[^{HAN}0-9]+"
    "|有关|附近|旁边|后面|前面|周边|位于|居住|住在|靠近|因为|由于|现在|目前|今年|去年|整治|治理|改造|建设|施工|规划|污染|黑臭|臭水|脏臭"
    "|严重|投诉|反映|咨询|建议|要求|希望|尽快|解决|改善|进行|开始|导致|造成|破坏|违反|直接|直排|排入|流入|排到|依然|依旧|重要|主要|污水|部分|地方"
    "|以[东西南北]|[东西南北]侧|全市|城区|我们|你们|自己|部门|水泥|街道办|街道|社区|自治州"
    "|[的了在是及到对从有又那这个条把被将于等我你他她它您请各本该此段和与至往向由为且还也都就不没很太已再每某几旁省市县镇乡侧边虽]"
    "|(?<!新)村|(?<=[^小业社城])区"
)
"""What cannot be part of a name: marks, small words, and words for areas, which the place of a report gives."""

HOUSE: Final = re.compile(r"\d+(?=号|弄|栋|幢)")
LATIN_ENDS: Final = (
    "street|st|avenue|ave?|boulevard|blvd|road|rd|drive|dr|place|pl|court|ct|parkway|pkwy|lane|ln|way|terrace|ter"
    "|square|sq|river|creek|park"
)
SMALL_WORDS: Final = re.compile(r"^(?:.*\b(?:at|near|the|on|of|in|by|and|from|to)\s+)")
LATIN_NAME: Final = r"[a-z0-9'.]+(?:\s+[a-z'.]+){0,2}?"
ADDRESS: Final = re.compile(
    rf"\b(?:(\d+)(?:-\d+)?\s+)?(?:([nsew])\s+)?({LATIN_NAME})\s+({LATIN_ENDS})\b"
    rf"|\b(\d+)\s+([nsew])\s+([a-z]+)\b"
)
SHORT: Final = {
    "street": "st", "avenue": "ave", "av": "ave", "boulevard": "blvd", "road": "rd", "drive": "dr", "place": "pl",
    "court": "ct", "parkway": "pkwy", "lane": "ln", "terrace": "ter", "square": "sq",
}  # fmt: skip
WORDS: Final = re.compile(rf"[{HAN}]+|[^\W{HAN}]+")
HAN_WORD: Final = re.compile(f"[{HAN}]")
SAME_NAME_WORTH: Final = 0.8
"""A street both tell may be a long one; the same house on it is sure."""

OTHER_NAME_WORTH: Final = 0.5
STEP_WORTH: Final = 0.9
ALIKE_MIN: Final = 0.5
"""From this score on a pair is worth a person's look (Chicago's own labels, `docs/detection.md`)."""


class Name(NamedTuple):
    """A street, estate, river and so on: its stem, the word that ends it, and the house where one is told."""

    stem: str
    end: str
    house: str = ""

    @property
    def text(self) -> str:
        """The name as a key and on the screen."""
        between = " " if self.stem.isascii() else ""
        return between.join(part for part in (self.stem, self.end, self.house) if part)


class Likeness(NamedTuple):
    """How much of their words two texts share, 0 to 1, and the runs they share: why."""

    share: float
    shared: tuple[str, ...]


class Told(NamedTuple):
    """What one matter says of itself: where, what, on which local day, in which words; closed on a day, or open."""

    place: str
    category: str
    day: int
    summary: str
    closed_day: int | None = None


class Pair(NamedTuple):
    """Why two matters may be one: a score from 0 to 1, steps apart in the tree of places, days apart, shared words."""

    score: float
    steps: int
    days_apart: int
    shared: tuple[str, ...]


@lru_cache(maxsize=10_000)
def names(summary: str) -> tuple[Name, ...]:
    """Give the names a summary tells, in the order told."""
    text = _plain(summary)
    found = [name for piece in BREAKS.split(text) for name in _names_of(piece)]
    for house, side, words, end, *bare in ADDRESS.findall(text):
        stem = SMALL_WORDS.sub("", words)
        if end:
            found.append(Name(stem, SHORT.get(end, end), f"{house}{side}" if house else ""))
        else:
            number, way, street = bare
            found.append(Name(street, "", f"{number}{way}"))
    return tuple(dict.fromkeys(found))


def issue_key(summary: str) -> str:
    """Give what sets matters of one cell apart: the first name told, empty where none is."""
    told = names(summary)
    return told[0].text if told else ""


def same_name(one: Name, other: Name) -> bool:
    """Whether two names may mean the same thing: one stem ends with the other, and no two different houses."""
    if (one.end and other.end and one.end != other.end) or (
        one.house and other.house and one.house != other.house
    ):
        return False
    return one.stem.endswith(other.stem) or other.stem.endswith(one.stem)


def likeness(one: str, other: str) -> Likeness:
    """Compare two summaries by their pairs of Chinese characters and their other words (Jaccard)."""
    mine, theirs = _units(one), _units(other)
    both = mine.keys() & theirs.keys()
    if not both:
        return Likeness(0.0, ())
    return Likeness(len(both) / (len(mine) + len(theirs) - len(both)), _runs(mine, both))


def pair(
    policy: Policy, earlier: Told, later: Told, within_days: int, steps_max: int, score_min: float = 0.0
) -> Pair | None:
    """Weigh whether a matter is told a second time while the first is open; None when it is too far away.

    Both lie in one branch of the categories, at most `within_days` and `steps_max` steps of the place tree apart. Alike
    are they by a name both tell, else by their words; distance in days and steps takes away from that. Words that could
    not bring a pair to `score_min` are not compared.
    """
    days_apart = later.day - earlier.day
    closed_before = earlier.closed_day is not None and earlier.closed_day < later.day
    if closed_before or not 0 <= days_apart <= within_days:
        return None
    if policy.categories[earlier.category].chain[-1] != policy.categories[later.category].chain[-1]:
        return None
    steps = 0 if earlier.place == later.place else _steps(policy, earlier.place, later.place)
    if steps > steps_max:
        return None
    near, stepped = 1 - days_apart / (2 * (within_days + 1)), STEP_WORTH**steps
    mine, theirs = names(earlier.summary), names(later.summary)
    common = [(my, their) for my in mine for their in theirs if same_name(my, their)]
    if common:
        share, shared = _by_names(common, earlier.summary, later.summary)
        return Pair(share * near * stepped, steps, days_apart, shared)
    # Where both tell names and none is common, the rest of their words speaks of the kind, not of the place.
    worth = OTHER_NAME_WORTH if mine and theirs else 1.0
    if worth * near * stepped < score_min:
        return None
    share, shared = likeness(earlier.summary, later.summary)
    return Pair(share * worth * near * stepped, steps, days_apart, shared)


def _by_names(common: Sequence[tuple[Name, Name]], one: str, other: str) -> Likeness:
    told = tuple(dict.fromkeys(_shorter(my, their).text for my, their in common))
    if any(my.house and my.house == their.house for my, their in common):
        return Likeness(1.0, told)
    return Likeness(max(SAME_NAME_WORTH, likeness(one, other).share), told)


def _shorter(one: Name, other: Name) -> Name:
    return one if len(one.stem) <= len(other.stem) else other


def _steps(policy: Policy, one: str, other: str) -> int:
    """Give the steps from one place to another through the tree."""
    up = policy.places[one].chain
    for down, place in enumerate(policy.places[other].chain):
        if place in up:
            return down + up.index(place)
    raise AssertionError("all places lie in one city")


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _names_of(piece: str) -> Iterator[Name]:
    start = 0
    for end in ENDS.finditer(piece):
        stem = piece[start : end.start()][-STEM_MAX:].lstrip("0123456789号")
        if len(stem) < STEM_MIN:
            continue
        house = HOUSE.match(piece, end.end())
        yield Name(stem, RIVER if end[0] in RIVERS else end[0], house[0] if house else "")
        start = end.end()


@lru_cache(maxsize=4_096)
def _units(text: str) -> Mapping[str, None]:
    """Give the pairs of neighbouring Chinese characters and the other words of a text, in order."""
    units: dict[str, None] = {}
    for word in WORDS.findall(_plain(text)):
        if HAN_WORD.match(word):
            units.update(dict.fromkeys(word[at : at + 2] for at in range(max(len(word) - 1, 1))))
        else:
            units[word] = None
    return units


def _runs(units: Iterable[str], both: Container[str]) -> tuple[str, ...]:
    """Join shared pairs that overlap into the words they come from."""
    runs: list[str] = []
    joined = False
    for unit in units:
        if unit not in both:
            joined = False
            continue
        if joined and HAN_WORD.match(unit) and runs[-1][-1] == unit[0]:
            runs[-1] += unit[1:]
        else:
            runs.append(unit)
        joined = True
    return tuple(runs)
