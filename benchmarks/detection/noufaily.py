"""The 42 weekly series of Noufaily et al. (2013), through the core's judge of the city tier and Farrington flexible.

Seven levels and dispersions, each with no, one or two waves a year, with or without trend; 624 weeks of which the last
49 are tested, with four outbreaks in the years before and one in the tested weeks. The week's matters are spread over
its days by chance. Farrington flexible is R's `surveillance`, where it is installed.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
from array import array
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.detection.citywide import RULE, WEEKENDS_ALONE
from hub.core._season import LOOKS, season_score
from hub.model.almanac import Almanac

WEEKS: Final = 624
FIRST_TESTED: Final = 575
OUTBREAKS_BEFORE: Final = 4
DEVIATIONS: Final = (3, 5, 10)
AFTERMATH_WEEKS: Final = 4
"""The hub looks four weeks back: what it says so long after an outbreak is neither false nor a find."""

ALPHA: Final = 0.01
WEEKLY_LOOKS: Final = 1.5
"""Three overlapping windows looked at once a week, instead of every day."""

SERIES: Final = (
    # level, trend a week, the two waves' strengths, dispersion
    (0.1, 0.0025, 0.6, 0.6, 1.5),
    (-2.0, 0.005, 0.1, 0.3, 2.0),
    (1.5, 0.003, 0.2, -0.4, 1.0),
    (0.5, 0.002, 0.5, 0.5, 5.0),
    (2.5, 0.001, 1.0, 0.1, 3.0),
    (3.75, 0.001, 0.1, -0.1, 1.1),
    (5.0, 0.0001, 0.05, 0.01, 1.2),
)
SCRIPT: Final = Path(__file__).with_name("farrington.R")
Weeks = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class Weekly(NamedTuple):
    """False alarms a clean week, and the share of outbreaks of 3, 5 and 10 deviations found."""

    detector: str
    false_rate: float
    found: tuple[float, ...]


class Series(NamedTuple):
    """One series: its counts, the size of its tested outbreak in deviations, and the weeks this lasts."""

    weeks: Weeks
    deviations: int
    outbreak: Flags


def weekly(replicates: int, *, beside: bool) -> list[Weekly]:
    """Draw the series so often and ask the hub, and beside it Farrington where that is wanted and installed."""
    series = [
        _drawn(which, waves, trend, replicate, deviations)
        for which in range(len(SERIES))
        for waves in range(3)
        for trend in range(2)
        for replicate in range(replicates)
        for deviations in DEVIATIONS
    ]
    shown = [_judged("hub", series, np.stack([_alarms(one) for one in series]))]
    farrington = _farrington(series) if beside else None
    if farrington is not None:
        shown.append(_judged("Farrington flexible", series, farrington))
    return shown


def _drawn(which: int, waves: int, trend: int, replicate: int, deviations: int) -> Series:
    chance = np.random.default_rng([which, waves, trend, replicate, deviations])
    level, slope, cosine, sine, dispersion = SERIES[which]
    week = np.arange(1, WEEKS + 1)
    exponent = level + slope * week * trend
    for wave in range(1, waves + 1):
        angle = 2 * np.pi * wave * week / 52
        exponent = exponent + cosine * np.cos(angle) + sine * np.sin(angle)
    mean = np.exp(exponent)
    counts = (
        chance.poisson(mean)
        if dispersion <= 1
        else chance.negative_binomial(mean / (dispersion - 1), 1 / dispersion)
    )
    deviation = np.sqrt(dispersion * mean)
    for _ in range(OUTBREAKS_BEFORE):
        start = int(chance.integers(WEEKS // 2, FIRST_TESTED - 15))
        _break_out(chance, counts, start, int(chance.integers(2, 11)) * deviation[start])
    start = int(chance.integers(FIRST_TESTED, WEEKS - 9))
    hit = _break_out(chance, counts, start, deviations * deviation[start])
    outbreak = np.zeros(WEEKS, dtype=bool)
    if len(hit):
        outbreak[hit.min() : hit.max() + 1] = True
    return Series(counts, deviations, outbreak)


def _break_out(chance: np.random.Generator, counts: Weeks, start: int, size: float) -> Weeks:
    offsets = np.floor(np.exp(chance.normal(0, 0.5, chance.poisson(size)))).astype(int)
    weeks = start + offsets[start + offsets < WEEKS]
    np.add.at(counts, weeks, 1)
    return weeks


def _alarms(series: Series) -> Flags:
    """Score each tested week at its end."""
    chance = np.random.default_rng(int(series.weeks.sum()))
    days = np.zeros((WEEKS, 7), dtype=int)
    for week, number in enumerate(series.weeks):
        if number:
            # The last day has one, as a kind is judged on days on which it had a matter.
            days[week] = chance.multinomial(number - 1, [1 / 7] * 7)
            days[week, -1] += 1
    flat = days.ravel().tolist()
    almanac = Almanac(WEEKENDS_ALONE)
    alarms = []
    for week in range(FIRST_TESTED, WEEKS):
        almanac.counts = {"kind": array("I", flat[: 7 * (week + 1)])}
        almanac.working = bytearray([1, 1, 1, 1, 1, 0, 0] * (week + 1))
        score = season_score(almanac, RULE, "kind")
        alarms.append(score is not None and score.chance / LOOKS * WEEKLY_LOOKS <= ALPHA)
    return np.array(alarms)


def _farrington(series: Sequence[Series]) -> Flags | None:
    """Ask R's surveillance; None where it is not installed."""
    program = shutil.which("Rscript")
    if program is None:
        return None
    with TemporaryDirectory() as folder:
        given, said = Path(folder, "series.csv"), Path(folder, "alarms.csv")
        with given.open("w", newline="") as file:
            csv.writer(file).writerows(one.weeks.tolist() for one in series)
        asked = [program, str(SCRIPT), str(given), str(said), str(FIRST_TESTED + 1), str(WEEKS), str(ALPHA)]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
        if done.returncode:
            return None
        alarms: Flags = np.loadtxt(said, delimiter=",") > 0
        return alarms


def _judged(detector: str, series: Sequence[Series], alarms: Flags) -> Weekly:
    outbreaks = np.stack([one.outbreak[FIRST_TESTED:] for one in series])
    touched = outbreaks.copy()
    for weeks in range(1, AFTERMATH_WEEKS):
        touched[:, weeks:] |= outbreaks[:, :-weeks]
    found = []
    for deviations in DEVIATIONS:
        rows = [n for n, one in enumerate(series) if one.deviations == deviations and outbreaks[n].any()]
        found.append(float(np.mean([(alarms[n] & outbreaks[n]).any() for n in rows])))
    return Weekly(detector, float(alarms[~touched].mean()), tuple(found))
