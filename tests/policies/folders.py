"""Builds a small sound jurisdiction folder; a test names only the files it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SOUND = {
    "jurisdiction.toml": (
        'code = "LK"\nname_zh = "湖城"\nname_en = "Lakeside"\nletters = "LK"\nzone = "Europe/Oslo"\n'
        'scheme = "lk-1"\ncalendar = "plain"\n'
    ),
    "gazetteer.csv": (
        "code,name,level,parent_code,note\nLK,Lakeside,city,,\nN,North,county,LK,\nN1,Mill,township,N,\n"
        "N1a,Pier,village,N1,\nS-1,Ferry,village,LK,skips two tiers\n"
    ),
    "taxonomy.csv": (
        "code,level,parent_code,name_zh,name_en,restricted\nA,1,,环境,Environment,0\nA1,2,A,噪声,Noise,\n"
        "Z,1,,检举,Accusations,1\nZ1,2,Z,举报,,0\n"
    ),
    "agencies/police.toml": (
        'id = "police"\nname_zh = "警察局"\nname_en = "Police"\nterritory = "LK"\ncategories = ["A1"]\n'
    ),
    "agencies/holders.toml": "".join(
        f'[[holders]]\ntier = "{tier}"\nid_prefix = "lk-"\nname_zh = "{{parent}}{{name}}中心"\n'
        'name_en = "{name} centre"\n'
        for tier in ("village", "township", "county", "city")
    ),
    "rules/often.toml": (
        'name = "often"\nkind = "frequent"\ntier = "village"\ncategory_level = 2\nwithin_days = 14\n'
        'matters_min = 3\n[[examples]]\ndays = [1, 2, 14]\nexpect = "suspected"\n'
    ),
    "tiers/default.toml": (
        'name = "default"\n[stage]\nvillage = { count = 3, unit = "working_days" }\n'
        'township = { count = 5, unit = "working_days" }\ncounty = { count = 7, unit = "days" }\n'
    ),
    "calendars/plain.toml": 'name = "plain"\nsource = "weekdays"\n',
}


def a_folder(folder: Path, changed: dict[str, str | bytes | None] | None = None) -> Path:
    """Write the sound folder with some files changed, or left out where None."""
    files: dict[str, str | bytes | None] = {**SOUND, **(changed or {})}
    for name, content in files.items():
        if content is not None:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def edited(name: str, old: str, new: str) -> dict[str, str | bytes | None]:
    """Give the sound file `name` with its first `old` replaced by `new`."""
    assert old in SOUND[name], f"{name} does not hold {old!r}"
    return {name: SOUND[name].replace(old, new, 1)}
