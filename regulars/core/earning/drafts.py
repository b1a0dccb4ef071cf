"""What rules would give, exactly and before rounding: limits, groups, final rules, multipliers."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import lcm
from typing import NamedTuple

from regulars.core.earning.compiled import CompiledCaps, CompiledRule
from regulars.core.earning.mechanic import Params
from regulars.core.money import divide
from regulars.core.programme.compiled import Compiled
from regulars.core.reasons import Reason
from regulars.core.scene import Lines, Scene, decimal_text


class Draft(NamedTuple):
    """An award of `numerator / denominator` minor units, spread over `lines` by `weights`."""

    rule: CompiledRule
    numerator: int
    denominator: int
    weights: Sequence[int]
    lines: Lines
    params: Params


def limit(programme: Compiled, scene: Scene, draft: Draft, cut: list[Reason]) -> tuple[Draft, ...]:
    """The draft within its rule's limits, or nothing; what was taken away is told in `cut`."""
    rule, numerator, denominator, *_ = draft
    if rule.caps is None:
        return (draft,)
    name, left = tightest(programme, scene, rule.caps)
    if numerator <= left * denominator:
        return (draft,)
    currency = programme.currencies[rule.currency]
    wanted = divide(numerator, denominator, currency.rounding)
    if wanted > left:  # else the rounding alone comes down to the limit
        refused = rule.caps.refuse
        cut.append(
            Reason.of(
                f"earning.cap_refused.{name}" if refused else f"earning.cap_cut.{name}",
                rule=rule.id,
                wanted=decimal_text(wanted, currency.scale),
                left=decimal_text(left, currency.scale),
            )
        )
        if refused or not left:
            return ()
    return (draft._replace(numerator=left, denominator=1),) if left else ()


def tightest(programme: Compiled, scene: Scene, caps: CompiledCaps) -> tuple[str, int]:
    """The limit that leaves least, and what it leaves (minor units, never negative)."""
    left, name = caps.receipt, "receipt"
    periods, counters = programme.periods_of(scene), scene.buyer.counters
    for counted, key, place, most in caps.counted:
        rest = most - used(counters.get(key), periods[place])
        if left is None or rest < left:
            left, name = rest, counted
    assert left is not None
    return name, max(0, left)


def used(counter: tuple[int, int] | None, period: int) -> int:
    """What a counter says for this period: nothing where it was last touched in another."""
    return counter[1] if counter is not None and counter[0] == period else 0


def choose(
    drafts: list[Draft], multipliers: list[tuple[CompiledRule, Lines]], stacking_max: int | None
) -> tuple[list[Draft], list[tuple[CompiledRule, Lines]]]:
    """What remains after exclusive groups, final rules and the number of rules per receipt.

    Of a group the largest stays, ties to the smaller id. Then, by priority and id, whatever follows
    a final rule goes, and whatever is beyond the number.
    """
    best: dict[str, tuple[Fraction, CompiledRule]] = {}
    worth = [(Fraction(d.numerator, d.denominator), d.rule) for d in drafts]
    worth += [
        (Fraction(rule.multiplies.numerator, rule.multiplies.denominator), rule)
        for rule, _ in multipliers
        if rule.multiplies is not None
    ]
    for value, rule in worth:
        if rule.exclusive is not None:
            other = best.get(rule.exclusive)
            if other is None or (-value, rule.id) < (-other[0], other[1].id):
                best[rule.exclusive] = (value, rule)
    standing = [r for _, r in worth if r.exclusive is None or best[r.exclusive][1] is r]
    standing.sort(key=lambda rule: rule.number)
    after_final = next((i + 1 for i, rule in enumerate(standing) if rule.final), len(standing))
    kept = set(standing[:after_final][:stacking_max])
    return (
        [draft for draft in drafts if draft.rule in kept],
        [pair for pair in multipliers if pair[0] in kept],
    )


def multiply(
    drafts: Sequence[Draft], multipliers: Iterable[tuple[CompiledRule, Lines]], joined: str
) -> list[Draft]:
    """The drafts of the multipliers on what `drafts` give.

    Added: each multiplies the ordinary rules. Multiplied: each multiplies what the ones before it
    made too. Best: on every line only the largest factor counts, ties to the earlier rule.
    """
    bases = list(drafts)
    pairs = list(multipliers)
    places_of = _best_places(pairs) if joined == "best" else {}
    made = []
    for rule, lines in pairs:
        draft = _multiplied(rule, lines, places_of.get(rule), bases)
        if draft is not None:
            made.append(draft)
            if joined == "multiply":
                bases.append(draft)
    return made


def _best_places(
    multipliers: Sequence[tuple[CompiledRule, Lines]],
) -> dict[CompiledRule, list[int]]:
    """For each multiplier the places where no other of its currency has a larger factor."""
    best: dict[tuple[str, int], tuple[Fraction, CompiledRule]] = {}
    for rule, lines in multipliers:
        assert rule.multiplies is not None
        factor = Fraction(rule.multiplies.numerator, rule.multiplies.denominator)
        for i in lines.positions:
            other = best.get((rule.currency, i))
            if other is None or factor > other[0]:
                best[rule.currency, i] = (factor, rule)
    return {
        rule: [p for p, i in enumerate(lines.positions) if best[rule.currency, i][1] is rule]
        for rule, lines in multipliers
    }


def _multiplied(
    rule: CompiledRule, lines: Lines, places: Sequence[int] | None, bases: Sequence[Draft]
) -> Draft | None:
    """What `rule` adds on the given places of `lines` (all where None), exactly."""
    times = rule.multiplies
    assert times is not None
    parts = _summed(rule, bases)
    common = lcm(*[denominator for _, denominator, _, _ in parts])
    amounts = [0] * len(lines.positions)
    for numerator, denominator, weights, on in parts:
        scale = numerator * (common // denominator)
        for place, at in lines.found_in(on):
            if weights is not None:
                amounts[place] += scale * weights[at]
            elif not at:  # where everything is free the first line bears it all, as in `allocate`
                amounts[place] += scale
    if places is not None:
        amounts = [amount if place in places else 0 for place, amount in enumerate(amounts)]
    total = sum(amounts)
    if not total:
        return None
    more = times.numerator - times.denominator
    return Draft(rule, total * more, common * times.denominator, amounts, lines, times.params)


def _summed(
    rule: CompiledRule, bases: Sequence[Draft]
) -> list[tuple[int, int, Sequence[int] | None, Lines]]:
    """What the rule multiplies: exact amounts per unit of weight, added up where the weights are the
    same; the weights are None where all are zero."""
    assert rule.multiplies is not None
    only, currency = rule.multiplies.rules, rule.currency
    sums: dict[int, tuple[int, int, Sequence[int], Lines]] = {}
    for by, numerator, denominator, weights, on, _ in bases:
        if by.currency != currency or (only and by.id not in only):
            continue
        key = id(weights)
        if key in sums:
            other, divided, _, _ = sums[key]
            more = numerator * divided + other * denominator
            sums[key] = (more, denominator * divided, weights, on)
        else:
            sums[key] = (numerator, denominator, weights, on)
    parts: list[tuple[int, int, Sequence[int] | None, Lines]] = []
    for numerator, denominator, weights, on in sums.values():
        whole = on.amount if weights is on.paid else sum(weights)
        parts.append((numerator, denominator * (whole or 1), weights if whole else None, on))
    return parts
