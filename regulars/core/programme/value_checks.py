"""What the document must keep apart: money that customers paid in, and points that the programme gives."""

from collections.abc import Iterator, Mapping
from typing import Any

from regulars.core.programme.currency import Currency, CurrencyKind
from regulars.core.programme.gift_cards import GiftCards
from regulars.core.programme.ladder import Ladder
from regulars.core.programme.rules import EarningRule
from regulars.core.when.tree import Loc

RESERVED_CODE = "gift_card"  # what the accounts of gift cards are kept in


def value_problems(
    currencies: Mapping[str, Currency],
    earning: tuple[EarningRule, ...],
    ladder: Ladder | None,
    gift_cards: GiftCards | None,
    money_scale: int,
) -> Iterator[tuple[Loc, str, dict[str, Any]]]:
    """Stored value is one currency with the decimals of money, topped up and never earned."""
    if RESERVED_CODE in currencies:
        yield ("currencies", RESERVED_CODE), "programme.currency_reserved", {"word": RESERVED_CODE}
    stored = [
        code for code, currency in currencies.items() if currency.kind == CurrencyKind.STORED_VALUE
    ]
    for code in stored[1:]:
        yield ("currencies", code, "kind"), "programme.stored_value_twice", {"other": stored[0]}
    for code in stored:
        if currencies[code].scale != money_scale:
            context = {"scale": money_scale}
            yield ("currencies", code, "scale"), "programme.stored_value_scale", context
    for i, rule in enumerate(earning):
        if rule.currency in stored:
            yield ("earning", i, "currency"), "programme.stored_value_earned", {}
    if ladder and ladder.currency in stored:
        yield ("tiers", "currency"), "programme.stored_value_earned", {}
    if gift_cards and len(gift_cards.prefix) + 9 > gift_cards.number_length:
        # Fewer than eight random digits before the check digit are tried out too soon.
        yield ("gift_cards", "prefix"), "programme.gift_card_prefix", {}
