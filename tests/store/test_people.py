"""Accounts, sessions and the trail, on both databases."""

from __future__ import annotations

from threading import Thread

import pytest
from sqlalchemy import Engine, text

from hub.store import people, trail
from hub.store.people import Account, Role, SignIn, writing
from hub.store.trail import Act, Entry

NOW = 1_795_500_000_000
DUTY = Account("duty-1", Role.DUTY, "TA", "TA")
PASSWORD = "one-two-three-four"  # noqa: S105 - of an account that lives in a test


def with_duty(engine: Engine) -> None:
    with writing(engine) as sql:
        people.add_account(sql, DUTY, PASSWORD, NOW)


def test_the_first_admin_is_made_once_and_must_change_its_password(engine: Engine) -> None:
    with writing(engine) as sql:
        password = people.first_admin(sql, "TA", "TA", NOW)
        again = people.first_admin(sql, "TA", "TA", NOW)

    assert password is not None
    assert again is None
    with writing(engine) as sql:
        assert people.sign_in(sql, "admin", password, "", NOW) is SignIn.DONE
        admin = people.find_account(sql, "admin")
    assert admin is not None
    assert (admin.role, admin.must_change) == (Role.ADMIN, True)


def test_a_lock_ends_by_itself(engine: Engine) -> None:
    with_duty(engine)

    with writing(engine) as sql:
        answers = [people.sign_in(sql, "duty-1", "wrong", "", NOW) for _ in range(people.FAILURES_MAX)]
        locked = people.sign_in(sql, "duty-1", PASSWORD, "", NOW + people.LOCKED_FOR_MS - 1)
        later = people.sign_in(sql, "duty-1", PASSWORD, "", NOW + people.LOCKED_FOR_MS)

    assert answers == [SignIn.WRONG] * 4 + [SignIn.LOCKED]
    assert (locked, later) == (SignIn.LOCKED, SignIn.DONE)


def test_a_right_password_forgets_wrong_ones(engine: Engine) -> None:
    with_duty(engine)

    with writing(engine) as sql:
        for _ in range(3):
            for _ in range(people.FAILURES_MAX - 1):
                people.sign_in(sql, "duty-1", "wrong", "", NOW)
            assert people.sign_in(sql, "duty-1", PASSWORD, "", NOW) is SignIn.DONE


def test_no_password_and_no_token_lies_in_the_database(engine: Engine) -> None:
    with_duty(engine)
    with writing(engine) as sql:
        token = people.open_session(sql, "duty-1", NOW)

    with engine.connect() as sql:
        kept = str(sql.execute(text("SELECT * FROM account")).all()) + str(
            sql.execute(text("SELECT * FROM session")).all()
        )
    assert PASSWORD not in kept
    assert token not in kept


@pytest.mark.parametrize(
    ("later_ms", "used_ms"),
    [(people.IDLE_MAX_MS + 1, 0), (people.SESSION_MAX_MS + 1, people.SESSION_MAX_MS)],
)
def test_a_session_ends_when_idle_and_after_a_day(engine: Engine, later_ms: int, used_ms: int) -> None:
    with_duty(engine)
    with writing(engine) as sql:
        token = people.open_session(sql, "duty-1", NOW)
        people.mark_seen(sql, token, NOW + used_ms)

    with engine.connect() as sql:
        assert people.session_account(sql, token, NOW + used_ms) is not None
        assert people.session_account(sql, token, NOW + later_ms) is None


def test_a_closed_account_is_out_at_once(engine: Engine) -> None:
    with_duty(engine)
    with writing(engine) as sql:
        token = people.open_session(sql, "duty-1", NOW)
        people.close_account(sql, "duty-1", NOW)

        assert people.session_account(sql, token, NOW) is None
        assert people.sign_in(sql, "duty-1", PASSWORD, "", NOW) is SignIn.WRONG


def a_trail(engine: Engine, length: int) -> None:
    for number in range(length):
        trail.record(engine, Entry(NOW + number, "duty-1", "TA", Act.EXPORTED, "/problems", f"page {number}"))


def test_an_untouched_trail_holds(engine: Engine) -> None:
    a_trail(engine, 5)

    with engine.connect() as sql:
        verdict = trail.verify(sql)
    assert (verdict.held, verdict.broken_at) == (5, None)


@pytest.mark.parametrize(
    ("change", "broken_at"),
    [
        ("UPDATE trail SET detail = 'other' WHERE number = 3", 3),
        ("DELETE FROM trail WHERE number = 2", 3),
        ("UPDATE trail SET number = 9 WHERE number = 5", 9),
    ],
)
def test_a_changed_trail_says_where(engine: Engine, change: str, broken_at: int) -> None:
    a_trail(engine, 5)
    with engine.begin() as sql:
        sql.execute(text(change))

    with engine.connect() as sql:
        assert trail.verify(sql).broken_at == broken_at


def test_many_desks_at_once_keep_one_chain(engine: Engine) -> None:
    threads = [Thread(target=a_trail, args=(engine, 10)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with engine.connect() as sql:
        verdict = trail.verify(sql)
    assert (verdict.held, verdict.broken_at) == (40, None)
