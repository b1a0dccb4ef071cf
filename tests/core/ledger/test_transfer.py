"""Points from one account to another: nothing is lost or made, whatever the lots."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from make import identity, moment, programme
from seed import examples

from regulars.core.ledger.accounts import TRANSFERRED, Account
from regulars.core.ledger.book import Book
from regulars.core.ledger.lots import Lot
from regulars.core.ledger.replay import replay
from regulars.core.ledger.transfer import TransferOutOfBounds, check_transfer, transfer
from regulars.core.till.decision import PointsInsufficient

AT = moment("2026-05-01")
SOURCE = identity("transfer")


def rules(**transfer):
    points = {
        "title": "Points",
        "scale": 2,
        "expiry": {"kind": "after", "after": {"days": 30}},
        "transfer": transfer,
    }
    return programme(currencies={"points": points}, earning=[])


def book(name, amounts=()):
    """Lots of `amounts`, the n-th of which expires n days after `AT`; the first two share a day."""
    account = Account(identity(name), lots={}, history=())
    made = Book(account, zone=rules().zone, posted_at=AT)
    for number, amount in enumerate(amounts):
        expires = AT + timedelta(days=max(1, number))
        earned = AT - timedelta(days=5)
        made.earn(Lot(0, "points", None, earned, earned, expires, 0, 0, amount, amount))
    if amounts:
        made.record_transaction("event", AT, source=None, version=1, facts={})
    return made


def closed(made, kind):
    made.record_transaction(kind, AT, source=SOURCE, version=1, facts={})
    changes = made.close()
    again = replay(changes.account.member_id, changes.transactions)
    assert again.unbalanced == []
    assert dict(again.lots) == dict(made.lots)
    return again


def balance(made):
    return made.available("points")


@given(
    st.lists(st.integers(1, 1000), min_size=1, max_size=6),
    st.lists(st.integers(1, 1000), max_size=3),
    st.integers(1, 7000),
    st.sampled_from(["keep", "restart"]),
)
@examples(200)
def test_what_leaves_one_arrives_at_the_other(has, had, amount, expiry):
    giver, taker = book("giver", has), book("taker", had)
    under = rules(expiry=expiry)
    if amount > sum(has):
        with pytest.raises(PointsInsufficient):
            transfer(giver, taker, under, "points", amount, source=SOURCE, at=AT)
        assert (balance(giver), balance(taker)) == (sum(has), sum(had))
        return
    before = dict(giver.lots)
    taken = transfer(giver, taker, under, "points", amount, source=SOURCE, at=AT)
    assert sum(part.amount for part in taken) == amount
    assert (balance(giver), balance(taker)) == (sum(has) - amount, sum(had) + amount)
    arrived = [lot for lot in taker.lots.values() if lot.source == SOURCE]
    assert sum(lot.remaining for lot in arrived) == amount
    if expiry == "restart":
        assert {lot.expires_at for lot in arrived} == {AT + timedelta(days=30)}
    else:
        kept = {(before[part.lot].expires_at, part.amount) for part in taken}
        assert {(lot.expires_at, lot.remaining) for lot in arrived} == kept
        latest = max(before[part.lot].expires_at for part in taken)
        assert all(lot.expires_at >= latest for lot in giver.lots.values() if lot.remaining)
    gave, got = closed(giver, "give"), closed(taker, "receive")
    assert gave.system[("points", TRANSFERRED)] + got.system[("points", TRANSFERRED)] == 0


@pytest.mark.parametrize(
    ("amount", "today", "most"),
    [(999, 0, 999), (5001, 0, 5000), (2001, 4000, 2000), (1, 6000, 0)],
)
def test_a_transfer_keeps_within_its_bounds(amount, today, most):
    under = rules(minimum=10, most=50, day=60)
    with pytest.raises(TransferOutOfBounds) as refused:
        check_transfer(under, "points", amount, today)
    assert (refused.value.params["least"], refused.value.params["most"]) == (1000, most)
    for fine in (1000, 2000):
        check_transfer(under, "points", fine, 4000)
