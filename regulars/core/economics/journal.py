"""A month of the sub-ledger as double entries: what was put off, and what became revenue."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from regulars.core.economics.subledger import MonthEnd


class Why(StrEnum):
    """What an entry is for."""

    GRANTED = "granted"
    REDEEMED = "redeemed"
    REESTIMATED = "reestimated"
    LAPSED = "lapsed"


class Accounts(NamedTuple):
    """The accounts of the business: where revenue stands, and where what is put off.

    `paid_in` is what customers paid beforehand (gift cards, stored value), `lapsed` the income of
    what of it expires.
    """

    revenue: str = "90.01.1"
    liability: str = "98.01"
    paid_in: str = "62.02"
    lapsed: str = "91.01"


class DoubleEntry(NamedTuple):
    """So much onto one account out of another, because of a vintage; `amount_minor` > 0."""

    why: Why
    vintage: int
    debit: str
    credit: str
    amount_minor: int


def journal(end: MonthEnd, accounts: Accounts) -> Iterator[DoubleEntry]:
    """The entries of a month, by vintage; together they turn the opening liability into the closing.

    A negative amount (a return, a higher expectation) is told as the opposite entry.
    """
    for entry in end.entries:
        money = entry.money
        for why, put_off in (
            (Why.GRANTED, money.granted_minor),
            (Why.REDEEMED, -money.redeemed_minor),
            (Why.REESTIMATED, -money.reestimated_minor),
        ):
            debit, credit = accounts.revenue, accounts.liability
            if put_off < 0:
                debit, credit = credit, debit
            if put_off:
                yield DoubleEntry(why, entry.vintage, debit, credit, abs(put_off))


def lapses(end: MonthEnd, accounts: Accounts) -> Iterator[DoubleEntry]:
    """The entries of a month of money paid in: only what expired; selling and paying are the till's."""
    for entry in end.entries:
        lapsed = entry.money.reestimated_minor
        debit, credit = accounts.paid_in, accounts.lapsed
        if lapsed < 0:
            debit, credit = credit, debit
        if lapsed:
            yield DoubleEntry(Why.LAPSED, entry.vintage, debit, credit, abs(lapsed))
