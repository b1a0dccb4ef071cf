"""The rules read plainly, without index, closures or whole numbers: what the engine must agree with."""

from collections.abc import Callable
from fractions import Fraction
from math import ceil, floor
from typing import Any

from regulars.core.calendar import Period, period_number
from regulars.core.goods import selector
from regulars.core.programme.compiled import NO_POINTS
from regulars.core.programme.document import Programme
from regulars.core.programme.rules import EarningRule
from regulars.core.purchase import Line
from regulars.core.scene import Scene
from regulars.core.terms import Terms
from regulars.core.when.prepare import prepare

Weights = dict[int, Fraction]  # by position
Exact = tuple[Fraction, Weights]  # the whole in minor units, and how it falls to the lines

_ROUND: dict[str, Callable[[Fraction], int]] = {
    "down": floor,
    "up": ceil,
    "half_up": lambda value: floor(value + Fraction(1, 2)),
    "half_even": round,
    "half_down": lambda value: ceil(value - Fraction(1, 2)),
}
_PERIODS = {"day": Period.DAY, "week": Period.WEEK, "month": Period.MONTH, "year": Period.YEAR}


def oracle(document: Programme, scene: Scene) -> tuple[dict[str, int], dict[str, list[int]]]:
    """What every rule gives, and its shares per line of the receipt."""
    policy = document.earning_policy
    ordinary: dict[str, Exact] = {}
    multipliers: dict[str, list[int]] = {}
    rules = sorted((r for r in document.earning if r.enabled), key=lambda r: (r.priority, r.id))
    for rule in rules:
        positions = _lines(rule, scene)
        if not positions or not _holds(document, rule, scene):
            continue
        if rule.mechanic == "multiplier":
            multipliers[rule.id] = positions
            continue
        exact = _exact(document, rule, scene, positions)
        if exact is not None and exact[0] > 0:
            limited = _limited(document, rule, scene, exact)
            if limited is not None:
                ordinary[rule.id] = limited
    kept = _kept(rules, ordinary, multipliers, policy.stacking_max)
    exacts = {id: exact for id, exact in ordinary.items() if id in kept}
    chosen = [rule for rule in rules if rule.id in multipliers and rule.id in kept]
    _multiply(document, scene, exacts, chosen, multipliers)
    return _settle(document, scene, rules, exacts)


def _lines(rule: EarningRule, scene: Scene) -> list[int]:
    takes = selector(rule.goods)
    return [
        i
        for i, line in enumerate(scene.receipt.lines)
        if line.quantity and NO_POINTS not in line.tags and (takes is None or takes(line))
    ]


def _holds(document: Programme, rule: EarningRule, scene: Scene) -> bool:
    ladder = document.tiers
    ranks = {level.code: i for i, level in enumerate(ladder.levels)} if ladder else {}
    terms = Terms(document.zone, document.money_scale, ranks)
    test = prepare(rule.when, terms)
    alone = Scene(scene.receipt, scene.buyer, scene.moment, scene.paid)
    alone.enter(terms.zone, terms.money_scale, terms.goods)
    return test is None or test(alone)


def _exact(
    document: Programme, rule: EarningRule, scene: Scene, positions: list[int]
) -> Exact | None:
    params: Any = rule.params
    unit = 10 ** document.currencies[rule.currency].scale
    lines = scene.receipt.lines
    paid = {i: Fraction(scene.paid[i], 10**document.money_scale) for i in positions}
    amount = sum(paid.values(), Fraction())
    points = getattr(params, "points", None)
    by_tier = getattr(params, "by_tier", {})
    if scene.buyer.tier in by_tier:
        points = by_tier[scene.buyer.tier]
    match rule.mechanic:
        case "rate_per_amount":
            steps = amount / Fraction(params.per)
            if params.whole_steps:
                steps = Fraction(floor(steps))
            return steps * Fraction(points) * unit, paid
        case "rate_per_unit":
            units = {i: Fraction(lines[i].quantity, 1000) for i in positions}
            whole = sum(units.values(), Fraction())
            if params.whole_units:
                whole = Fraction(floor(whole))
            return whole * Fraction(points) * unit, units
        case "per_visit":
            return Fraction(points) * unit, paid
        case "fixed_bonus":
            if params.each == "receipt":
                return Fraction(points) * unit, paid
            return Fraction(points) * unit * len(positions), dict.fromkeys(positions, Fraction(1))
        case "nth_purchase":
            number = scene.buyer.visits + 1
            fits = number % params.every == 0 if params.every else number in params.at
            return (Fraction(points) * unit, paid) if fits else None
        case "threshold_steps":
            reached = [Fraction(s.points) for s in params.steps if amount >= Fraction(s.from_)]
            if params.count == "highest":
                reached = reached[-1:]
            return sum(reached, Fraction()) * unit, paid
        case "category_rates":
            rates = {i: paid[i] * _rate(params, lines[i]) for i in positions}
            return sum(rates.values(), Fraction()) / Fraction(params.per) * unit, rates
    raise AssertionError(rule.mechanic)


def _rate(params: Any, line: Line) -> Fraction:
    if line.sku in params.skus:
        return Fraction(params.skus[line.sku])
    if line.brand in params.brands:
        return Fraction(params.brands[line.brand])
    for depth in range(len(line.category), 0, -1):
        path = "/".join(line.category[:depth])
        if path in params.categories:
            return Fraction(params.categories[path])
    return Fraction(params.default)


def _limited(document: Programme, rule: EarningRule, scene: Scene, exact: Exact) -> Exact | None:
    currency = document.currencies[rule.currency]
    left = _left(document, rule.caps, f"rule:{rule.id}", currency.scale, scene)
    rounding = currency.rounding or document.rounding
    if left is None or exact[0] <= left:
        return exact
    over = _ROUND[rounding](exact[0]) > left
    if left == 0 or (over and rule.caps is not None and rule.caps.over == "refuse"):
        return None
    return Fraction(left), exact[1]


def _left(document: Programme, caps: Any, prefix: str, scale: int, scene: Scene) -> int | None:
    if caps is None:
        return None
    rests = [] if caps.receipt is None else [int(caps.receipt * 10**scale)]
    for name in ("member", *_PERIODS):
        most = getattr(caps, name)
        if most is None:
            continue
        key, period = f"{prefix}:ever", 0
        if name != "member":
            key = f"{prefix}:{name}"
            period = period_number(scene.moment, _PERIODS[name], document.zone)
        then, used = scene.buyer.counters.get(key, (period, 0))
        rests.append(int(most * 10**scale) - (used if then == period else 0))
    return max(0, min(rests)) if rests else None


def _kept(
    rules: list[EarningRule],
    ordinary: dict[str, Exact],
    multipliers: dict[str, list[int]],
    stacking_max: int | None,
) -> set[str]:
    def size(rule: EarningRule) -> Fraction:
        params: Any = rule.params
        return ordinary[rule.id][0] if rule.id in ordinary else Fraction(params.factor)

    standing = [rule for rule in rules if rule.id in ordinary or rule.id in multipliers]
    for group in {rule.exclusive for rule in standing if rule.exclusive}:
        rivals = [rule for rule in standing if rule.exclusive == group]
        best = min(rivals, key=lambda rule: (-size(rule), rule.id))
        standing = [rule for rule in standing if rule.exclusive != group or rule is best]
    for i, rule in enumerate(standing):
        if rule.final:
            standing = standing[: i + 1]
            break
    return {rule.id for rule in standing[:stacking_max]}


def _by_line(exact: Exact, scene: Scene) -> Weights:
    total, weights = exact
    whole = sum(weights.values(), Fraction())
    if not whole:
        first = min(weights, key=lambda i: scene.receipt.lines[i].id)
        return {first: total}
    return {i: total * weight / whole for i, weight in weights.items()}


def _multiply(
    document: Programme,
    scene: Scene,
    exacts: dict[str, Exact],
    chosen: list[EarningRule],
    lines_of: dict[str, list[int]],
) -> None:
    """Add what the multipliers give to `exacts`."""
    by_id = {rule.id: rule for rule in document.earning}
    joined = document.earning_policy.multipliers
    bases = dict(exacts)
    for rule in chosen:
        params: Any = rule.params
        weights: Weights = dict.fromkeys(lines_of[rule.id], Fraction())
        for id, exact in bases.items():
            if by_id[id].currency != rule.currency or (params.rules and id not in params.rules):
                continue
            for i, amount in _by_line(exact, scene).items():
                if i in weights and not (joined == "best" and _beaten(rule, i, chosen, lines_of)):
                    weights[i] += amount
        total = sum(weights.values(), Fraction()) * (Fraction(params.factor) - 1)
        if not total:
            continue
        if joined == "multiply":
            bases[rule.id] = (total, weights)
        limited = _limited(document, rule, scene, (total, weights))
        if limited is not None:
            exacts[rule.id] = limited


def _beaten(
    rule: EarningRule, line: int, chosen: list[EarningRule], lines_of: dict[str, list[int]]
) -> bool:
    rivals: list[Any] = [
        other for other in chosen if other.currency == rule.currency and line in lines_of[other.id]
    ]
    best = max(other.params.factor for other in rivals)
    return next(other for other in rivals if other.params.factor == best) is not rule


def _settle(
    document: Programme, scene: Scene, rules: list[EarningRule], exacts: dict[str, Exact]
) -> tuple[dict[str, int], dict[str, list[int]]]:
    amounts: dict[str, int] = {}
    for code, currency in document.currencies.items():
        ids = [rule.id for rule in rules if rule.id in exacts and rule.currency == code]
        rounding = currency.rounding or document.rounding
        due = _ROUND[rounding](sum((exacts[id][0] for id in ids), Fraction()))
        whole = _spread(due, {id: exacts[id][0] for id in ids}, ids)
        left = _left(document, currency.caps, f"currency:{code}", currency.scale, scene)
        if left is not None and sum(whole.values()) > left:
            assert currency.caps is not None
            left = 0 if currency.caps.over == "refuse" else left
            for id in ids:
                whole[id] = min(whole[id], left)
                left -= whole[id]
        amounts |= {id: amount for id, amount in whole.items() if amount}
    return amounts, {id: _shares(amounts[id], exacts[id], scene) for id in amounts}


def _spread(due: int, exacts: dict[str, Fraction], ids: list[str]) -> dict[str, int]:
    """Floors, and one more for those with the largest rests, the earlier first."""
    whole = {id: floor(exacts[id]) for id in ids}
    by_rest = sorted(ids, key=lambda id: (whole[id] - exacts[id], ids.index(id)))
    for id in by_rest[: due - sum(whole.values())]:
        whole[id] += 1
    return whole


def _shares(amount: int, exact: Exact, scene: Scene) -> list[int]:
    lines = scene.receipt.lines
    parts = {str(i): part for i, part in _by_line((Fraction(amount), exact[1]), scene).items()}
    order = sorted(parts, key=lambda i: lines[int(i)].id)
    whole = _spread(amount, parts, order)
    return [whole.get(str(i), 0) for i in range(len(lines))]
