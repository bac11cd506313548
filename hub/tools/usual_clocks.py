"""The statutory clocks that a new jurisdiction starts with: China's national ones, or plain ones to be replaced."""

from __future__ import annotations

from typing import Final

CHINESE: Final = """\
# The national limits; add local rules and finer levels beside them (one [[clocks]] each, with its article).

[[clocks]]
name = "petition-answer"
name_zh = "书面告知是否受理"
name_en = "Tell whether a petition is accepted"
article = "《信访工作条例》第二十三条第二款"
event = "petition"
channels = ["letter", "visit", "online"]
starts = "received"
stops = "accepted"
span = { count = 15, unit = "days" }
warn_percent = [50, 80]

[[clocks]]
name = "petition-decide"
name_zh = "申诉求决类信访事项办结"
name_en = "Decide a petition for redress"
article = "《信访工作条例》第三十四条"
event = "petition"
natures = ["request"]
channels = ["letter", "visit", "online"]
reopened = [0, 1, 2]
starts = "accepted"
stops = "closed"
span = { count = 60, unit = "days" }
warn_percent = [50, 75, 90]
extension = { count = 30, unit = "days" }

[[clocks]]
name = "hotline-answer"
name_zh = "热线一般诉求,7日"
name_en = "Ordinary hotline ticket, 7 days"
article = "国办发〔2020〕53号:分类限时办理;7日为通行口径,请改为本地规定"
event = "petition"
channels = ["hotline"]
starts = "received"
stops = "closed"
span = { count = 7, unit = "days" }
warn_percent = [50, 80]

[[clocks]]
name = "mediate"
name_zh = "调解期限"
name_en = "Mediate"
article = "《人民调解法》未定期限;30日为各地通行口径"
event = "dispute"
starts = "accepted"
stops = "closed"
span = { count = 30, unit = "days" }
warn_percent = [50, 80]
extension = { count = 30, unit = "days" }

[[clocks]]
name = "incident-phone"
name_zh = "电话接报"
name_en = "Telephone report taken"
article = "《突发事件应对法》第十七条(立即报告);30分钟为预案通行规定"
event = "incident"
starts = "received"
stops = "accepted"
span = { count = 30, unit = "minutes" }
warn_percent = [50]

[[clocks]]
name = "incident-written"
name_zh = "书面上报"
name_en = "Written report upward"
article = "《突发事件应对法》第十七条(立即报告);1小时为预案通行规定"
event = "incident"
starts = "received"
stops = "transferred"
span = { count = 1, unit = "hours" }
warn_percent = [50]
"""

PLAIN: Final = """\
# No law stands behind these; set them to what holds here and name the article of each.

[[clocks]]
name = "acknowledge"
name_zh = "答复是否受理"
name_en = "Acknowledge"
article = "本地规定待填 / name the local rule"
event = "petition"
starts = "received"
stops = "accepted"
span = { count = 5, unit = "working_days" }
warn_percent = [50, 80]

[[clocks]]
name = "answer"
name_zh = "办结答复"
name_en = "Answer"
article = "本地规定待填 / name the local rule"
event = "petition"
starts = "received"
stops = "closed"
span = { count = 30, unit = "days" }
warn_percent = [50, 80]

[[clocks]]
name = "mediate"
name_zh = "调解期限"
name_en = "Mediate"
article = "本地规定待填 / name the local rule"
event = "dispute"
starts = "accepted"
stops = "closed"
span = { count = 30, unit = "days" }
warn_percent = [50, 80]

[[clocks]]
name = "incident-report"
name_zh = "接报确认"
name_en = "Report taken by the duty desk"
article = "本地规定待填 / name the local rule"
event = "incident"
starts = "received"
stops = "accepted"
span = { count = 1, unit = "hours" }
warn_percent = [50]
"""
