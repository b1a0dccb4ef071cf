"""What promotions, groups and budgets must have in common: ids, references, codes, times."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from regulars.core.programme.moments import moment_micros
from regulars.core.programme.promotions import Budget, Group, Promotion
from regulars.core.rewards.codes import normalised
from regulars.core.when.tree import Loc

Found = Iterator[tuple[Loc, str, dict[str, Any]]]


class Offers(NamedTuple):
    """What of a document is about promotions."""

    promotions: tuple[Promotion, ...] = ()
    groups: tuple[Group, ...] = ()
    budgets: tuple[Budget, ...] = ()


def promotion_problems(offers: Offers, zone: ZoneInfo) -> Found:
    """Every problem among promotions that none of them can see alone."""
    ids = {promotion.id for promotion in offers.promotions}
    groups = {group.id for group in offers.groups}
    budgets = {budget.id for budget in offers.budgets}
    yield from _twice("promotions", offers.promotions, "programme.promotion_twice")
    yield from _twice("groups", offers.groups, "programme.group_twice")
    yield from _twice("budgets", offers.budgets, "programme.budget_twice")
    triggers = {promotion.id: promotion.trigger.kind for promotion in offers.promotions}
    for i, promotion in enumerate(offers.promotions):
        loc: Loc = ("promotions", i)
        if promotion.group is not None and promotion.group not in groups:
            yield (*loc, "group"), "programme.group_unknown", _known(promotion.group, groups)
        if promotion.budget is not None and promotion.budget not in budgets:
            yield (*loc, "budget"), "programme.budget_unknown", _known(promotion.budget, budgets)
        for word in sorted(promotion.stacks_with - ids - groups):
            yield (*loc, "stacks_with"), "programme.stacks_with_unknown", {"word": word}
        if promotion.stacks_with and promotion.stacks != "listed":
            yield (*loc, "stacks_with"), "programme.stacks_with_unused", {}
        issued = getattr(promotion.params, "promotion", None)
        if issued in ids and triggers[issued] != "coupon":
            yield (*loc, "params", "promotion"), "programme.coupon_expected", {"id": issued}
        yield from _amounts(promotion, loc)
        yield from _times(promotion, loc, zone)
    yield from _codes(offers.promotions)


def _twice(name: str, parts: Iterable[Any], code: str) -> Found:
    seen: set[str] = set()
    for i, part in enumerate(parts):
        if part.id in seen:
            yield (name, i, "id"), code, {"id": part.id}
        seen.add(part.id)


def _known(word: str, known: set[str]) -> dict[str, Any]:
    return {"word": word, "known": ", ".join(sorted(known)) or "—"}


def _amounts(promotion: Promotion, loc: Loc) -> Found:
    prices = promotion.unit_price
    if prices is not None:
        if prices.from_ is None and prices.to is None:
            yield (*loc, "unit_price"), "programme.min_or_max", {}
        elif prices.from_ is not None and prices.to is not None and prices.from_ > prices.to:
            yield (*loc, "unit_price"), "programme.min_over_max", {}
    for k, caps in enumerate(promotion.caps):
        here = (*loc, "caps", k)
        if caps.uses is None and caps.money is None and caps.units is None:
            yield here, "programme.cap_empty", {}
        if caps.per == "receipt" and caps.period is not None:
            yield (*here, "period"), "programme.cap_of_receipt", {}


def _times(promotion: Promotion, loc: Loc, zone: ZoneInfo) -> Found:
    valid, early = promotion.valid, promotion.early
    since = None if valid is None or valid.since is None else moment_micros(valid.since, zone)
    until = None if valid is None or valid.until is None else moment_micros(valid.until, zone)
    if since is not None and until is not None and since >= until:
        yield (*loc, "valid"), "programme.period_empty", {}
    if early is None:
        return
    if since is None:
        yield (*loc, "early"), "programme.early_without_since", {}
    elif moment_micros(early.since, zone) >= since:
        yield (*loc, "early", "since"), "programme.early_too_late", {}


def _codes(promotions: Iterable[Promotion]) -> Found:
    """A code that switches on several promotions must be meant so: they have one name and the same
    codes, being one offer in several parts."""
    first: dict[str, Promotion] = {}
    for i, promotion in enumerate(promotions):
        words: Mapping[str, str] = {normalised(code): code for code in promotion.trigger.codes}
        for word, code in sorted(words.items()):
            other = first.setdefault(word, promotion)
            parts = other.title == promotion.title and other.trigger == promotion.trigger
            if other is not promotion and not parts:
                context = {"word": code, "other": other.id}
                yield ("promotions", i, "trigger", "codes"), "programme.code_of_two", context
