"""How a Kafka cluster is reached: where it is, and as whom."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from typing import Any, Final

MECHANISM: Final = "SCRAM-SHA-512"
"""How a name is proven: the broker keeps no password, and none crosses the wire."""


@dataclass(frozen=True, slots=True)
class Reach:
    """A cluster at `servers` ("host:port,host:port"), spoken to as `user` where it asks who is there.

    `ca`, a PEM file, is the authority of its certificate: with it every byte goes through TLS.
    """

    servers: str
    user: str = ""
    password: str = field(default="", repr=False)
    ca: str = ""

    def addresses(self) -> list[str]:
        """Give each server as "host:port"."""
        return self.servers.split(",")

    def trust(self) -> ssl.SSLContext | None:
        """Give what certificates are held against; None where nothing is encrypted. Raises `OSError`."""
        return ssl.create_default_context(cafile=self.ca) if self.ca else None

    def options(self) -> dict[str, Any]:
        """Give what a client of kafka-python or aiokafka is opened with. Raises `OSError` for a bad `ca`."""
        asked: dict[str, Any] = {"bootstrap_servers": self.addresses()}
        if self.ca:
            asked["ssl_context"] = self.trust()
        if self.user:
            asked |= {
                "sasl_mechanism": MECHANISM,
                "sasl_plain_username": self.user,
                "sasl_plain_password": self.password,
            }
        asked["security_protocol"] = ("SASL_" if self.user else "") + ("SSL" if self.ca else "PLAINTEXT")
        return asked


def reached(cluster: str | Reach) -> Reach:
    """Give a cluster that is named by its servers alone as one that asks nobody who they are."""
    return Reach(cluster) if isinstance(cluster, str) else cluster
