"""Four pages of panels, each with its question to Prometheus, unit and description in both languages."""

from __future__ import annotations

from typing import Final, NamedTuple


class Panel(NamedTuple):
    """One panel: what it asks, in which unit, what it means in both languages, and how it is drawn."""

    title: str
    expr: str
    unit: str
    text: str
    legend: str = ""
    kind: str = "timeseries"


class Dashboard(NamedTuple):
    """One page of panels, and the page of the console that shows the same matter row by row."""

    uid: str
    title: str
    page: str
    panels: tuple[Panel, ...]


def _mean(histogram: str) -> str:
    """Give the mean of a histogram over a week, by tier."""
    return " / ".join(f"sum by (tier) (increase({histogram}_{part}[7d]))" for part in ("sum", "count"))


BUSINESS: Final = Dashboard(
    "hub-business",
    "业务态势 / Business",
    "/",
    (
        Panel(
            "未结顽疾 / Open problems",
            "sum by (tier) (hub_problems_aged)",
            "short",
            "按承办层级 / by the tier that holds them",
            "{{tier}}",
        ),
        Panel(
            "在册时长 / How long open",
            "sum by (days) (hub_problems_aged)",
            "short",
            "未结顽疾按天数分段 / open problems by days since opened",
            "{{days}}",
        ),
        Panel(
            "事件流量 / Events",
            "sum by (outcome) (rate(hub_events_total[5m]))",
            "reqps",
            "每秒入日志事件, 按结果 / events a second into the log, by outcome",
            "{{outcome}}",
        ),
        Panel(
            "各单位接收 / Accepted by agency",
            'sum by (agency) (hub_agency_events{outcome="accepted"})',
            "short",
            "累计接收事件 / accepted events so far",
            "{{agency}}",
        ),
        Panel(
            "决定 / Decisions",
            "sum by (kind) (increase(hub_decisions_total[1h]))",
            "short",
            "一小时内各类决定 / decisions of the last hour, by kind",
            "{{kind}}",
        ),
        Panel(
            "未接收原因 / Not taken, why",
            "sum by (code) (increase(hub_events_not_taken_total[1h]))",
            "short",
            "一小时内退回与待定, 按代码 / refused or quarantined in the last hour",
            "{{code}}",
        ),
    ),
)
ESCALATION: Final = Dashboard(
    "hub-escalation",
    "升级与时限 / Escalation and clocks",
    "/escalations",
    (
        Panel(
            "漏升级 / Missed",
            "max(hub_escalations_missed)",
            "short",
            "审计器认定应升而未升, 应为 0 / should have risen and have not; 0 is right",
            kind="stat",
        ),
        Panel(
            "超时未触发 / Late clocks",
            "max(hub_timers_late)",
            "short",
            "到期一分钟仍未触发, 应为 0 / due a minute ago and not fired; 0 is right",
            kind="stat",
        ),
        Panel(
            "运行中的时钟 / Clocks running",
            "sum(hub_timers_pending)",
            "short",
            "本级时限 / stage clocks that run",
            kind="stat",
        ),
        Panel(
            "升级 / Rises",
            "sum by (tier) (increase(hub_tiers_raised_total[1d]))",
            "short",
            "一日内升至各级的件数 / problems lifted to each tier within a day",
            "{{tier}}",
        ),
        Panel(
            "升级理由 / Why",
            "sum by (reason) (increase(hub_tiers_raised_total[1d]))",
            "short",
            "一日内升级的理由 / reasons of a day's rises",
            "{{reason}}",
        ),
        Panel(
            "超三十日未结 / Open over 30 days",
            'sum by (tier) (hub_problems_aged{days="30+"})',
            "short",
            "按承办层级 / by the tier that holds them",
            "{{tier}}",
        ),
        Panel(
            "通知 / Notices",
            "sum by (kind) (increase(hub_notices_total[1d]))",
            "short",
            "一日内催办、督办、通报等 / reminders, supervision and above within a day",
            "{{kind}}",
        ),
        Panel(
            "通知送达 / Delivered",
            "sum by (outcome) (increase(hub_notices_delivered_total[1d]))",
            "short",
            "一日内经邮件、群与系统送达或失败的次数 / tries within a day beside Kafka",
            "{{outcome}}",
        ),
        Panel(
            "已超期 / Overdue",
            "sum by (days) (hub_problems_overdue)",
            "short",
            "过了本级时限的顽疾, 按超期天数 / past their stage's due moment, by days",
            "{{days}}",
        ),
        Panel(
            "签收用时 / To acceptance",
            _mean("hub_task_acceptance_seconds"),
            "s",
            "七日平均, 按层级 / seven days' mean, by tier",
            "{{tier}}",
        ),
        Panel(
            "办结用时 / To settlement",
            _mean("hub_problem_settlement_seconds"),
            "s",
            "七日平均, 自立案起 / seven days' mean, from the opening",
            "{{tier}}",
        ),
        Panel(
            "升级用时 / To a rise",
            _mean("hub_problem_rise_seconds"),
            "s",
            "七日平均, 自立案起 / seven days' mean, from the opening",
            "{{tier}}",
        ),
    ),
)
STREAM: Final = Dashboard(
    "hub-stream",
    "流处理 / Stream",
    "/health",
    (
        Panel(
            "积压 / Lag",
            "max by (stage) (hub_lag_records)",
            "short",
            "等待各环节的记录 / records that wait, by stage",
            "{{stage}}",
        ),
        Panel(
            "页面落后 / Screens behind",
            "max(hub_shown_age_seconds)",
            "s",
            "距页面最后与日志一致的时间 / since what people read held all of the log",
        ),
        Panel(
            "每批耗时 p99 / Seconds a batch",
            "histogram_quantile(0.99, sum by (stage, le) (rate(hub_stage_batch_seconds_bucket[5m])))",
            "s",
            "各环节 / by stage",
            "{{stage}}",
        ),
        Panel(
            "每批条数 / Batch size",
            "sum by (stage) (rate(hub_stage_batch_events_sum[5m]))"
            " / sum by (stage) (rate(hub_stage_batch_events_count[5m]))",
            "short",
            "各环节平均 / mean, by stage",
            "{{stage}}",
        ),
        Panel(
            "提交距今 / Since last commit",
            "time() - max(hub_last_commit_timestamp_seconds > 0)",
            "s",
            "无事件时可长 / may be long when nothing comes",
        ),
        Panel(
            "时钟距今 / Since last tick",
            "time() - max(hub_last_tick_timestamp_seconds > 0)",
            "s",
            "应在 2 秒内 / within 2 s is right",
        ),
        Panel(
            "待发 / Outbox",
            "max(hub_outbox_waiting)",
            "short",
            "已决定而未发出的消息 / decided and not yet sent",
        ),
        Panel(
            "已发 / Relayed",
            "sum(rate(hub_outbox_relayed_total[5m]))",
            "reqps",
            "每秒发出 / messages a second",
        ),
        Panel(
            "分片归属 / Shards owned",
            "sum by (instance) (hub_shards_owned)",
            "short",
            "各工作进程 / by worker",
            "{{instance}}",
        ),
        Panel(
            "处理器 / CPU",
            'sum by (job) (rate(process_cpu_seconds_total{job=~"intake|linkage|console"}[5m]))',
            "percentunit",
            "各进程 / by process",
            "{{job}}",
        ),
        Panel(
            "内存 / Memory",
            'sum by (job) (process_resident_memory_bytes{job=~"intake|linkage|console"})',
            "bytes",
            "各进程 / by process",
            "{{job}}",
        ),
        Panel(
            "重启 / Restarts",
            'sum by (job) (changes(process_start_time_seconds{job=~"intake|linkage|console"}[1h]))',
            "short",
            "一小时内 / within an hour",
            "{{job}}",
        ),
        Panel(
            "部件失联 / Parts away",
            "max by (part) (hub_watch_failed)",
            "short",
            "1 为失联 / 1 is away",
            "{{part}}",
        ),
        Panel(
            "数据库报错 / SQL errors",
            "sum(increase(hub_sql_errors_total[1h]))",
            "short",
            "一小时内 / within an hour",
        ),
        Panel(
            "磁盘余量 / Disk free",
            "min(hub_disk_free_ratio)",
            "percentunit",
            "HUB_VAR 所在磁盘 / the disk of HUB_VAR",
        ),
        Panel(
            "已入库记录 / Records taken",
            "max(hub_log_taken_records)",
            "short",
            "不动即无人处理 / of the log, in SQL; stands still when nobody works",
        ),
        Panel(
            "监测距今 / Since last look",
            "time() - max(hub_watch_timestamp_seconds > 0)",
            "s",
            "控制台最近一次查看 / the console's last look at SQL and Kafka",
        ),
        Panel(
            "各进程在管 / Held by worker",
            "sum by (instance) (hub_problems_open)",
            "short",
            "工作进程内存中的未结顽疾 / open problems in a worker's memory",
            "{{instance}}",
        ),
    ),
)
AGENCIES: Final = Dashboard(
    "hub-agencies",
    "接入单位 / Agencies",
    "/agencies",
    (
        Panel(
            "已静默 / Silent for",
            "max by (agency) (hub_agency_silent_seconds)",
            "s",
            "距最后一次事件或心跳 / since the last event or heartbeat",
            "{{agency}}",
        ),
        Panel(
            "静默占惯常 / Silence against habit",
            "max by (agency) (hub_agency_silent_seconds / hub_agency_silence_limit_seconds)",
            "percentunit",
            "超过 100% 即告警 / over 100 % alerts",
            "{{agency}}",
        ),
        Panel(
            "来件 / Events",
            "sum by (agency) (increase(hub_agency_events[1h]))",
            "short",
            "一小时内 / within an hour",
            "{{agency}}",
        ),
        Panel(
            "退回占比 / Share refused",
            'sum by (agency) (hub_agency_events{outcome="refused"}) / sum by (agency) (hub_agency_events)',
            "percentunit",
            "累计 / so far",
            "{{agency}}",
        ),
        Panel(
            "重复占比 / Share of duplicates",
            'sum by (agency) (hub_agency_events{outcome="duplicate"}) / sum by (agency) (hub_agency_events)',
            "percentunit",
            "累计 / so far",
            "{{agency}}",
        ),
        Panel(
            "HTTP 接入 / Over HTTP",
            "sum by (outcome) (increase(hub_api_events_total[1h]))",
            "short",
            "一小时内, 发布与当场退回 / published, or refused at once",
            "{{outcome}}",
        ),
        Panel(
            "异常静默 / Unusually silent",
            "max(hub_agencies_silent)",
            "short",
            "静默超过其惯常的单位数 / agencies silent for longer than is usual",
            kind="stat",
        ),
        Panel(
            "密钥剩余天数 / Key days left",
            "min by (holder) (hub_key_days_left)",
            "d",
            "最先到期的密钥; 负数为已过期 / the first key to expire; below 0 it has",
            "{{holder}}",
        ),
    ),
)
DASHBOARDS: Final = (BUSINESS, ESCALATION, STREAM, AGENCIES)
