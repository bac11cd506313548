"""One real Apache Kafka node (KRaft: broker and controller in one) as a child, for one machine and tests.

The official jars come through `deploy/broker/pom.xml`; the node keeps its log under the folder it is given.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
import uuid
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from hub.reach import Reach

HOST: Final = "127.0.0.1"
JARS: Final = Path(__file__).resolve().parents[2] / "var" / "broker" / "jars"
READY_WITHIN_S: Final = 60.0
STOP_WITHIN_S: Final = 10.0
PROBE_EVERY_S: Final = 0.1
# Start to first answer, median of four on two cores: 2.7 s and 3.6 CPU seconds; with the second compiler
# and the default collector 3.3 s and 6.1 CPU seconds, and 50 MB more memory.
JVM_FLAGS: Final = ("-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")

# The session timeout is how long a node that was killed waits for its own earlier registration to lapse.
SERVER: Final = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller_port}
controller.listener.names=CONTROLLER
listeners=CLIENTS://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=CLIENTS://{host}:{port}
inter.broker.listener.name=CLIENTS
listener.security.protocol.map=CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
num.network.threads=2
num.io.threads=4
message.max.bytes=4194304
replica.fetch.max.bytes=4194304
log.cleaner.dedupe.buffer.size=33554432
broker.session.timeout.ms=4000
broker.heartbeat.interval.ms=1000
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
"""

LOGGING: Final = """\
appender.file.type=RollingFile
appender.file.name=file
appender.file.fileName={log}
appender.file.filePattern={log}.%i
appender.file.layout.type=PatternLayout
appender.file.layout.pattern=%d %p %c{{1}} %m%n
appender.file.policies.type=Policies
appender.file.policies.size.type=SizeBasedTriggeringPolicy
appender.file.policies.size.size=10MB
appender.file.strategy.type=DefaultRolloverStrategy
appender.file.strategy.max=2
rootLogger.level=WARN
rootLogger.appenderRef.file.ref=file
"""


class BrokerError(Exception):
    """The node cannot start or died; the text says why and what to do, in Chinese and English."""


def is_free(port: int, host: str = HOST) -> bool:
    """Say whether a server could listen on this port now."""
    with socket.socket() as probe:
        # As servers do: a port whose last connections are still closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def find_free_port() -> int:
    """Ask the kernel for a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def answers(reach: Reach) -> bool:
    """Say whether a Kafka node with a controller answers at its address; one attempt of about a second."""
    host, _, port = reach.addresses()[0].rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
        admin = KafkaAdminClient(**reach.options(), request_timeout_ms=2000, bootstrap_timeout_ms=1000)
    except (OSError, KafkaError):
        return False
    try:
        cluster = admin.describe_cluster()
    except KafkaError:
        return False
    finally:
        admin.close()
    return bool(cluster["brokers"]) and cluster["controller_id"] >= 0


def prepare(folder: Path, port: int) -> list[str]:
    """Write the node's configuration, format its storage the first time, and return the command that runs it.

    `folder` keeps the log (`data/`), the two configuration files and `server.log`.
    Raises `BrokerError` when Java or the jars are missing, the port is taken, or formatting fails.
    """
    java = _find_java()
    if not is_free(port):
        raise BrokerError(
            f"端口 {port} 已被占用,Kafka 无法启动;请释放该端口或设置 HUB_BROKER / "
            f"port {port} is in use, so Kafka cannot start: free it or set HUB_BROKER to another address"
        )
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    server = folder / "server.properties"
    server.write_text(
        SERVER.format(host=HOST, port=port, controller_port=find_free_port(), data=folder / "data"),
        encoding="utf-8",
    )
    logging = folder / "log4j2.properties"
    logging.write_text(LOGGING.format(log=folder / "server.log"), encoding="utf-8")
    base = [java, *JVM_FLAGS, f"-Dlog4j2.configurationFile={logging}", "-cp", f"{JARS}/*"]
    if not (folder / "data" / "meta.properties").exists():
        _format(base, server)
    return [*base, "kafka.Kafka", str(server)]


def wait_until_ready(process: subprocess.Popen[bytes], bootstrap: str, log: Path) -> None:
    """Return once the node answers; raises `BrokerError` when it dies first or does not answer in time."""
    deadline = time.monotonic() + READY_WITHIN_S
    while not answers(Reach(bootstrap)):
        try:
            process.wait(timeout=PROBE_EVERY_S)
        except subprocess.TimeoutExpired:
            if time.monotonic() < deadline:
                continue
        raise BrokerError(
            f"Kafka 未能在 {bootstrap} 就绪(退出码 {process.poll()}),详见 {log} / "
            f"Kafka did not become ready at {bootstrap} "
            f"(exit status {process.poll()}); see {log}: {_last_line(log)}"
        )


@dataclass(frozen=True, slots=True)
class Broker:
    """A running node. `bootstrap` is what clients connect to, `folder` holds its log."""

    bootstrap: str
    folder: Path
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """Let the node close its log and leave; killed after ten seconds. May be called twice."""
        self.process.terminate()
        try:
            self.process.wait(timeout=STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End the node at once, as a power cut would."""
        self.process.kill()
        self.process.wait()


def start_broker(folder: Path, port: int) -> Broker:
    """Start a node on 127.0.0.1:`port` with its log in `folder`, and return once it answers.

    The same folder may be started again, on any port: the log is kept. Raises `BrokerError`.
    """
    command = prepare(folder, port)
    output = folder / "console.log"
    with output.open("ab") as out:
        process = subprocess.Popen(
            die_with_parent(command), stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )
    broker = Broker(f"{HOST}:{port}", folder, process)
    try:
        wait_until_ready(process, broker.bootstrap, folder / "server.log")
    except BaseException:
        broker.kill()
        raise
    return broker


def die_with_parent(command: list[str]) -> list[str]:
    """Wrap a command so that the kernel ends it when its parent dies, even by `kill -9`: no orphan stays."""
    return ["setpriv", "--pdeathsig", "TERM", "--", *command]


def _find_java() -> str:
    """Path of `java`; raises `BrokerError` when it or the jars are missing."""
    java = shutil.which("java")
    if java is None:
        raise BrokerError(
            "找不到 Java(需要 17 或更新版本),请先运行 make setup / "
            "Java 17 or newer is missing: run `make setup` first"
        )
    if not any(JARS.glob("kafka_*.jar")):
        raise BrokerError(
            f"{JARS} 中没有 Kafka 程序包,请先运行 make setup / "
            f"no Kafka jars in {JARS}: run `make setup` first"
        )
    return java


def cluster_id(chance: bytes) -> str:
    """Give 16 bytes as Kafka writes a cluster's id; never with a leading dash, which its tool takes for an option."""
    return urlsafe_b64encode(b"\x00" + chance[1:]).decode().rstrip("=")


def _format(base: list[str], server: Path) -> None:
    cluster = cluster_id(uuid.uuid4().bytes)
    tool = [*base, "kafka.tools.StorageTool", "format", "--cluster-id", cluster, "--config", str(server)]
    done = subprocess.run(tool, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines() or [""]
        raise BrokerError(f"Kafka 存储无法初始化 / Kafka's storage cannot be formatted: {said[-1]}")


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines() if log.exists() else []
    return lines[-1] if lines else ""
