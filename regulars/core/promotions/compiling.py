"""A version's promotions made quick: all in their order, what they share, an index over them."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from regulars.core.calendar import Period
from regulars.core.earning.compiled import CompiledRule
from regulars.core.earning.mechanic import Multiplies
from regulars.core.programme.document import Programme
from regulars.core.programme.moments import moment_micros
from regulars.core.programme.promotions import Budget, Promotion, PromotionCaps
from regulars.core.programme.rules import EarningRule
from regulars.core.programme.texts import to_minor
from regulars.core.promotions.basket import Rules
from regulars.core.promotions.catalogue import KINDS
from regulars.core.promotions.compiled import (
    NO_DISCOUNT,
    NO_POINTS,
    CompiledBudget,
    CompiledPromotion,
    Limit,
    PointsCost,
    RepeatPart,
    SharedLimit,
    phase_of,
)
from regulars.core.promotions.conflicts import bounds_of, conflicts_of
from regulars.core.promotions.index import PromotionIndex
from regulars.core.rewards.codes import normalised
from regulars.core.terms import Terms
from regulars.core.when.prepare import Asked, needs, prepare
from regulars.core.when.tables import Window


@dataclass(frozen=True, slots=True, eq=False)
class CompiledPromotions:
    """All promotions of a version in the order of evaluation; false where there are none.

    `prices` are the currencies that applications may cost, `shared_limits` the limits that all
    members share.
    """

    promotions: tuple[CompiledPromotion, ...]
    by_id: Mapping[str, CompiledPromotion]
    rules: Rules
    shared_limits: tuple[SharedLimit, ...]
    prices: frozenset[str]
    index: PromotionIndex
    sees_initial: bool  # conditions look at the initial amounts
    in_order: bool  # of what does not go together the first counts, else the best

    def __bool__(self) -> bool:
        return bool(self.promotions)


def compile_promotions(document: Programme, terms: Terms) -> CompiledPromotions:
    """Made once per version. `terms` are those of the earning rules: goods are numbered together."""
    enabled = sorted((p for p in document.promotions if p.enabled), key=_order)
    budgets = {budget.id: _budget(budget, document) for budget in document.budgets}
    conflicts = conflicts_of(enabled, document)
    promotions = tuple(
        _promotion(number, promotion, conflicts[number], budgets, document, terms)
        for number, promotion in enumerate(enabled)
    )
    needed = [needs(promotion.when, terms) for promotion in enabled]
    used = {p.document.budget for p in promotions}
    shared = {budget.shared: None for code, budget in budgets.items() if code in used}
    for promotion in promotions:
        for limit in promotion.limits:
            if limit.per == "all":
                shared[SharedLimit(limit.key, limit.period, limit.most)] = None
    return CompiledPromotions(
        promotions=promotions,
        by_id=MappingProxyType({promotion.id: promotion for promotion in promotions}),
        rules=rules_of(document),
        shared_limits=tuple(shared),
        prices=frozenset(p.price.currency for p in promotions if p.price is not None),
        index=PromotionIndex(
            promotions,
            needed,
            _windows(enabled, terms),
            _codes(enabled),
            bounds_of(enabled, document),
            terms,
        ),
        sees_initial=document.promotion_policy.conditions_on == "initial",
        in_order=document.promotion_policy.exclusive == "first",
    )


def rules_of(document: Programme) -> Rules:
    """How discounts are reckoned under the programme's settings."""
    policy = document.promotion_policy
    return Rules(
        rounding=policy.rounding or document.rounding,
        per=policy.round_per,
        initial=policy.percent_of == "initial",
        net=policy.amounts == "net",
        minimum_moves=policy.minimum_price == "moves",
        step=to_minor(policy.round_to, document.money_scale) if policy.round_to else 1,
        extra_gifts=policy.free_goods == "extra",
        conditions_initial=policy.conditions_on == "initial",
    )


def _order(promotion: Promotion) -> tuple[int, int, str]:
    return phase_of(promotion), promotion.priority, promotion.id


def _promotion(
    number: int,
    promotion: Promotion,
    conflicts: int,
    budgets: Mapping[str, CompiledBudget],
    document: Programme,
    terms: Terms,
) -> CompiledPromotion:
    kind = KINDS[promotion.kind]
    currency = getattr(promotion.params, "currency", None)
    scale = document.currencies[currency].scale if currency else 0
    prepared = kind.prepare(promotion.params, terms, scale)
    boosts = isinstance(prepared, Multiplies)
    limits = tuple(
        limit for caps in promotion.caps for limit in _limits(promotion.id, caps, document)
    )
    budget = None if promotion.budget is None else budgets[promotion.budget]
    price = promotion.price
    repeat = promotion.repeat
    scope = promotion.goods.model_copy(
        update={
            "exclude_tags": promotion.goods.exclude_tags | {NO_POINTS if boosts else NO_DISCOUNT}
        }
    )
    goods = terms.number_of(scope)
    on_delivery = kind.on == "delivery"
    free_of_goods = getattr(kind, "without_goods", False) and promotion.goods.is_everything
    expected = getattr(promotion.params, "expected_cost", None)
    counted = bool(limits) or budget is not None or price is not None
    picky = on_delivery or promotion.unit_price is not None or promotion.not_discounted
    return CompiledPromotion(
        number=number,
        id=promotion.id,
        code=f"promotion.{promotion.kind}",
        phase=phase_of(promotion),
        kind=kind,
        goods=goods,
        needs_goods=not (free_of_goods or on_delivery),
        on_delivery=on_delivery,
        holds=prepare(promotion.when, terms),
        asked=Asked(promotion.when, terms),
        gives=None if isinstance(prepared, Multiplies) else prepared,
        boost=(
            _boost(promotion, prepared, goods, len(document.earning) + number)
            if isinstance(prepared, Multiplies)
            else None
        ),
        limits=limits,
        needs_member=price is not None or any(limit.per == "member" for limit in limits),
        budget=budget,
        coupon_cost=0 if expected is None else to_minor(expected, document.money_scale),
        repeat=_parts(promotion, terms),
        repeat_most=repeat.most if repeat else None,
        repeat_same=bool(repeat and repeat.same),
        price=None if price is None else _cost(price, document),
        unit_price=_unit_price(promotion, document),
        conflicts=conflicts,
        plain=not (counted or picky or repeat or boosts or free_of_goods)
        and promotion.trigger.kind == "auto"
        and promotion.times_max is None,
        counted=counted,
        picky=picky,
        trigger=promotion.trigger.kind,
        document=promotion,
    )


def _boost(promotion: Promotion, multiplies: Multiplies, goods: int, number: int) -> CompiledRule:
    """The promotion as a rule of earning, after all others: a multiplier as programmes have it."""
    currency = getattr(promotion.params, "currency", "")
    rule = EarningRule.model_construct(
        id=f"promotion:{promotion.id}", title=promotion.title, currency=currency
    )
    return CompiledRule(
        number=number,
        id=rule.id,
        currency=currency,
        code=f"promotion.{promotion.kind}",
        goods=goods,
        holds=None,
        gives=None,
        multiplies=multiplies,
        rewards=None,
        caps=None,
        exclusive=None,
        final=False,
        document=rule,
    )


def _limits(id: str, caps: PromotionCaps, document: Programme) -> list[Limit]:
    """The limits of one entry, uses first: what is refused need not be cut."""
    limits: list[Limit] = []
    amounts: tuple[tuple[str, Any], ...] = (
        ("uses", caps.uses),
        ("units", caps.units),
        ("money", None if caps.money is None else to_minor(caps.money, document.money_scale)),
    )
    for what, most in amounts:
        if most is not None:
            key = "" if caps.per == "receipt" else _key(f"{what}:{id}", caps.period)
            refuse = what == "uses" or caps.over == "refuse"
            limits.append(Limit(caps.per, what, key, caps.period, most, refuse))
    return limits


def _key(prefix: str, period: Period | None) -> str:
    return f"{prefix}:{'ever' if period is None else period.value}"


def _budget(budget: Budget, document: Programme) -> CompiledBudget:
    shared = SharedLimit(
        _key(f"budget:{budget.id}", budget.period),
        budget.period,
        to_minor(budget.money, document.money_scale),
    )
    return CompiledBudget(shared, budget.over == "refuse", Fraction(budget.redemption) / 100)


def _cost(price: Any, document: Programme) -> PointsCost:
    scale = document.currencies[price.currency].scale
    return PointsCost(price.currency, to_minor(price.points, scale))


def _parts(promotion: Promotion, terms: Terms) -> tuple[RepeatPart, ...]:
    each = promotion.repeat.each if promotion.repeat else ()
    return tuple(RepeatPart(terms.number_of(part.goods), part.quantity) for part in each)


def _unit_price(promotion: Promotion, document: Programme) -> tuple[int | None, int | None] | None:
    ends = promotion.unit_price
    if ends is None:
        return None
    scale = document.money_scale
    return (
        None if ends.from_ is None else to_minor(ends.from_, scale),
        None if ends.to is None else to_minor(ends.to, scale),
    )


def _codes(enabled: list[Promotion]) -> dict[str, int]:
    """The bits of the promotions that a code, as normalised, switches on."""
    bits: dict[str, int] = {}
    for number, promotion in enumerate(enabled):
        for code in promotion.trigger.codes:
            word = normalised(code)
            bits[word] = bits.get(word, 0) | 1 << number
    return bits


def _windows(
    enabled: list[Promotion], terms: Terms
) -> tuple[list[list[Window]], list[tuple[frozenset[str], Window] | None]]:
    """When each promotion is in force for everybody, and for whom before that."""
    usual: list[list[Window]] = []
    early: list[tuple[frozenset[str], Window] | None] = []
    for promotion in enabled:
        valid = promotion.valid
        ends = (valid.since, valid.until) if valid else (None, None)
        since, until = (None if at is None else moment_micros(at, terms.zone) for at in ends)
        usual.append([(since, until)])
        before = promotion.early
        if before is None or since is None:
            early.append(None)
        else:
            early.append((before.tiers, (moment_micros(before.since, terms.zone), since)))
    return usual, early
