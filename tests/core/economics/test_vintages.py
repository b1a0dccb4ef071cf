"""Vintages are the ledger, sorted by when points were earned: to the unit, whatever happened."""

from collections.abc import Iterable
from datetime import datetime
from json import loads

import pytest
from core.ledger.test_any_sequence import AnySequence
from core.ledger.twin import ZONE
from hypothesis.stateful import invariant
from make import moment
from seed import examples

from regulars.core.economics.vintages import (
    BooksUnlike,
    Closed,
    Flow,
    Movement,
    VintageBooks,
    in_month,
    month_in_books,
    month_of,
    redemption_triangle,
    standing,
)
from regulars.core.ledger.accounts import ADJUSTED, EXPIRED, ISSUED, REDEEMED, State, Transaction

pytestmark = pytest.mark.timeout(1800)


def movements(chain: Iterable[Transaction]) -> list[Movement]:
    return [Movement(t.kind, t.occurred_at, t.posted_at, t.postings, t.lots) for t in chain]


class AnyVintages(AnySequence):
    """The same sequences of events; after each, the vintages are held against the accounts."""

    @invariant()
    def vintages_add_up_to_the_ledger(self) -> None:
        if self.shop is None:
            return
        books = VintageBooks(ZONE)
        held, system = 0, dict.fromkeys((ISSUED, REDEEMED, EXPIRED, ADJUSTED), 0)
        left: dict[int, int] = {}
        for member, kept in self.shop.store.kept.items():
            books.take_in(movements(kept.transactions))
            wallets = State.from_json(loads(kept.state)).wallets
            held += sum(wallets["points"]) if "points" in wallets else 0
            for lot in kept.lots.values():
                month = month_of(lot.earned_at, ZONE)
                left[month] = left.get(month, 0) + lot.remaining
            for (_, account), amount in self.shop.store.replay(member).system.items():
                if account in system:
                    system[account] += amount
        vintages = books.flows.get("points", {})
        standings = {v: standing(months, 10**6) for v, months in vintages.items()}
        total = Flow()
        for one in standings.values():
            total = total.plus(one)
        assert total.outstanding == held
        assert {v: one.outstanding for v, one in standings.items() if one.outstanding} == {
            v: n for v, n in left.items() if n
        }
        assert (total.granted, total.expired, total.adjusted, total.moved) == (
            -system[ISSUED], system[EXPIRED], -system[ADJUSTED], 0,
        )  # fmt: skip
        assert total.redeemed - total.revived == system[REDEEMED]
        self.triangle_and_months_are_the_same(vintages, total)

    def triangle_and_months_are_the_same(self, vintages, total: Flow) -> None:
        last = max((m for months in vintages.values() for m in months), default=0)
        last = max([last, *vintages]) if vintages else 0
        _, triangle = redemption_triangle(vintages, last)
        assert sum(row[-1] for row in triangle) == total.redeemed
        first = min((m for months in vintages.values() for m in months), default=0)
        summed = Flow()
        for month in range(first, last + 1):
            summed = summed.plus(in_month(vintages, month))
        assert summed == total


TestAnyVintages = AnyVintages.TestCase
TestAnyVintages.settings = examples(25, long=400)


def test_a_late_posting_counts_in_the_first_month_that_is_open():
    october = month_of(moment("2026-10-10 12:00"), ZONE)
    closed = (Closed(october, moment("2026-11-05 03:00")),)

    def month(occurred: str, posted: str) -> int:
        return month_in_books(moment(occurred), moment(posted), closed, ZONE)

    assert month("2026-10-10 12:00", "2026-10-10 12:00") == october
    assert month("2026-10-10 12:00", "2026-11-04 12:00") == october
    assert month("2026-10-10 12:00", "2026-11-05 03:00") == october + 1
    assert month("2026-12-10 12:00", "2026-12-10 12:00") == october + 2


def test_lot_moves_that_the_postings_do_not_tell_are_refused():
    at: datetime = moment("2026-10-10 12:00")
    born = '[["+",1,"points",null,1760000000000000,1760000000000000,null,0,0,10,1]]'
    books = VintageBooks(ZONE)
    with pytest.raises(BooksUnlike):
        books.take_in(
            [Movement("sale", at, at, '[["points","active",9],["points","issued",-9]]', born)]
        )
    with pytest.raises(BooksUnlike):
        books.take_in(
            [Movement("sale", at, at, '[["points","active",9],["points","issued",-9]]', "[]")]
        )
    assert books.flows == {}
