"""Decisions as tills get them: figures by line, and a sentence for everything that was decided."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from regulars.contexts.till.types import (
    BooksView,
    DecisionView,
    EventView,
    QuoteView,
    ReturnView,
    SaleView,
)
from regulars.core.programme.compiled import Compiled
from regulars.core.programme.texts import text_in
from regulars.core.promotions.explain import said as say_explained
from regulars.core.promotions.missed import said as say_missed
from regulars.core.promotions.result import Discount
from regulars.core.purchase import Receipt
from regulars.core.rewards.patterns import ISSUED, shown_code
from regulars.core.wording.telling import Units, tell

Json = dict[str, Any]


NOTHING_TYPED: Mapping[str, str] = {}


def quote_json(
    view: QuoteView, units: Units, language: str, typed: Mapping[str, str] = NOTHING_TYPED
) -> Json:
    """A quote; `earned_if_*` answers both «how much may I spend» and «how much shall I earn then».

    `typed` are the codes of the request as they were typed, by their one spelling.
    """
    return {
        "quote": view.token,
        "valid_until": view.valid_until,
        "held": view.held,
        "member": _member(view.member),
        **_decision(view.decision, view.receipt, units, language, typed),
        "spendable": [
            {
                "currency": option.currency,
                "balance": option.balance,
                "least": option.minimum,
                "most": option.most,
                "step": option.step,
                "worth_minor": option.worth_minor,
                "reason": _reason(option.reason, units, language, option.currency),
                "earned_if_spent": option.earned_if_spent,
            }
            for option in view.spendable
        ],
        "earned_if_nothing_spent": view.earned_if_nothing_spent,
        "missed": [],
        "explained": [],
        "balances": balances_json(view.balances),
        "units": units_json(units),
    }


def offers_json(view: QuoteView, programme: Compiled, units: Units, language: str) -> Json:
    """The offers that a quote nearly reached, and what became of every promotion where asked."""
    return {
        "missed": [
            {
                "promotion": offer.promotion,
                "title": _title(offer.promotion, units, language),
                "missing_minor": offer.money_minor,
                "missing_units": offer.units,
                "gain_minor": offer.gain_minor,
                "cost_minor": offer.cost_minor,
                "text": say_missed(offer, programme, language),
            }
            for offer in view.missed
        ],
        "explained": [
            {
                "promotion": one.promotion,
                "title": _title(one.promotion, units, language),
                "applied": one.applied,
                "amount_minor": one.amount_minor,
                "times": one.times,
                "code": one.reason.code,
                "text": say_explained(one, programme, "till", language),
            }
            for one in view.explained
        ],
    }


def sale_json(
    view: SaleView, units: Units, language: str, typed: Mapping[str, str] = NOTHING_TYPED
) -> Json:
    """A sale; the same however often it is asked for. `typed` as in `quote_json`."""
    return {
        "receipt_id": view.key.number,
        "sale": view.id,
        "store": view.key.store,
        "till": view.key.till,
        "member": _member(view.member),
        "occurred_at": view.occurred_at,
        "received_at": view.received_at,
        **_decision(view.decision, view.receipt, units, language, typed),
        "balances": balances_json(view.balances),
        "late": view.late,
        "units": units_json(units),
    }


def return_json(view: ReturnView, units: Units, language: str) -> Json:
    """A return; points by currency in minor units."""
    return {
        "return_id": view.key.number,
        "return": view.id,
        "sale": view.sale,
        "store": view.key.store,
        "till": view.key.till,
        "member": _member(view.member),
        "occurred_at": view.occurred_at,
        "received_at": view.received_at,
        "programme_version": view.version,
        "refund_minor": view.refund_minor,
        "refund": {
            "money_minor": (
                view.refund_minor - sum(view.tenders.values()) - (view.onto[1] if view.onto else 0)
            ),
            "gift_card_minor": view.onto[1] if view.onto else 0,
            "tenders": [
                {**_tendered(key, units), "amount_minor": amount}
                for key, amount in view.tenders.items()
            ],
        },
        "coupons_given_back": list(view.coupons),
        "coupons_revoked": [shown_code(code, ISSUED) for code in view.revoked],
        "lines": [
            {"id": line, "quantity": quantity_text(quantity)}
            for line, quantity in view.quantities.items()
        ],
        "points_restored": view.restored,
        "points_to_take_back": view.reversed,
        "points_taken_back": view.taken_back,
        "reasons": [_reason(reason, units, language) for reason in view.reasons],
        "balances": balances_json(view.balances),
        "units": units_json(units),
    }


def event_json(view: EventView, units: Units, language: str) -> Json:
    """What an event earned."""
    return {
        "member": _member(view.member),
        "programme_version": view.version,
        "awards": _awards(view.awards, units, language),
        "limited": [_reason(reason, units, language) for reason in view.cut],
        "balances": balances_json(view.balances),
        "units": units_json(units),
    }


def books_json(view: BooksView, units: Units) -> Json:
    """Balances, tier and what is due by the clock, in the order in which points are spent."""
    return {
        "member": view.member.id,
        "programme_version": view.version,
        "tier": view.tier,
        "tier_until": view.tier_until,
        "next_tier": view.next_tier,
        "missing_to_next_tier": view.missing,
        "visits": view.visits,
        "balances": balances_json(view.balances),
        "lots": [
            {
                "currency": currency,
                "amount": left,
                "earned_at": earned,
                "active_from": active,
                "expires_at": expires,
            }
            for currency, left, earned, active, expires in view.lots
        ],
        "units": units_json(units),
    }


def balances_json(balances: Mapping[str, tuple[int, int, int]]) -> Json:
    """Wallets by currency, in minor units."""
    return {
        code: {"pending": pending, "active": active, "held": held}
        for code, (pending, active, held) in balances.items()
    }


def units_json(units: Units) -> Json:
    """What the minor units are: decimals of money and of each currency."""
    return {
        "money": {"code": units.money, "scale": units.money_scale},
        "currencies": units.scales,
    }


def quantity_text(thousandths: int) -> str:
    """`1500` thousandths as `1.5`."""
    whole, rest = divmod(thousandths, 1000)
    return f"{whole}.{rest:03d}".rstrip("0") if rest else str(whole)


def _decision(
    view: DecisionView, receipt: Receipt, units: Units, language: str, typed: Mapping[str, str]
) -> Json:
    return {
        "programme_version": view.version,
        "tier": view.tier or None,
        "gross_minor": view.gross_minor,
        "discount_minor": view.discount_minor,
        "points_minor": view.points_minor,
        "due_minor": view.due_minor,
        "lines": _lines(view, receipt),
        "discounts": [
            {
                "id": discount.id,
                "title": _title(discount.id, units, language),
                "amount_minor": discount.amount_minor,
                "times": discount.times,
                "code": typed.get(discount.code, discount.code) or None,
                "reason": _reason(discount.reason, units, language),
            }
            for discount in (Discount(*row) for row in view.discounts)
        ],
        "payments": [
            {
                "currency": currency,
                "amount": amount,
                "amount_minor": money,
                "reason": _reason(reason, units, language, currency),
            }
            for currency, amount, money, _, _, reason in view.payments
        ],
        "awards": _awards(view.awards, units, language),
        "limited": [_reason(reason, units, language) for reason in view.cut],
        "earned": earned(view.awards),
        **_promoted(view, units, language, typed),
    }


def _promoted(view: DecisionView, units: Units, language: str, typed: Mapping[str, str]) -> Json:
    """What else promotions brought, and how gift cards and stored value pay."""
    tendered = sum(money for _, _, _, money, *_ in view.tenders)
    return {
        "left_minor": view.due_minor - tendered,
        "loads": [
            {
                "line": line,
                "card": card or None,
                "number": number or None,
                "currency": None if card else currency,
                "amount_minor": amount,
                "sold": is_new,
            }
            for line, card, number, currency, amount, is_new in view.loads
        ],
        "tenders": [
            {
                "card": card or None,
                "currency": currency if not card else None,
                "amount_minor": money,
                "reason": _reason(reason, units, language, currency),
            }
            for card, currency, _, money, _, _, reason in view.tenders
        ],
        "points_due": [
            {
                "promotion": promotion,
                "title": _title(promotion, units, language),
                "currency": currency,
                "amount": amount,
            }
            for promotion, currency, amount, _ in view.points
        ],
        "gifts": [
            {
                "promotion": promotion,
                "title": _title(promotion, units, language),
                "sku": sku,
                "quantity": quantity_text(quantity),
                "reason": _reason(reason, units, language),
            }
            for promotion, sku, quantity, reason in view.gifts
        ],
        "coupons_issued": [
            {
                "promotion": promotion,
                "title": _title(promotion, units, language),
                "by": by,
                "count": count,
                "codes": [shown_code(code, ISSUED) for code in codes],
            }
            for promotion, by, count, codes in view.issued
        ],
        "codes": [
            {
                "code": typed.get(code, code),
                "accepted": accepted,
                "promotion": promotion or None,
                "title": _title(promotion, units, language),
                "reason": _reason(reason, units, language),
            }
            for code, promotion, accepted, reason in view.codes
        ],
    }


def _tendered(key: str, units: Units) -> Json:
    """Where money goes back to: a currency of the member, else a gift card."""
    own = key in units.scales
    return {"card": None if own else key, "currency": key if own else None}


def _title(promotion: str, units: Units, language: str) -> str | None:
    """What a promotion is called; a tier's card has no name of its own."""
    titles = units.titles.get(promotion)
    return None if titles is None else text_in(titles, language)


def _lines(view: DecisionView, receipt: Receipt) -> list[Json]:
    discounts = _sums((row[2] for row in view.discounts), receipt)
    payments = _sums((shares for _, _, _, shares, _, _ in view.payments), receipt)
    lines: list[Json] = [
        {
            "id": line.id,
            "sku": line.sku,
            "quantity": quantity_text(line.quantity),
            "amount_minor": line.amount_minor,
            "discount_minor": discount,
            "points_minor": points,
            "due_minor": due,
            "earned": {},
        }
        for line, discount, points, due in zip(
            receipt.lines, discounts, payments, view.due, strict=True
        )
    ]
    for _, currency, _, shares, _ in view.awards:
        for line, share in zip(lines, shares, strict=False):
            if share:
                earned_here = line["earned"]
                earned_here[currency] = earned_here.get(currency, 0) + share
    return lines


def _sums(shares: Iterable[Sequence[int]], receipt: Receipt) -> Sequence[int]:
    columns = list(shares)
    if not columns:
        return (0,) * len(receipt.lines)
    return columns[0] if len(columns) == 1 else [sum(parts) for parts in zip(*columns, strict=True)]


def _awards(awards: Sequence[Sequence[Any]], units: Units, language: str) -> list[Json]:
    return [
        {
            "rule": rule,
            "currency": currency,
            "amount": amount,
            "reason": _reason(reason, units, language, currency),
        }
        for rule, currency, amount, _, reason in awards
    ]


def earned(awards: Sequence[Sequence[Any]]) -> dict[str, int]:
    """What awards bring, by currency."""
    sums: dict[str, int] = {}
    for award in awards:
        sums[award[1]] = sums.get(award[1], 0) + award[2]
    return sums


def _reason(
    reason: Sequence[Any], units: Units, language: str, currency: str | None = None
) -> Json:
    code, params = reason
    return {"code": code, "text": tell(code, dict(params), units, language, currency=currency)}


def _member(ref: Any) -> str | None:
    return None if ref is None else str(ref.id)
