"""The functions that move coupons and shared limits, by themselves, from many connections at once."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from races.crowd import in_threads

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SHORT = "RG002"
_TAKE = (
    "SELECT till_take_allowances(%s::boolean[], %s::text[], %s::int[], %s::bigint[], %s::int[],"
    " %s::int[], %s::bigint[])"
)
_MOVE = (
    "SELECT till_move_coupons('{t}', %s::int[], %s::text[], %s::smallint[], %s::text[],"
    " %s::bigint[], %s::uuid[], %s::smallint[], %s::uuid[], %s)"
)


def micros(at):
    return int(at.timestamp()) * 1_000_000


def take(connection, amounts, limit):
    """Take of (or give back to) limits by key; False where one is short and nothing was taken."""
    keys = sorted(amounts)
    count = len(keys)
    values = [amounts[key] for key in keys]
    places = list(range(1, count + 1))
    try:
        connection.execute(
            _TAKE, [[True], keys, [0] * count, [limit] * count, [1] * count, places, values]
        )
    except psycopg.Error as error:
        if error.sqlstate != SHORT:
            raise
        return False
    return True


def move(connection, *rows, at=NOW):
    """Rows of (code, uses, quote, until); False where a coupon does not allow it."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    count = len(rows)
    try:
        connection.execute(
            _MOVE,
            [[0] * count, *columns, [uuid4() for _ in rows], [1] * count, [None] * count, at],
        )
    except psycopg.Error as error:
        if error.sqlstate != SHORT:
            raise
        return False
    return True


def used(connection, limit):
    """What is used of each key, its shards having been looked at."""
    rows = connection.execute(
        "SELECT key, sum(used)::bigint, sum(most)::bigint, min(of_limit), max(of_limit),"
        " bool_and(used <= most) FROM till_allowance GROUP BY key"
    ).fetchall()
    for _, _, most, least, greatest, within in rows:
        assert (most, least, greatest, within) == (limit, limit, limit, True)
    return {key: amount for key, amount, *_ in rows}


@pytest.fixture
def connect(fresh_database):
    def open_one():
        return psycopg.connect(fresh_database.owner.conninfo, autocommit=True)

    with open_one() as connection:
        connection.execute(
            "INSERT INTO rewards_coupon_batch (code, title, promotion, kind, uses_max, bound,"
            " transferable, status, created_at, created_by, changed_at)"
            " VALUES ('b', 'B', 'ten', 'imported', 1, false, true, 'open', %(at)s, 't', %(at)s)",
            {"at": NOW},
        )
    return open_one


def add_coupon(connection, code, uses_max):
    connection.execute(
        "INSERT INTO rewards_coupon (code, batch, uses_max, issued_at) VALUES (%s, 'b', %s, %s)",
        [code, uses_max, NOW],
    )


def test_limits_are_never_exceeded_nor_stuck_while_there_is_room(connect):
    """Eight connections take of six limits, in any combination, and give some of it back."""
    limit = 4000

    def work(seed):
        rng, sums = random.Random(seed), Counter()
        with connect() as connection:
            for _ in range(300):
                keys = rng.sample("abcdef", 3)
                amounts = {key: rng.choice((1, 3, 7, 20)) for key in keys}
                for _ in range(5):  # what others hold just now is there the next time
                    if take(connection, amounts, limit):
                        sums.update(amounts)
                        break
                if rng.random() < 0.1:
                    key = rng.choice(keys)
                    back = min(sums[key], 15)
                    if back and take(connection, {key: -back}, limit):
                        sums[key] -= back
        return sums

    sums = sum(in_threads([lambda seed=seed: work(seed) for seed in range(8)]), Counter())
    with connect() as connection:
        stored = used(connection, limit)
        assert stored == dict(sums)
        assert max(stored.values()) <= limit
        for (
            key,
            amount,
        ) in stored.items():  # whatever is left is had to the last unit, from one place
            assert not take(connection, {key: limit - amount + 1}, limit)
            assert take(connection, {key: limit - amount}, limit) or amount == limit
        assert set(used(connection, limit).values()) == {limit}


def test_the_last_unit_goes_to_one_of_many(connect):
    def work():
        with connect() as connection:
            return [take(connection, {"k": 1}, 5) for _ in range(8)].count(True)

    assert sum(in_threads([work] * 8)) == 5
    with connect() as connection:
        assert used(connection, 5) == {"k": 5}


def test_what_is_given_back_can_be_taken_by_another_connection(connect):
    with connect() as first, connect() as second:
        assert take(first, {"k": 10}, 10)
        assert not take(second, {"k": 1}, 10)
        assert take(first, {"k": -4}, 10)
        assert take(second, {"k": 4}, 10)
        assert not take(first, {"k": 1}, 10)


def test_a_version_with_another_limit_decides_by_its_own(connect):
    with connect() as first, connect() as second:
        assert take(first, {"k": 60}, 100)
        assert take(second, {"k": 100}, 200)
        assert used(first, 200) == {"k": 160}
        assert not take(first, {"k": 1}, 100)  # the old version's limit is long reached
        assert take(first, {"k": 40}, 200)
        assert not take(second, {"k": 1}, 200)
        assert take(second, {"k": 5}, 250)
        assert used(first, 250) == {"k": 205}


def test_a_shard_somebody_holds_is_not_waited_for(connect):
    with connect() as one, connect() as other, connect() as third:
        take(one, {"k": 1}, 10)
        assert take(other, {"k": 1}, 10)
        third.execute("BEGIN")
        third.execute("SELECT 1 FROM till_allowance WHERE used < most FOR UPDATE LIMIT 1")
        other.execute("SET lock_timeout = '3s'")
        assert not take(other, {"k": 8}, 10)
        third.execute("ROLLBACK")
        assert take(other, {"k": 8}, 10)


def test_a_group_that_was_not_saved_takes_nothing(connect):
    with connect() as connection:
        connection.execute(
            _TAKE, [[True, False], ["a"], [0], [10], [0, 1, 2], [1, 1, 1], [2, 3, 4]]
        )
        assert used(connection, 10) == {"a": 5}


@pytest.mark.parametrize("uses_max", [1, 4])
def test_a_coupon_is_used_as_often_as_it_may_be_and_no_more(connect, uses_max):
    with connect() as connection:
        add_coupon(connection, "A", uses_max)

    def work():
        with connect() as connection:
            return [move(connection, ("A", 1, "", None)) for _ in range(3)].count(True)

    assert sum(in_threads([work] * 8)) == uses_max
    with connect() as connection:
        (row,) = connection.execute("SELECT uses, reserved FROM rewards_coupon").fetchall()
        assert row == (uses_max, {})
        journal = connection.execute("SELECT what, count(*) FROM rewards_coupon_event GROUP BY 1")
        assert journal.fetchall() == [("used", uses_max)]


def test_many_coupons_in_any_order_never_wait_in_a_circle(connect):
    codes = [f"C{n}" for n in range(6)]
    with connect() as connection:
        for code in codes:
            add_coupon(connection, code, 10_000)

    def work(seed):
        rng = random.Random(seed)
        with connect() as connection:
            for _ in range(150):
                chosen = rng.sample(codes, 4)
                assert move(connection, *[(code, 1, "", None) for code in chosen])

    in_threads([lambda seed=seed: work(seed) for seed in range(8)])
    with connect() as connection:
        (total,) = connection.execute("SELECT sum(uses) FROM rewards_coupon").fetchone()
    assert total == 8 * 150 * 4


def test_a_reservation_keeps_the_use_for_its_quote_until_it_ends(connect):
    mine, other = str(uuid4()), str(uuid4())
    until = micros(NOW + timedelta(minutes=15))
    with connect() as connection:
        add_coupon(connection, "A", 1)
        assert move(connection, ("A", 0, mine, until))
        assert not move(connection, ("A", 0, other, until))
        assert not move(connection, ("A", 1, "", None))
        assert move(connection, ("A", 1, mine, None))  # the quote's own sale
        assert not move(connection, ("A", 1, "", None))
        assert move(connection, ("A", -1, "", None))
        assert move(connection, ("A", 0, mine, until))
        assert move(connection, ("A", 0, mine, None))  # let go
        assert move(connection, ("A", 0, other, until))
        late = NOW + timedelta(minutes=16)
        assert move(
            connection, ("A", 1, "", None), at=late
        )  # the reservation has ended by the clock
        (row,) = connection.execute("SELECT uses, reserved FROM rewards_coupon").fetchall()
        assert row == (1, {})


def test_a_withdrawn_or_unknown_coupon_is_not_used_and_a_used_one_is_not_withdrawn(connect):
    with connect() as connection:
        add_coupon(connection, "A", 1)
        add_coupon(connection, "B", 1)
        assert not move(connection, ("X", 1, "", None))
        assert move(connection, ("A", 0, "", None))
        assert not move(connection, ("A", 1, "", None))
        assert move(connection, ("B", 1, "", None))
        assert move(connection, ("B", 0, "", None))
        assert connection.execute("SELECT status FROM rewards_coupon ORDER BY code").fetchall() == [
            ("revoked",),
            ("ready",),
        ]
        connection.execute("UPDATE rewards_coupon_batch SET status = 'revoked'")
        assert move(connection, ("B", -1, "", None))
        assert not move(connection, ("B", 1, "", None))
