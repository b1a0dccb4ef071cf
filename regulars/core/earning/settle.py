"""Exact drafts become whole awards: rounded once per currency, limited, spread over the lines."""

from collections.abc import Sequence
from itertools import compress
from math import lcm
from typing import NamedTuple

from regulars.core.earning.compiled import CompiledCaps
from regulars.core.earning.drafts import Draft, tightest
from regulars.core.money import Rounding, allocate, divide
from regulars.core.programme.compiled import Compiled
from regulars.core.reasons import Reason
from regulars.core.scene import Scene, decimal_text


class Award(NamedTuple):
    """What one rule gives of one currency: `amount` minor units (> 0), `shares` of it per line."""

    rule: str
    currency: str
    amount: int
    shares: tuple[int, ...]
    reason: Reason


class Earnings(NamedTuple):
    """The awards by priority and id, what they add to the member's counters as (key, period,
    delta), and the limits that took something away."""

    awards: tuple[Award, ...]
    counters: tuple[tuple[str, int, int], ...]
    cut: tuple[Reason, ...]


NOTHING = Earnings((), (), ())

_new = tuple.__new__  # a NamedTuple's own constructor costs twice as much; this is the hot path


def settle(
    programme: Compiled,
    scene: Scene,
    drafts: list[Draft],
    cut: list[Reason],
) -> Earnings:
    """`drafts` in the order of their rules, as awards."""
    amounts = whole(programme, drafts)
    for code in programme.capped_currencies:
        _cap(programme, scene, drafts, amounts, code, cut)
    awards = []
    counters: list[tuple[str, int, int]] = []
    for (rule, _, _, weights, lines, params), amount in zip(drafts, amounts, strict=True):
        if amount:
            reason = _new(Reason, (rule.code, params))
            # what `spread` does with all lines, a call less
            whole_receipt = lines.in_order
            shares = (
                tuple(allocate(amount, weights)) if whole_receipt else lines.spread(amount, weights)
            )
            awards.append(_new(Award, (rule.id, rule.currency, amount, shares, reason)))
            if rule.caps is not None:
                counters += _counted(programme, scene, rule.caps, amount)
    for code in programme.capped_currencies:
        total = sum([award.amount for award in awards if award.currency == code])
        caps = programme.currencies[code].caps
        if total and caps is not None:
            counters += _counted(programme, scene, caps, total)
    return _new(Earnings, (tuple(awards), tuple(counters), tuple(cut)))


def _counted(
    programme: Compiled, scene: Scene, caps: CompiledCaps, amount: int
) -> list[tuple[str, int, int]]:
    periods = programme.periods_of(scene)
    return [(key, periods[place], amount) for _, key, place, _ in caps.counted]


def whole(programme: Compiled, drafts: Sequence[Draft]) -> list[int]:
    """Whole minor units for exact drafts.

    In each currency the sum is the exact sum, rounded once; each amount is the floor or the ceiling
    of its own exact one, the odd units going to the largest remainders, ties to the earlier rule.
    """
    amounts = []
    rests = []
    for rule, numerator, denominator, _, _, _ in drafts:
        if denominator == 1:
            amounts.append(numerator)
        else:
            amount, rest = divmod(numerator, denominator)
            if rest:
                rests.append((len(amounts), rest, denominator, rule.currency))
            amounts.append(amount)
    for code in programme.roundings if rests else ():
        some = rests if len(programme.roundings) == 1 else [r for r in rests if r[3] == code]
        if some:
            _round_up(
                amounts, some, programme.roundings[code], _floor(programme, drafts, amounts, code)
            )
    return amounts


def _floor(programme: Compiled, drafts: Sequence[Draft], amounts: Sequence[int], code: str) -> int:
    """The whole units of the currency so far, where its rounding asks for them."""
    if programme.roundings[code] != Rounding.HALF_EVEN:
        return 0
    return sum(compress(amounts, [draft.rule.currency == code for draft in drafts]))


def _round_up(
    amounts: list[int], rests: list[tuple[int, int, int, str]], rounding: Rounding, floor: int
) -> None:
    """Give the odd units of one currency; `rests` are (place, numerator, denominator, …)."""
    if len(rests) == 1:  # what follows, for one
        [(place, rest, common, _)] = rests
        if divide(floor * common + rest, common, rounding) > floor:
            amounts[place] += 1
        return
    common = lcm(*[denominator for _, _, denominator, _ in rests])
    exact = floor * common
    scaled = []
    for i, rest, denominator, _ in rests:
        share = rest * (common // denominator)
        exact += share
        scaled.append((-share, i))
    odd = divide(exact, common, rounding) - floor
    if odd:
        scaled.sort()
        for _, i in scaled[:odd]:
            amounts[i] += 1


def _cap(
    programme: Compiled,
    scene: Scene,
    drafts: Sequence[Draft],
    amounts: list[int],
    code: str,
    cut: list[Reason],
) -> None:
    """Keep the currency within its limits: the earlier rules are served first."""
    currency = programme.currencies[code]
    assert currency.caps is not None
    name, left = tightest(programme, scene, currency.caps)
    if sum(amounts) <= left:
        return
    places = [i for i, draft in enumerate(drafts) if draft[0].currency == code]
    wanted = sum([amounts[i] for i in places])
    if wanted <= left:
        return
    refused = currency.caps.refuse
    cut.append(
        Reason.of(
            f"earning.currency_cap_{'refused' if refused else 'cut'}.{name}",
            currency=code,
            wanted=decimal_text(wanted, currency.scale),
            left=decimal_text(left, currency.scale),
        )
    )
    if refused:
        left = 0
    for i in places:
        amounts[i] = min(amounts[i], left)
        left -= amounts[i]
