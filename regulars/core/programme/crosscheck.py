"""Does the document hang together: references, decimals, and what rules must not combine."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from decimal import Decimal
from types import UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from pydantic_core import InitErrorDetails, PydanticCustomError

from regulars.core.earning.catalogue import MECHANICS
from regulars.core.programme.currency import Currency, ExpiresAfter
from regulars.core.programme.gift_cards import GiftCards
from regulars.core.programme.ladder import Ladder
from regulars.core.programme.markers import Fits, Refers
from regulars.core.programme.moments import moment_micros
from regulars.core.programme.promotion_checks import Offers, promotion_problems
from regulars.core.programme.promotions import Budget, Promotion
from regulars.core.programme.referral import Referral
from regulars.core.programme.rules import EarningRule
from regulars.core.programme.value_checks import value_problems
from regulars.core.when.catalogue import CONDITIONS
from regulars.core.when.tree import Loc, Node

SHOWN_MAX = 100


class Parts(NamedTuple):
    """What of a document is checked against each other."""

    currencies: Mapping[str, Currency]
    earning: tuple[EarningRule, ...]
    ladder: Ladder | None
    money_scale: int
    zone: ZoneInfo
    referral: Referral | None = None
    gift_cards: GiftCards | None = None
    offers: Offers = Offers()


@dataclass(frozen=True, slots=True)
class _Known:
    """What the parts of the document may refer to, and the decimals where we are."""

    codes: Mapping[str, Set[str]]
    money_scale: int
    scales: Mapping[str, int]
    currency_scale: int | None = None

    def under(self, scale: int | None) -> "_Known":
        return _Known(self.codes, self.money_scale, self.scales, scale)


def cross_check(parts: Parts) -> list[InitErrorDetails]:
    """Every problem that no part of the document can see alone, with its place; at most 100."""
    problems: list[InitErrorDetails] = []
    for loc, code, context in _problems(parts):
        error = PydanticCustomError(code, "see code", context)
        problems.append(InitErrorDetails(type=error, loc=loc, input=None))
        if len(problems) == SHOWN_MAX:
            break
    return problems


Found = Iterator[tuple[Loc, str, dict[str, Any]]]


def _problems(parts: Parts) -> Found:
    scales = {code: currency.scale for code, currency in parts.currencies.items()}
    ladder = parts.ladder
    known = _Known(
        {
            "currency": scales.keys(),
            "rule": {rule.id for rule in parts.earning},
            "tier": {level.code for level in ladder.levels} if ladder else set(),
            "promotion": {promotion.id for promotion in parts.offers.promotions},
        },
        parts.money_scale,
        scales,
    )
    for code, currency in parts.currencies.items():
        yield from _visit(
            currency, type(currency), ("currencies", code), known.under(currency.scale)
        )
        if _never_usable(currency):
            yield ("currencies", code, "expiry"), "programme.expires_before_usable", {}
    seen: set[str] = set()
    for i, rule in enumerate(parts.earning):
        loc: Loc = ("earning", i)
        if rule.id in seen:
            yield (*loc, "id"), "programme.rule_twice", {"id": rule.id}
        seen.add(rule.id)
        yield from _visit(rule, EarningRule, loc, known.under(scales.get(rule.currency)))
        yield from _event_conditions(rule, loc)
        if rule.valid:
            yield from _period(rule, loc, parts)
    yield from _exclusive_groups(parts)
    if ladder:
        yield from _visit(ladder, type(ladder), ("tiers",), known)
        yield from _thresholds(parts, scales)
    if parts.referral:
        yield from _referral(parts.referral, known, scales)
    if parts.gift_cards:
        yield from _visit(parts.gift_cards, GiftCards, ("gift_cards",), known)
    for i, promotion in enumerate(parts.offers.promotions):
        yield from _visit(promotion, Promotion, ("promotions", i), known)
    for i, budget in enumerate(parts.offers.budgets):
        yield from _visit(budget, Budget, ("budgets", i), known)
    yield from promotion_problems(parts.offers, parts.zone)
    yield from value_problems(
        parts.currencies, parts.earning, ladder, parts.gift_cards, parts.money_scale
    )


def _never_usable(currency: Currency) -> bool:
    """Every lot would expire before it can be spent, whatever the lengths of the months."""
    if not isinstance(currency.expiry, ExpiresAfter):
        return False
    waits, lives = currency.activation, currency.expiry.after
    least = (waits.months * 28 + waits.days) * 24 * 60 + waits.hours * 60 + waits.minutes
    most = (lives.months * 31 + lives.days) * 24 * 60 + lives.hours * 60 + lives.minutes
    return least >= most


def _visit(value: Any, annotation: Any, loc: Loc, known: _Known) -> Found:
    """Walk `value` beside its type and judge whatever carries a marker."""
    if value is None or (
        isinstance(value, str | int | Decimal) and annotation in (str, int, Decimal)
    ):
        return
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *markers = get_args(annotation)
        yield from _judge(value, markers, loc, known)
        yield from _visit(value, inner, loc, known)
    elif origin in (Union, UnionType):
        for option in get_args(annotation):
            if option is not type(None) and _may_be(value, option):
                yield from _visit(value, option, loc, known)
    elif isinstance(value, Node):
        yield from _visit_node(value, loc, known)
    elif isinstance(value, BaseModel):
        named = getattr(value, "currency", None)
        if isinstance(named, str) and named in known.scales:  # its amounts are in this currency
            known = known.under(known.scales[named])
        for name, field in type(value).model_fields.items():
            here = (*loc, field.alias or name)
            yield from _judge(getattr(value, name), field.metadata, here, known)
            yield from _visit(getattr(value, name), field.annotation, here, known)
    elif isinstance(value, Mapping) and origin is dict:
        of_key, of_value = get_args(annotation)
        for key, inner in value.items():
            yield from _visit(key, of_key, (*loc, key), known)
            yield from _visit(inner, of_value, (*loc, key), known)
    elif isinstance(value, tuple | frozenset) and get_args(annotation):
        for i, item in enumerate(value):
            here = (*loc, i) if isinstance(value, tuple) else loc
            yield from _visit(item, get_args(annotation)[0], here, known)


def _may_be(value: Any, option: Any) -> bool:
    while get_origin(option) is Annotated:
        option = get_args(option)[0]
    return not isinstance(option, type) or isinstance(value, option)


def _visit_node(node: Node, loc: Loc, known: _Known) -> Found:
    here = (*loc, node.code)
    if node.params is not None:
        yield from _visit(node.params, type(node.params), here, known)
    for i, inner in enumerate(node.nodes):
        yield from _visit_node(inner, here if node.code == "not" else (*here, i), known)


def _judge(value: Any, markers: list[Any], loc: Loc, known: _Known) -> Found:
    if value is None:
        return
    for marker in markers:
        if isinstance(marker, Refers) and value not in known.codes[marker.to]:
            words = ", ".join(sorted(known.codes[marker.to]))
            yield loc, f"programme.{marker.to}_unknown", {"word": value, "known": words or "—"}
        elif isinstance(marker, Fits):
            scale = known.money_scale if marker.scale == "money" else known.currency_scale
            if scale is not None and not _fits(value, scale):
                yield loc, "programme.too_many_decimals", {"value": str(value), "scale": scale}


def _fits(value: Decimal | int, scale: int) -> bool:
    scaled = Decimal(value).scaleb(scale)
    return scaled == scaled.to_integral_value()


def _event_conditions(rule: EarningRule, loc: Loc) -> Found:
    if MECHANICS[rule.mechanic].kind != "event":
        return
    for leaf in rule.when.leaves():
        if CONDITIONS[leaf.code].looks_at == "receipt":
            yield (*loc, "when"), "programme.event_has_no_receipt", {"condition": leaf.code}
    if not rule.goods.is_everything:
        yield (*loc, "goods"), "programme.event_has_no_goods", {}


def _period(rule: EarningRule, loc: Loc, parts: Parts) -> Found:
    assert rule.valid is not None
    since, until = (
        None if at is None else moment_micros(at, parts.zone)
        for at in (rule.valid.since, rule.valid.until)
    )
    if since is not None and until is not None and since >= until:
        yield (*loc, "valid"), "programme.period_empty", {}


def _referral(referral: Referral, known: _Known, scales: Mapping[str, int]) -> Found:
    yield from _visit(referral, Referral, ("referral",), known)
    for who in ("friend", "referrer"):
        reward = getattr(referral, who)
        scale = scales.get(reward.currency) if reward else None
        if scale is not None and not _fits(reward.points, scale):
            context = {"value": str(reward.points), "scale": scale}
            yield ("referral", who, "points"), "programme.too_many_decimals", context


def _exclusive_groups(parts: Parts) -> Found:
    first: dict[str, EarningRule] = {}
    for i, rule in enumerate(parts.earning):
        if rule.exclusive is None:
            continue
        other = first.setdefault(rule.exclusive, rule)
        context = {"group": rule.exclusive, "other": other.id}
        if other.currency != rule.currency:
            yield ("earning", i, "exclusive"), "programme.exclusive_currencies", context
        elif MECHANICS[other.mechanic].kind != MECHANICS[rule.mechanic].kind:
            yield ("earning", i, "exclusive"), "programme.exclusive_kinds", context


def _thresholds(parts: Parts, scales: Mapping[str, int]) -> Found:
    ladder = parts.ladder
    assert ladder is not None
    spend = ladder.measure == "spend"
    scale = parts.money_scale if spend else scales.get(ladder.currency or "", 0)
    for i, level in enumerate(ladder.levels):
        if not _fits(level.threshold, scale):
            context = {"value": str(level.threshold), "scale": scale}
            yield ("tiers", "levels", i, "threshold"), "programme.too_many_decimals", context
