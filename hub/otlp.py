"""Export of hops by OpenTelemetry (OTLP over HTTP): needs the `otel` extra, and HUB_OTLP_ENDPOINT."""

from __future__ import annotations

import atexit
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanContext, SpanKind, TraceFlags

from hub.traces import Hop, Sink, ids_of

NS_PER_MS: Final = 1_000_000


def open_otlp(endpoint: str, stage: str, member: str) -> Sink:
    """Give a sink that sends spans in batches to a collector, the rest when the process leaves.

    A collector that is away costs spans, never events. The batches' size and delay are OpenTelemetry's own settings
    (`OTEL_BSP_…`).
    """
    processor = BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces"))
    atexit.register(processor.shutdown)
    resource = Resource.create(
        {"service.namespace": "linkage-hub", "service.name": stage, "service.instance.id": member}
    )

    def sink(hop: Hop, ended_ns: int) -> None:
        processor.on_end(_span(hop, ended_ns, resource))

    return sink


def _span(hop: Hop, ended_ns: int, resource: Resource) -> ReadableSpan:
    ids = ids_of(hop)
    agency, _, event = hop.cause.partition("/")
    flags = TraceFlags(TraceFlags.SAMPLED if ids.is_sampled else TraceFlags.DEFAULT)
    trace = int(ids.trace, 16)
    began_ns = min(hop.began_ms * NS_PER_MS, ended_ns)
    return ReadableSpan(
        hop.stage,
        context=SpanContext(trace, int(ids.span, 16), is_remote=False, trace_flags=flags),
        parent=SpanContext(trace, int(ids.parent, 16), is_remote=True, trace_flags=flags),
        resource=resource,
        attributes={"linkage.agency": agency, "linkage.event": event, "linkage.outcome": hop.outcome},
        kind=SpanKind.PRODUCER if hop.stage == "relay" else SpanKind.CONSUMER,
        start_time=began_ns,
        end_time=ended_ns,
    )
