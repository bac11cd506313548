"""A live import leaves out what cannot enter, says which lines, and goes on."""

from __future__ import annotations

from hub.settings import Settings
from hub.tools.imports import SHOWN_MAX, publish
from tests.builders import CITY, POLICY


def test_lines_that_are_no_events_are_counted_and_named() -> None:
    lines = [b"{not json", b"[1, 2]", b'{"source":"urn:linkage:agency:nobody","id":"e1"}']

    report = publish(Settings(), {CITY: POLICY}, lines)

    assert [(row["line"], row["code"]) for row in report.shown] == [
        (1, "MALFORMED"),
        (2, "MALFORMED"),
        (3, "UNKNOWN_AGENCY"),
    ]
    assert report.outcomes["sent"] == 0


def test_a_report_names_the_first_lines_and_counts_the_rest() -> None:
    report = publish(Settings(), {CITY: POLICY}, [b"{"] * (SHOWN_MAX + 5))

    assert len(report.shown) == SHOWN_MAX
    assert report.codes["MALFORMED"] == SHOWN_MAX + 5
