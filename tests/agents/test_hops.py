"""Hops are spans of the trace that the agency began, each hung on the one before by ids that a replay makes again."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.agents._hops import relay_hops
from hub.store.outbox import Outgoing
from hub.traces import Hop, Traces, ids_of

TRACE, BEGUN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TOLD = f"00-{TRACE}-{BEGUN}-01"


def a_hop(stage: str, traceparent: str = TOLD, cause: str = "works/e-1") -> Hop:
    return Hop(stage, traceparent, cause, 1, "accepted")


@given(st.text(max_size=40), st.text(max_size=40))
def test_each_hop_hangs_on_the_one_before(cause: str, other: str) -> None:
    intake, linkage, relay = (ids_of(a_hop(stage, cause=cause)) for stage in ("intake", "linkage", "relay"))

    assert (intake.parent, linkage.parent, relay.parent) == (BEGUN, intake.span, linkage.span)
    assert relay.span == BEGUN
    assert (ids_of(a_hop("intake", cause=other)).span == intake.span) == (cause == other)


@pytest.mark.parametrize(("flags", "is_sampled"), [("00", False), ("01", True), ("02", False), ("03", True)])
def test_a_trace_that_is_not_sampled_says_so(flags: str, is_sampled: bool) -> None:
    assert ids_of(a_hop("intake", TOLD[:-2] + flags)).is_sampled is is_sampled


def test_what_the_relay_sent_is_known_by_its_cause_and_a_receipt_by_its_event() -> None:
    decision = {"causationid": "works/e-1", "traceparent": TOLD}
    receipt = {"causationid": "works/0/512", "traceparent": TOLD}
    rows = [
        Outgoing(1, "hub.problems.v1", "SM26-000001", json.dumps(decision)),
        Outgoing(2, "agency.works.receipts.v1", "e-1", json.dumps(receipt)),
        Outgoing(3, "hub.problems.v1", "SM26-000001", json.dumps({"causationid": "timer/x"})),
    ]

    assert [(hop.cause, hop.outcome) for hop in relay_hops(rows, 1)] == [
        ("works/e-1", "hub.problems.v1"),
        ("works/e-1", "agency.works.receipts.v1"),
    ]


def test_without_somebody_who_asks_nothing_is_collected() -> None:
    traces, seen = Traces(), []
    assert not traces.is_on
    traces.note([a_hop("intake")])

    traces.sink = lambda hop, ended_ns: seen.append((hop.stage, ended_ns))
    traces.note([a_hop("linkage")])

    assert traces.is_on
    assert [stage for stage, _ in seen] == ["linkage"]
