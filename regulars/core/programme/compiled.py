"""A programme version made quick: minor units, rules as closures, an index over them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

from regulars.core.calendar import Duration, Period, day_period_number
from regulars.core.earning.catalogue import MECHANICS
from regulars.core.earning.compiled import CompiledCaps, CompiledRule, compile_caps
from regulars.core.earning.index import RuleIndex
from regulars.core.earning.mechanic import Multiplies, Rewards
from regulars.core.goods import Selects, selector
from regulars.core.goods_index import GoodsIndex
from regulars.core.money import Rounding
from regulars.core.programme.caps import COUNTED
from regulars.core.programme.currency import Currency, CurrencyKind, Expiry, PayItem, PayMoney
from regulars.core.programme.document import Programme
from regulars.core.programme.ladder import Ladder
from regulars.core.programme.rules import EarningRule
from regulars.core.programme.texts import to_minor
from regulars.core.promotions.compiling import CompiledPromotions, compile_promotions
from regulars.core.scene import Scene
from regulars.core.terms import Terms, units_per
from regulars.core.when.prepare import needs, prepare

NO_POINTS = "no_points"  # the tag of lines that never earn
_DAYS_REMEMBERED_MAX = 1024


class MoneyPayment(NamedTuple):
    """How a currency pays money; `worth` and `share_max` are fractions (numerator, denominator).

    `worth` is minor units of money for one minor unit of the currency. `minimum` and `step` are in
    minor units of the currency (0: none), `receipt_minimum` of money. `selects`: None for all.
    """

    worth: tuple[int, int]
    share_max: tuple[int, int]
    minimum: int
    step: int
    receipt_minimum: int
    selects: Selects | None


class ItemPayment(NamedTuple):
    """`units` (minor) of the currency make one unit of the goods free."""

    units: int
    choose: str
    items_max: int
    selects: Selects | None


@dataclass(frozen=True, slots=True)
class CompiledCurrency:
    """A currency with its settings in minor units and its rounding settled."""

    code: str
    kind: CurrencyKind
    scale: int
    rounding: Rounding
    activation: Duration
    expiry: Expiry
    floor: int | None
    money: MoneyPayment | None
    item: ItemPayment | None
    caps: CompiledCaps | None
    document: Currency


@dataclass(frozen=True, slots=True)
class CompiledLadder:
    """The ladder; `thresholds_minor` are minor units of what it measures (visits as they are)."""

    document: Ladder
    codes: tuple[str, ...]
    thresholds_minor: tuple[int, ...]
    ranks: Mapping[str, int]
    memberships: Mapping[str, tuple[str, Duration]]  # sku → (level, how long)


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """One version of a programme, ready to decide. Immutable, shared by threads (it remembers
    look-ups inside, which no answer depends on)."""

    version: int
    document: Programme
    zone: ZoneInfo
    money: str
    money_scale: int
    currencies: Mapping[str, CompiledCurrency]
    capped_currencies: tuple[str, ...]
    roundings: Mapping[str, Rounding]
    ladder: CompiledLadder | None
    rules: tuple[CompiledRule, ...]  # switched on, by priority then id
    index: RuleIndex
    event_rules: Mapping[str, tuple[CompiledRule, ...]]
    promotions: CompiledPromotions
    terms: Terms
    _periods: dict[date, tuple[int, ...]]

    def periods_of(self, scene: Scene) -> tuple[int, ...]:
        """The numbers of the periods of `COUNTED` that the scene falls in (0 for «for ever»)."""
        day = scene.local.date()
        found = self._periods.get(day)
        if found is None:
            if len(self._periods) >= _DAYS_REMEMBERED_MAX:
                self._periods.clear()
            found = self._periods[day] = tuple(_period_number(day, period) for _, period in COUNTED)
        return found


def compile_programme(document: Programme, version: int) -> Compiled:
    """Made once per version; every decision under this version uses it."""
    ladder = _ladder(document)
    terms = Terms(document.zone, document.money_scale, ladder.ranks if ladder else {}, GoodsIndex())
    currencies = {code: _currency(code, document) for code in document.currencies}
    enabled = sorted((r for r in document.earning if r.enabled), key=lambda r: (r.priority, r.id))
    rules = tuple(_rule(number, rule, document, terms) for number, rule in enumerate(enabled))
    needed = [needs(rule.when, terms) for rule in enabled]
    events: dict[str, tuple[CompiledRule, ...]] = {}
    for rule in rules:
        if rule.rewards is not None:
            events[rule.rewards.event] = (*events.get(rule.rewards.event, ()), rule)
    return Compiled(
        version=version,
        document=document,
        zone=terms.zone,
        money=document.money,
        money_scale=document.money_scale,
        currencies=MappingProxyType(currencies),
        capped_currencies=tuple(c.code for c in currencies.values() if c.caps is not None),
        roundings={currency.code: currency.rounding for currency in currencies.values()},
        ladder=ladder,
        rules=rules,
        index=RuleIndex(rules, needed, terms, document.earning_policy),
        event_rules=MappingProxyType(events),
        promotions=compile_promotions(document, terms),
        terms=terms,
        _periods={},
    )


def _rule(number: int, rule: EarningRule, document: Programme, terms: Terms) -> CompiledRule:
    scale = document.currencies[rule.currency].scale
    prepared = MECHANICS[rule.mechanic].prepare(rule.params, terms, scale)
    multiplies = prepared if isinstance(prepared, Multiplies) else None
    rewards = prepared if isinstance(prepared, Rewards) else None
    earns = rule.goods.model_copy(update={"exclude_tags": rule.goods.exclude_tags | {NO_POINTS}})
    return CompiledRule(
        number=number,
        id=rule.id,
        currency=rule.currency,
        code=f"earning.{rule.mechanic}",
        goods=terms.number_of(earns),
        holds=prepare(rule.when, terms),
        gives=prepared if callable(prepared) else None,
        multiplies=multiplies,
        rewards=rewards,
        caps=compile_caps(rule.caps, f"rule:{rule.id}", scale),
        exclusive=rule.exclusive,
        final=rule.final,
        document=rule,
    )


def _currency(code: str, document: Programme) -> CompiledCurrency:
    currency = document.currencies[code]
    redeem = currency.redeem
    return CompiledCurrency(
        code=code,
        kind=currency.kind,
        scale=currency.scale,
        rounding=currency.rounding or document.rounding,
        activation=currency.activation,
        expiry=currency.expiry,
        floor=currency.floor,
        money=_money(redeem, currency, document) if isinstance(redeem, PayMoney) else None,
        item=_item(redeem, currency) if isinstance(redeem, PayItem) else None,
        caps=compile_caps(currency.caps, f"currency:{code}", currency.scale),
        document=currency,
    )


def _money(pay: PayMoney, currency: Currency, document: Programme) -> MoneyPayment:
    return MoneyPayment(
        worth=units_per(pay.worth, Decimal(1), document.money_scale, currency.scale),
        share_max=(pay.share_max / 100).as_integer_ratio(),
        minimum=to_minor(pay.minimum, currency.scale),
        step=to_minor(pay.step, currency.scale),
        receipt_minimum=to_minor(pay.receipt_minimum, document.money_scale),
        selects=selector(pay.goods),
    )


def _item(pay: PayItem, currency: Currency) -> ItemPayment:
    return ItemPayment(
        units=to_minor(pay.units, currency.scale),
        choose=pay.choose,
        items_max=pay.items_max,
        selects=selector(pay.goods),
    )


def _ladder(document: Programme) -> CompiledLadder | None:
    ladder = document.tiers
    if ladder is None:
        return None
    scale = 0
    if ladder.measure == "spend":
        scale = document.money_scale
    elif ladder.measure == "points" and ladder.currency:
        scale = document.currencies[ladder.currency].scale
    codes = tuple(level.code for level in ladder.levels)
    return CompiledLadder(
        document=ladder,
        codes=codes,
        thresholds_minor=tuple(to_minor(level.threshold, scale) for level in ladder.levels),
        ranks=MappingProxyType({code: rank for rank, code in enumerate(codes)}),
        memberships=MappingProxyType({m.sku: (m.tier, m.valid) for m in ladder.memberships}),
    )


def _period_number(day: date, period: Period | None) -> int:
    return 0 if period is None else day_period_number(day, period)
