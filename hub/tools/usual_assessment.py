"""The assessment that a new jurisdiction starts with: every agency, by the hub's own figures, month by month."""

from __future__ import annotations

from typing import Final

AGENCIES: Final = """\
# What a figure counts is said by `hub assess figures`. Set weights and targets to what the city agrees on; items that
# departments submit have `by = ["agency-id"]` instead of `figure`.
name = "agencies"
name_zh = "单位月度考评"
name_en = "Monthly assessment of agencies"
every = "month"
units = "agency"
closes_after = { count = 3, unit = "working_days" }

[[items]]
code = "agency-closed"
name_zh = "按期办结率"
name_en = "Closed in time"
weight = 30
formula = "rate"
figure = "closed_in_time"

[[items]]
code = "agency-solved"
name_zh = "解决率"
name_en = "Solved"
weight = 30
formula = "rate"
figure = "solved"

[[items]]
code = "agency-signed"
name_zh = "签收率"
name_en = "Tasks signed in time"
weight = 20
formula = "rate"
figure = "signed_in_time"

[[items]]
code = "agency-done"
name_zh = "任务按期完成率"
name_en = "Tasks done in time"
weight = 20
formula = "rate"
figure = "done_in_time"
"""
