"""Bugs of other systems with expiry that would be caught here; the names are their issues."""

import json
from datetime import UTC, datetime, timedelta

from core.ledger.shop import Shop
from make import identity, line, moment, programme

from regulars.core.ledger.accounts import EXPIRED
from regulars.core.rewards.coupon import Coupon, is_good

POINTS = {"title": "Points", "redeem": {"kind": "money", "worth": 1}}


def shop(expiry: dict[str, object]) -> Shop:
    return Shop(programme(currencies={"points": POINTS | {"expiry": expiry}}))


def test_odoo_206048_points_that_expired_are_in_the_history_and_the_balance_agrees_with_it():
    here = shop({"kind": "after", "after": {"days": 90}})
    here.sell("Anna", "r-1", moment("2026-01-10 12:00"), [line(amount_minor=1_000_00)])
    assert here.wallet("Anna", moment("2026-04-10 11:59")).active == 100
    assert here.wallet("Anna", moment("2026-04-10 12:00")).active == 0  # no job has run
    here.sell("Anna", "r-2", moment("2026-05-01"), [line(amount_minor=50_00)])
    history = here.store.kept[identity("Anna")].transactions
    postings = [posting for one in history for posting in json.loads(one.postings)]
    assert sum(amount for _, account, amount in postings if account == EXPIRED) == 100
    assert here.wallet("Anna", moment("2026-05-01")).active == 5
    assert not here.differences()


def test_odoo_247740_whatever_is_issued_under_a_limited_time_ends_with_it():
    here = shop({"kind": "after", "after": {"months": 1}})
    here.sell("Anna", "r-1", moment("2026-01-31 10:00"), [line(amount_minor=1_000_00)])
    book = here.look("Anna", moment("2026-02-01"))
    assert all(lot.expires_at is not None for lot in book.lots.values())
    until = datetime(2026, 3, 1, tzinfo=UTC)
    coupon = Coupon("A", "b", "p", 1, 0, 0, None, until, None, True, False)
    assert is_good(coupon, None, until - timedelta(microseconds=1))
    assert not is_good(coupon, None, until)


def test_odoo_171453_expiry_goes_by_the_clock_of_the_business_and_not_by_a_days_label():
    here = shop({"kind": "period_end", "period": "month"})
    here.sell("Anna", "r-1", moment("2026-01-31 23:30"), [line(amount_minor=1_000_00)])
    here.sell("Boris", "r-2", moment("2026-02-01 00:30"), [line(amount_minor=1_000_00)])
    assert here.wallet("Anna", moment("2026-01-31 23:59")).active == 100
    assert here.wallet("Anna", moment("2026-02-01 00:00")).active == 0
    assert here.wallet("Boris", moment("2026-02-28 23:59")).active == 100
    assert here.wallet("Boris", moment("2026-03-01 00:00")).active == 0
