"""A collector of traces on loopback that keeps the spans it is sent over OTLP."""

from __future__ import annotations

import gzip
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import NamedTuple

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from hub.tools.broker import HOST


class Span(NamedTuple):
    """One span as it was sent; ids are lower-case hex, times Unix nanoseconds."""

    service: str
    name: str
    trace: str
    span: str
    parent: str
    began_ns: int
    ended_ns: int
    facts: dict[str, str]


class Collector:
    """Takes spans at `endpoint`, as Jaeger or an OpenTelemetry collector would."""

    def __init__(self) -> None:
        """Listen on a port of its own."""
        self.spans: list[Span] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                is_packed = self.headers.get("content-encoding") == "gzip"
                collector.spans += spans_of(gzip.decompress(body) if is_packed else body)
                self.send_response(200 if self.path == "/v1/traces" else 404)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class says so
                """Say nothing."""

        self.server = HTTPServer((HOST, 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def endpoint(self) -> str:
        """Where it is, as HUB_OTLP_ENDPOINT says it."""
        return f"http://{HOST}:{self.server.server_port}"

    def of(self, trace: str) -> dict[str, Span]:
        """Give the spans of a trace by name."""
        return {span.name: span for span in self.spans if span.trace == trace}

    def close(self) -> None:
        """Stop listening."""
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def spans_of(body: bytes) -> list[Span]:
    """Read a request of the protocol (OTLP 1, binary protobuf)."""
    found = []
    for told in ExportTraceServiceRequest.FromString(body).resource_spans:
        names = {pair.key: pair.value.string_value for pair in told.resource.attributes}
        found += [
            Span(
                names["service.name"],
                span.name,
                span.trace_id.hex(),
                span.span_id.hex(),
                span.parent_span_id.hex(),
                span.start_time_unix_nano,
                span.end_time_unix_nano,
                {pair.key: pair.value.string_value for pair in span.attributes},
            )
            for scope in told.scope_spans
            for span in scope.spans
        ]
    return found
