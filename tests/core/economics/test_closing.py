"""What is frozen comes back as it was; what slipped in is carried; a re-close tells by how much."""

from datetime import UTC, datetime
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seed import examples

from regulars.core.economics.breakage import Assumed
from regulars.core.economics.closing import (
    Frozen,
    FrozenCurrency,
    Inputs,
    LateNote,
    Nature,
    Policy,
    Priced,
    after,
    carried,
    differences,
    end_of,
    joined,
)
from regulars.core.economics.frozen import FrozenUnreadable, read_text, text_of
from regulars.core.economics.journal import Accounts
from regulars.core.economics.statement import Statement, told
from regulars.core.economics.subledger import Sales
from regulars.core.economics.vintages import NOTHING, Flow, Late, standing

FIRST, LAST = 24_300, 24_311
POINTS = Priced(Nature.POINTS, 0, Fraction(100), {"en": "Points", "ru": "Баллы"})
CARDS = Priced(Nature.PAID_IN, 2, Fraction(1), {"en": "Cards"})


@st.composite
def lives(draw, sold=False):
    """Flows by vintage and month: granted in their month, then redeemed and expired as far as there are."""
    vintages = {}
    for vintage in range(FIRST, LAST + 1):
        left = draw(st.integers(0, 5_000))
        months = {vintage: Flow(sold=left) if sold else Flow(granted=left)} if left else {}
        for month in range(vintage, LAST + 1):
            redeemed = draw(st.integers(0, left))
            expired = draw(st.integers(0, left - redeemed)) if month - vintage > 6 else 0
            left -= redeemed + expired
            flow = Flow(redeemed=redeemed, expired=expired)
            if any(flow):
                months[month] = months.get(month, NOTHING).plus(flow)
        if months:
            vintages[vintage] = months
    return vintages


def sales():
    return {month: Sales(10**6, 10**6) for month in range(FIRST, LAST + 1)}


def closes(terms, vintages, assumed=None):
    """Close month by month, each going on from the one before alone."""
    last, found = None, []
    for month in range(FIRST, LAST + 1):
        known = after(vintages, None, month)
        if not known:
            continue
        end, breakage = end_of(terms, known, sales(), month, assumed or Assumed(), last)
        closed = None if last is None else last.end.month
        last = FrozenCurrency(terms, after(known, closed, month), end, breakage)
        found.append(last)
    return found


def frozen_of(currency, **more):
    return Frozen(
        month=currency.end.month,
        until=datetime(2026, 5, 1, 12, 0, 0, 123456, tzinfo=UTC),
        zone="Europe/Moscow",
        money="RUB",
        money_scale=2,
        policy=Policy(Assumed(Fraction(1, 3), 12, 2), Accounts("90", "98")),
        inputs=Inputs(7, "ab" * 32),
        sales=sales(),
        currencies={"points": currency},
        late=(LateNote("points", FIRST, Late(2, Flow(granted=-5))),),
        **more,
    )


@examples(25, long=400)
@given(lives())
def test_closing_month_by_month_is_closing_all_at_once(vintages):
    """A close goes on from what was frozen alone, and nothing is lost by it."""
    found = closes(POINTS, vintages)
    if not found:
        return
    whole, breakage = end_of(POINTS, after(vintages, None, LAST), sales(), LAST, Assumed(), None)
    assert found[-1].end == whole
    assert found[-1].found == breakage
    assert joined(one.flows for one in found) == vintages
    for before, now in pairwise(found):
        assert now.end.total.money.opening_minor == before.end.total.money.closing_minor
        assert now.end.total.opening_points == before.end.total.closing_points


@examples(25, long=400)
@given(lives())
def test_what_is_frozen_comes_back_from_its_text(vintages):
    for one in closes(POINTS, vintages)[-2:]:
        frozen = frozen_of(one, after=3, replaces=2, differences={"points": {"granted": 4}})
        text = text_of(frozen)
        assert read_text(text) == frozen
        assert text_of(read_text(text)) == text


@examples(25, long=400)
@given(lives(sold=True))
def test_money_paid_in_is_owed_at_its_face(vintages):
    for one in closes(CARDS, vintages):
        month = one.end.month
        left = sum(standing(months, month).outstanding for months in vintages.values())
        total = one.end.total
        assert one.closing_minor == total.closing_points == left
        assert all(entry.adds_up for entry in one.end.entries)
        booked = sum(entry.amount_minor for entry in one.journal(Accounts()))
        assert booked == total.flow.expired


@examples(25, long=400)
@given(lives(), lives())
def test_what_the_books_say_otherwise_of_closed_months_is_carried_into_the_next(kept, books):
    closed = FIRST + 5
    frozen = after(kept, None, closed)
    merged = carried(books, frozen, closed)
    assert after(merged, None, closed) == frozen
    for vintage in books.keys() | frozen.keys():
        months = merged.get(vintage, {})
        assert standing(months, LAST) == standing(books.get(vintage, {}), LAST)
    assert carried(books, {}, None) == books


def test_a_month_closed_again_tells_by_how_much_it_differs():
    earlier, later = (
        frozen_of(closes(POINTS, {FIRST: {FIRST: Flow(granted=granted)}})[0])
        for granted in (1_000, 1_100)
    )
    assert differences(earlier, earlier) == {}
    told_of = differences(earlier, later)["points"]
    assert (told_of["granted"], told_of["closing_points"]) == (100, 100)
    grown = later.currencies["points"].closing_minor - earlier.currencies["points"].closing_minor
    assert told_of["closing_minor"] == told_of["granted_minor"] == grown


def test_the_journal_of_a_statement_turns_the_opening_into_the_closing():
    vintages = {FIRST: {FIRST: Flow(granted=500), FIRST + 1: Flow(redeemed=200)}}
    one = closes(POINTS, vintages)[1]
    statement = Statement(one.end.month, "RUB", 2, Policy(), None, (told("points", one, vintages),))
    ((_, entries),) = statement.journal()
    put_off = sum(
        entry.amount_minor if entry.credit == "98.01" else -entry.amount_minor for entry in entries
    )
    money = one.end.total.money
    assert put_off == money.closing_minor - money.opening_minor
    assert statement.as_json()["currencies"]["points"]["triangle"] == {
        "2025-01": [0, 200],
        "2025-02": [0],
    }


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"format":1}', '{"format":2}', "[" * 50_000, '{"month":NaN}']
)
def test_a_text_that_is_no_close_is_refused(text):
    with pytest.raises(FrozenUnreadable):
        read_text(text)
