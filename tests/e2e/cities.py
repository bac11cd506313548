"""Small invented cities, and what their agencies report: a year of history, or an hour of live traffic."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hub.tools.init import init_jurisdiction
from tests.schemas.builders import PETITION, UPDATE

Event = dict[str, Any]

COUNTIES, TOWNS, VILLAGES = 2, 3, 8
KINDS = ("AA1", "AA2", "AA3", "BB1", "BB2", "BB3")
RESTRICTED_KIND = "ZZ1"
YEAR_START = datetime(2025, 1, 1, tzinfo=UTC)
YEAR_S = 360 * 86_400


@dataclass(frozen=True, slots=True)
class City:
    """One invented city; its code starts every code of its places and every id of its agencies."""

    code: str

    @property
    def hotline(self) -> str:
        """The agency that speaks for the whole city."""
        return f"{self.code.lower()}-hotline"

    @property
    def works(self) -> str:
        """The agency that speaks for the first county alone, and asks for every receipt."""
        return f"{self.code.lower()}-works"

    @property
    def police(self) -> str:
        """A second agency of the whole city."""
        return f"{self.code.lower()}-police"

    @property
    def agencies(self) -> tuple[str, str, str]:
        """All that publish."""
        return self.hotline, self.works, self.police

    def villages(self, county: int | None = None) -> list[str]:
        """Codes of the villages, of one county or of all."""
        counties = range(COUNTIES) if county is None else (county,)
        return [
            f"{self.code}-{c}{town}{village}"
            for c in counties
            for town in range(TOWNS)
            for village in range(VILLAGES)
        ]


def make_city(folder: Path, code: str) -> City:
    """Write a city's jurisdiction folder with `hub init` from three tables."""
    city = City(code)
    places = [f"{code},City {code},city,"]
    for c in range(COUNTIES):
        places.append(f"{code}-{c},County {c},county,{code}")
        for town in range(TOWNS):
            places.append(f"{code}-{c}{town},Town {c}{town},township,{code}-{c}")
            places += [
                f"{code}-{c}{town}{village},Village {c}{town}{village},village,{code}-{c}{town}"
                for village in range(VILLAGES)
            ]
    kinds = ["AA,1,,甲,A,", "BB,1,,乙,B,", "ZZ,1,,不受理,Elsewhere,true"]
    kinds += [f"{kind},2,{kind[:2]},{kind},{kind}," for kind in (*KINDS, RESTRICTED_KIND)]
    bodies = [
        f"{city.hotline},热线,Hotline,{code},",
        f"{city.works},市政,Works,{code}-0,AA1",
        f"{city.police},公安,Police,{code},BB",
    ]
    tables = folder.parent / f"{folder.name}-tables"
    tables.mkdir(parents=True)
    heads = ("code,name,level,parent_code", "code,level,parent_code,name_zh,name_en,restricted")
    files = [tables / name for name in ("places.csv", "kinds.csv", "bodies.csv")]
    for file, rows in zip(
        files,
        ([heads[0], *places], [heads[1], *kinds], ["id,name_zh,name_en,territory,categories", *bodies]),
        strict=True,
    ):
        file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    init_jurisdiction(folder, *files, zone="Asia/Shanghai", letters=code)
    with (folder / "agencies" / f"{city.works}.toml").open("a", encoding="utf-8") as written:
        written.write('receipts = "all"\n')
    return city


def draw_map(folder: Path, city: City) -> None:
    """Lay a sketch into a city's folder: its counties as squares side by side."""
    features = [
        {
            "type": "Feature",
            "properties": {"code": f"{city.code}-{c}"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[c, 0], [c, 1], [c + 1, 1], [c + 1, 0], [c, 0]]],
            },
        }
        for c in range(COUNTIES)
    ]
    drawn = {"type": "FeatureCollection", "features": features}
    (folder / "map.geojson").write_text(json.dumps(drawn), encoding="utf-8")


def a_report(
    agency: str, number: int, at: datetime, place: str, kind: str = KINDS[0], **data: object
) -> Event:
    """A petition; `number` gives its id and its matter."""
    told = {"matter_id": f"m-{number}", "place": place, "category": kind, "nature": "complaint"}
    return {
        "specversion": "1.0",
        "id": f"e-{number}",
        "source": f"urn:linkage:agency:{agency}",
        "type": PETITION,
        "time": at.isoformat(timespec="milliseconds"),
        "data": {**told, "channel": "hotline", **data},
    }


def an_update(agency: str, number: int, at: datetime, of: int, status: str, **data: object) -> Event:
    """News of an earlier matter."""
    return {
        "specversion": "1.0",
        "id": f"u-{number}",
        "source": f"urn:linkage:agency:{agency}",
        "type": UPDATE,
        "time": at.isoformat(timespec="milliseconds"),
        "data": {"matter_id": f"m-{of}", "status": status, **data},
    }


def traffic(city: City, times: list[datetime], seed: int) -> Iterator[Event]:
    """Give one event for each time: reports, some in hot cells, and news, corrections and repeats."""
    chance = random.Random(seed)
    hot = [(place, chance.choice(KINDS)) for place in chance.sample(city.villages(), 6)]
    reported: dict[str, list[int]] = {agency: [] for agency in city.agencies}
    last: Event | None = None
    for number, at in enumerate(times):
        agency = chance.choice(city.agencies)
        known = reported[agency]
        dice = chance.random()
        if dice < 0.02 and last is not None:
            yield last
            continue
        if dice < 0.12 and known:
            status = chance.choice(["accepted", "resolved", "reopened", "transferred", "withdrawn"])
            last = an_update(agency, number, at, chance.choice(known), status)
        elif dice < 0.14 and known:
            place = chance.choice(city.villages(0))
            last = an_update(agency, number, at, chance.choice(known), "corrected", place=place)
        elif dice < 0.15:
            last = an_update(agency, number, at, 10**9 + number, "resolved")
        else:
            place, kind = (
                chance.choice(hot) if dice > 0.9 else (chance.choice(city.villages()), chance.choice(KINDS))
            )
            if agency == city.works and place not in city.villages(0):
                place = chance.choice(city.villages(0))
            known.append(number)
            last = a_report(agency, number, at, place, kind)
        yield last


def a_year(city: City, number: int, seed: int) -> list[bytes]:
    """Give the lines of a file with one year of history, some of them not events at all."""
    chance = random.Random(seed)
    seconds = sorted(chance.sample(range(YEAR_S), number))
    times = [YEAR_START + timedelta(seconds=second) for second in seconds]
    lines = [json.dumps(event, ensure_ascii=False).encode() + b"\n" for event in traffic(city, times, seed)]
    for at in chance.sample(range(number), number // 500):
        lines[at] = chance.choice(
            [b"{not json\n", b'{"a":1}\n', b"[]\n", lines[at].replace(b"complaint", b"anger")]
        )
    return lines
