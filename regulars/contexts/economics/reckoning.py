"""The books of a month, currency by currency: what was frozen before, and what the ledger adds."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from fractions import Fraction

from regulars.contexts.economics.chain import Chain
from regulars.contexts.programme.queries import NoProgrammeInForce, compiled_at
from regulars.contexts.till.queries.liability import PointsBooks
from regulars.core.economics.breakage import Assumed
from regulars.core.economics.closing import (
    FrozenCurrency,
    Nature,
    Priced,
    Vintages,
    after,
    carried,
    end_of,
)
from regulars.core.programme.compiled import Compiled
from regulars.core.programme.currency import CurrencyKind
from regulars.core.rewards.gift_card import CARD_CURRENCY
from regulars.core.wording.catalogue import LANGUAGES, sentence


def books_of(
    chain: Chain, books: PointsBooks, month: int
) -> dict[str, tuple[Vintages, FrozenCurrency | None]]:
    """Every currency's flows up to `month`, closed months as they were frozen, and its latest close."""
    found: dict[str, tuple[Vintages, FrozenCurrency | None]] = {}
    for code in sorted(books.flows.keys() | chain.codes()):
        whole = carried(books.flows.get(code, {}), chain.flows(code), chain.month)
        known = after(whole, None, month)
        if known:
            last = chain.last.frozen.currencies.get(code) if chain.last else None
            found[code] = (known, last)
    return found


def reckon(
    chain: Chain,
    currencies: Mapping[str, tuple[Vintages, FrozenCurrency | None]],
    books: PointsBooks,
    month: int,
    assumed: Assumed,
    programme: Compiled,
) -> dict[str, FrozenCurrency]:
    """Every currency at the end of `month`, after the last closed one."""
    found = {}
    for code, (vintages, last) in currencies.items():
        terms = terms_of_currency(code, programme, last)
        end, breakage = end_of(terms, vintages, books.sales, month, assumed, last)
        found[code] = FrozenCurrency(terms, after(vintages, chain.month, month), end, breakage)
    return found


def terms_of_currency(code: str, programme: Compiled, last: FrozenCurrency | None) -> Priced:
    """What the programme says of a currency; what it does not know any more is as it was last closed."""
    if code == CARD_CURRENCY:
        title = {each: sentence("liability.gift_cards", {}, each) for each in LANGUAGES}
        return Priced(Nature.PAID_IN, programme.money_scale, Fraction(1), title)
    known = programme.currencies.get(code)
    if known is None:
        if last is not None:
            return last.terms
        return Priced(Nature.UNPRICED, 0, Fraction(0), {"en": code})
    title = dict(programme.document.currencies[code].title)
    if known.kind == CurrencyKind.STORED_VALUE:
        return Priced(Nature.PAID_IN, known.scale, Fraction(1), title)
    if known.money is None:
        return Priced(Nature.UNPRICED, known.scale, Fraction(0), title)
    return Priced(Nature.POINTS, known.scale, Fraction(*known.money.worth), title)


def programme_at_end(ends: datetime, *, now: datetime) -> Compiled:
    """The version in force in the last instant before `ends`, else that of `now`.

    Raises NoProgrammeInForce.
    """
    try:
        return compiled_at(min(now, ends - timedelta(microseconds=1)))
    except NoProgrammeInForce:
        return compiled_at(now)
