"""Probes: `/metrics`, `/healthz` and `/readyz` of a worker, from threads of their own."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from socketserver import ThreadingMixIn
from threading import Thread
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import orjson
from prometheus_client import make_wsgi_app

from hub.agents._progress import Progress

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - the base class says so
        """Say nothing: a scrape every few seconds is no news."""


def serve_probes(host: str, port: int, progress: Progress) -> None:
    """Serve for as long as the process lives.

    `/healthz`: 503 once an agent, or the event loop, stands still. `/readyz`: 503 also while the consumer group has not
    given this worker its partitions. Raises `OSError` when the port cannot be had.
    """
    metrics: Any = make_wsgi_app()

    def probe(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path not in ("/healthz", "/readyz"):
            answered: Iterable[bytes] = metrics(environ, start)
            return answered
        missing = progress.stuck()
        if path == "/readyz" and not progress.joined:
            missing = (*missing, "partitions")
        status = "503 Service Unavailable" if missing else "200 OK"
        start(status, [("Content-Type", "application/json")])
        return [orjson.dumps({path[1:-1]: not missing, "missing": missing})]

    class Server(_Server):
        address_family = socket.getaddrinfo(host, port)[0][0]

    server = make_server(host, port, probe, Server, _Quiet)
    Thread(target=server.serve_forever, name="probes", daemon=True).start()
