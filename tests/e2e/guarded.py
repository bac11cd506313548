"""A Kafka node that asks who is there and grants each its own: SCRAM-SHA-512 over TLS, with Kafka's own authorizer."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.reach import Reach
from hub.tools.broker import (
    HOST,
    JARS,
    JVM_FLAGS,
    SERVER,
    answers,
    cluster_id,
    die_with_parent,
    find_free_port,
)

USER, PASSWORD = "hub", "of-the-hub-alone"
SECRET = "of-the-store"  # noqa: S105 - of a keystore that lives in a test
WITHIN_S = 60.0

GUARD = """\
sasl.enabled.mechanisms=SCRAM-SHA-512
sasl.mechanism.inter.broker.protocol=SCRAM-SHA-512
listener.name.clients.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule \
required username="{user}" password="{password}";
ssl.keystore.location={folder}/node.p12
ssl.keystore.password={secret}
ssl.truststore.location={folder}/trust.p12
ssl.truststore.password={secret}
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:{user};User:ANONYMOUS
"""


@contextmanager
def guarded_node(folder: Path) -> Iterator[Reach]:
    """Run such a node for as long as the block lasts; gives how the hub reaches it."""
    port = find_free_port()
    make_certificate(folder)
    server = folder / "server.properties"
    plain = SERVER.format(host=HOST, port=port, controller_port=find_free_port(), data=folder / "data")
    server.write_text(
        plain.replace("CLIENTS:PLAINTEXT", "CLIENTS:SASL_SSL")
        + GUARD.format(user=USER, password=PASSWORD, folder=folder, secret=SECRET),
        encoding="utf-8",
    )
    java = ["java", *JVM_FLAGS, "-cp", f"{JARS}/*"]
    run(
        *(*java, "kafka.tools.StorageTool", "format", "--config", server),
        *("--cluster-id", cluster_id(bytes(range(16)))),
        *("--add-scram", f'SCRAM-SHA-512=[name="{USER}",password="{PASSWORD}"]'),
    )
    reach = Reach(f"{HOST}:{port}", USER, PASSWORD, str(folder / "ca.pem"))
    with (folder / "node.log").open("wb") as log:
        node = subprocess.Popen(die_with_parent([*java, "kafka.Kafka", str(server)]), stdout=log, stderr=log)
    try:
        until = time.monotonic() + WITHIN_S
        while not answers(reach):
            assert node.poll() is None, (folder / "node.log").read_text(encoding="utf-8")[-3000:]
            assert time.monotonic() < until, (folder / "node.log").read_text(encoding="utf-8")[-3000:]
        yield reach
    finally:
        node.kill()
        node.wait()


def make_certificate(folder: Path) -> None:
    """Make the node's certificate, its own authority, for 127.0.0.1."""
    store = ("-storetype", "PKCS12", "-storepass", SECRET, "-alias", "node")
    run(
        *("keytool", "-genkeypair", "-keyalg", "EC", "-dname", "CN=node", "-ext", f"san=ip:{HOST}"),
        *("-ext", "bc=ca:true", "-keystore", folder / "node.p12", *store),
    )
    run(
        "keytool", "-exportcert", "-rfc", "-file", folder / "ca.pem", "-keystore", folder / "node.p12", *store
    )
    run(
        *("keytool", "-importcert", "-noprompt", "-file", folder / "ca.pem"),
        *("-keystore", folder / "trust.p12", *store),
    )


def run(*words: object) -> None:
    """Run a command that must succeed."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
