"""Whether a file of events would be taken: every flaw with its line and pointer, before anything is sent.

The same code as intake's decides; what only the log knows (duplicates, unknown matters and tasks) is not judged here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from hub.core.intake import Gate, Times, item_of, unwritten
from hub.core.screen import screen
from hub.policies.models import Policy
from hub.schemas.codec import Decoded, decode
from hub.schemas.flaws import Flaw, flaw
from hub.schemas.reasons import QuarantineCode, RefusalCode

SOURCE: Final = "urn:linkage:agency:"
STRUCTURED: Final = (("content-type", b"application/cloudevents+json"),)


class Finding(NamedTuple):
    """One event that would not be accepted: where it lies, which it is, and why. `in_batch` counts from 0."""

    line: int
    in_batch: int
    id: str
    code: RefusalCode | QuarantineCode
    pointer: str
    message_zh: str
    message_en: str


class Validated(NamedTuple):
    """How many events a file holds, and what is wrong with which."""

    events: int
    findings: tuple[Finding, ...]


def validate(file: Path, policy: Policy | None, now_ms: int) -> Validated:
    """Judge a file: one JSON document (an event or an array), or one event or array a line.

    With `policy` places, categories, agencies and times are judged as well.
    """
    raw = file.read_bytes()
    judge = _Judge(policy, now_ms)
    events, findings = 0, list[Finding]()
    for line, text in _records(raw):
        decoded = decode(text, STRUCTURED)
        lines = _lines_of(text) if b"\n" in text.strip() else {}
        events += len(decoded)
        batch = text.lstrip()[:1] == b"["
        for index, event in enumerate(decoded):
            found = judge.flaw_of(event)
            if found is None:
                continue
            whole = f"/{index}" if batch else ""
            inner = _nearest(lines, whole + found.pointer)
            event_id = found.event_id if isinstance(event, Flaw) else event.id
            findings.append(
                Finding(
                    line + inner,
                    index,
                    event_id,
                    found.code,
                    found.pointer,
                    found.message_zh,
                    found.message_en,
                )
            )
    return Validated(events, tuple(findings))


class _Judge:
    """Judges events of any agency of one city, or by the contract alone."""

    def __init__(self, policy: Policy | None, now_ms: int) -> None:
        self._policy = policy
        self._times = Times(now_ms, now_ms)
        self._gates: dict[str, Gate] = {}

    def flaw_of(self, event: Decoded) -> Flaw | None:
        """Give why an event would not be accepted; None when it would."""
        if isinstance(event, Flaw):
            return event
        if self._policy is None:
            return screen(event)
        agency = self._policy.agencies.get(event.source.removeprefix(SOURCE))
        if agency is None or not agency.publishes:
            return flaw(RefusalCode.UNKNOWN_AGENCY, "/source")
        gate = self._gates.setdefault(agency.id, Gate(self._policy, agency))
        item = item_of(gate, 0, 0, event, self._times, body=unwritten)
        if item.outcome == "accepted":
            return None
        kinds: Sequence[type[RefusalCode | QuarantineCode]] = (RefusalCode, QuarantineCode)
        code = next(kind(item.code) for kind in kinds if item.code in set(kind))
        return Flaw(code, item.pointer, item.message_zh, item.message_en)


def _records(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Give each JSON text of a file with the line it starts in: the whole file, or line by line."""
    if not raw.strip():
        return
    try:
        json.loads(raw)
    except ValueError:
        lines = raw.splitlines()
        if len(lines) == 1 or not _is_json(lines[0]):
            # Neither one document nor one a line: said of the whole, where the reading stopped.
            yield _stopped(raw), raw
            return
        yield from ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    else:
        yield 1, raw


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def _stopped(raw: bytes) -> int:
    try:
        json.loads(raw)
    except json.JSONDecodeError as error:
        return error.lineno
    except ValueError:
        return 1
    return 1


_TOKEN: Final = re.compile(r'\s*(?:([{}\[\],:])|("(?:[^"\\]|\\.)*")|([^\s{}\[\],:"]+))', re.DOTALL)


def _lines_of(raw: bytes) -> dict[str, int]:
    """Give how many lines below its start each JSON pointer of a valid JSON text lies."""
    text = raw.decode(errors="replace")
    lines: dict[str, int] = {}
    path: list[str | int] = []
    name = ""
    position = newlines = 0
    for token in _TOKEN.finditer(text):
        newlines += text.count("\n", position, token.start(token.lastindex or 0))
        position = token.start(token.lastindex or 0)
        mark, string, _ = token.groups()
        if mark == ":":
            path[-1] = name
            lines["".join(f"/{part}" for part in path)] = newlines
        elif mark == "," and path and isinstance(path[-1], int):
            path[-1] += 1
        elif mark in ("}", "]"):
            path.pop()
        elif mark != ",":
            if string is not None:
                name = json.loads(string)
            if path and isinstance(path[-1], int):
                lines["".join(f"/{part}" for part in path)] = newlines
            if mark == "{":
                path.append("")
            elif mark == "[":
                path.append(0)
    return lines


def _nearest(lines: dict[str, int], pointer: str) -> int:
    """Give the line of a pointer, or of the nearest thing around it that is there."""
    while pointer and pointer not in lines:
        pointer = pointer.rpartition("/")[0]
    return lines.get(pointer, 0)
