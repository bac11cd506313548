"""How the tiers of a new jurisdiction hold problems until its own people decide otherwise."""

from __future__ import annotations

from typing import Final

HEAD: Final = """\
# Until when each tier may hold a problem, and what else it must keep. Set the numbers to what is right here.
name = "default"
acceptance = { count = 4, unit = "working_hours" }
returns_within = { count = 1, unit = "working_days" }
warns_at = [0.75]
# "revisit": enough satisfied people settle it; "operator": somebody always goes and looks.
verification = "revisit"
revisit_satisfied_min = 0.8
watch = { count = 30, unit = "days" }
"""

NOTICES: Final = """
# The larger the area, the more one matter is chance.
[rebound_matters]
township = 2
county = 3
city = 5

# The ladder of notices; each step follows when the one before is not answered.
[[notices]]
kind = "nudged"
reply_within = { count = 1, unit = "working_days" }

[[notices]]
kind = "supervised"
reply_within = { count = 3, unit = "working_days" }

[[notices]]
kind = "circulated"

[rises.severity]
1 = "city"
2 = "city"
3 = "county"
"""
