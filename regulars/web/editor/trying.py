"""A draft tried out on a basket: prices, discounts and points with the reason of each; nothing is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from uuid import UUID

from regulars.contexts.till.types import SaleView
from regulars.core.earning.explain import explain
from regulars.core.ledger.accounts import Account
from regulars.core.ledger.book import Book
from regulars.core.programme.compiled import Compiled, compile_programme
from regulars.core.programme.document import Programme
from regulars.core.programme.saying import units_text
from regulars.core.programme.texts import text_in
from regulars.core.promotions.explain import said
from regulars.core.promotions.result import Presented
from regulars.core.purchase import QUANTITY_SCALE, Line, Receipt
from regulars.core.refusal import Refused
from regulars.core.scene import Scene
from regulars.core.till.decision import Decision, MemberFacts
from regulars.core.till.looking import look_around
from regulars.core.till.quote import buyer_of, decide, price
from regulars.core.wording.telling import Units, money_text, tell

LINES_MAX = 12
_SOMEBODY = UUID(int=1)
_BIRTHDAY_YEARS = 30


@dataclass(frozen=True, slots=True)
class Asked:
    """What is tried: goods, the moment, who buys, and what is said at the till."""

    lines: tuple[Line, ...]
    at: datetime
    tier: str = ""
    member: bool = True
    birthday: bool = False
    store: str = ""
    channel: str = "store"
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What one rule or promotion did: a title, what it gave (empty: nothing), and why."""

    title: str
    gave: str
    why: str


@dataclass(frozen=True, slots=True)
class Tried:
    """The outcome in words."""

    total: str
    discount: str
    due: str
    earned: tuple[str, ...]
    rules: tuple[Answer, ...]
    promotions: tuple[Answer, ...]


def try_out(document: Programme, asked: Asked, language: str) -> Tried:
    """What `document` would make of the basket for somebody with empty books. Raises Refused."""
    programme = compile_programme(document, version=0)
    receipt = Receipt("1", asked.store, "1", asked.at, asked.lines, asked.channel)
    member = _somebody(asked) if asked.member else None
    account = Account(_SOMEBODY, lots={}, history=())
    book = Book(account, zone=programme.zone, posted_at=asked.at) if member else None
    presented = Presented(codes=asked.codes)
    priced = price(programme, book, member, asked.tier, receipt, presented)
    decision = decide(programme, book, member, asked.tier, receipt, {}, presented, priced=priced)
    seen = look_around(programme, priced, member=member is not None, near=False, every=True)
    units = _units(programme)
    return Tried(
        money_text(decision.gross_minor, units, language),
        money_text(decision.discount_minor, units, language) if decision.discount_minor else "",
        money_text(decision.due_minor, units, language),
        _earned(programme, decision, language),
        _rules(programme, decision, receipt, member, book, asked, units, language),
        tuple(
            Answer(
                _title(document, each.promotion, language),
                money_text(each.amount_minor, units, language) if each.amount_minor else "",
                said(each, programme, "marketer", language),
            )
            for each in sorted(seen.explained, key=lambda each: not each.applied)
        ),
    )


def asked_of_sale(sale: SaleView) -> Asked:
    """A receipt of the past as it was rung up, its buyer on the tier they had."""
    receipt = sale.receipt
    return Asked(
        receipt.lines,
        receipt.occurred_at,
        sale.decision.tier,
        sale.member is not None,
        store=receipt.store,
        channel=receipt.channel,
    )


def amount_of(text: str, scale: int) -> int:
    """An amount as people type it, in minor units. Raises AmountWrong."""
    compact = "".join(text.split()).replace("\u00a0", "").replace(",", ".")
    try:
        minor = Decimal(compact).scaleb(scale)
    except InvalidOperation:
        raise AmountWrong from None
    if not minor.is_finite() or minor != minor.to_integral_value() or not 0 <= minor <= 10**12:
        raise AmountWrong
    return int(minor)


class AmountWrong(Refused):
    """This is no amount of money, or no quantity."""

    code = "try.amount_wrong"


def basket_line(number: int, told: Mapping[str, str], scale: int) -> Line | None:
    """A line as it was typed: price of a unit, quantity, goods; None where it was left empty."""
    if not told.get("price", "").strip():
        return None
    price_minor = amount_of(told["price"], scale)
    quantity = amount_of(told.get("quantity", "").strip() or "1", 3)
    if not quantity:
        raise AmountWrong
    category = told.get("category", "").strip()[:120]
    return Line(
        str(number), told.get("sku", "").strip()[:120] or f"sku-{number}", quantity, price_minor,
        price_minor * quantity // QUANTITY_SCALE,
        tuple(part for part in category.split("/") if part),
    )  # fmt: skip


def _somebody(asked: Asked) -> MemberFacts:
    birthday = None
    if asked.birthday:
        day = asked.at.date()
        birthday = day.replace(year=day.year - _BIRTHDAY_YEARS, day=min(day.day, 28))
    enrolled = asked.at - timedelta(days=365)
    return MemberFacts(_SOMEBODY, "active", enrolled, birthday, "ru", frozenset(), {})


def _units(programme: Compiled) -> Units:
    scales = {code: each.scale for code, each in programme.currencies.items()}
    titles = {each.id: each.title for each in programme.document.promotions}
    return Units(programme.money, programme.money_scale, scales, titles)


def _earned(programme: Compiled, decision: Decision, language: str) -> tuple[str, ...]:
    sums: dict[str, int] = {}
    for award in decision.earnings.awards:
        sums[award.currency] = sums.get(award.currency, 0) + award.amount
    return tuple(_points(programme, code, amount, language) for code, amount in sums.items())


def _points(programme: Compiled, code: str, amount: int, language: str) -> str:
    currency = programme.currencies[code]
    return units_text(Decimal(amount).scaleb(-currency.scale), currency.document, language)


def _rules(
    programme: Compiled,
    decision: Decision,
    receipt: Receipt,
    member: MemberFacts | None,
    book: Book | None,
    asked: Asked,
    units: Units,
    language: str,
) -> tuple[Answer, ...]:
    """What each earning rule gave; then those that gave nothing, each with what stood in its way."""
    if member is None or book is None:
        return ()
    titles = {each.id: text_in(each.title, language) for each in programme.document.earning}
    found, given = [], set()
    for award in decision.earnings.awards:
        given.add(award.rule)
        why = tell(
            award.reason.code, dict(award.reason.params), units, language, currency=award.currency
        )
        title = titles.get(award.rule) or _title(programme.document, award.rule, language)
        found.append(Answer(title, _points(programme, award.currency, award.amount, language), why))
    buyer = buyer_of(book, member, asked.tier, receipt.occurred_at)
    scene = Scene(receipt, buyer, receipt.occurred_at, list(decision.due))
    for each in explain(programme, scene):
        if each.rule not in given and each.award is None:
            why = tell(each.reason.code, dict(each.reason.params), units, language)
            found.append(Answer(titles[each.rule], "", why))
    return tuple(found)


def _title(document: Programme, promotion: str, language: str) -> str:
    titles = {each.id: each.title for each in document.promotions}
    return text_in(titles[promotion], language) if promotion in titles else promotion
