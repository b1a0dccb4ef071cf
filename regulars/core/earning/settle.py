"""Exact drafts become whole awards: rounded once per currency, limited, spread over the lines."""

from collections.abc import Sequence
from math import lcm
from typing import NamedTuple

from regulars.core.earning.compiled import CompiledCaps
from regulars.core.earning.drafts import Draft, tightest
from regulars.core.money import Rounding, divide
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
    currency: str | None,
) -> Earnings:
    """`drafts` in the order of their rules, as awards. `currency`: the only one, where it is so."""
    if currency is not None:
        amounts = _whole_within(programme, scene, drafts, currency, cut)
    else:
        amounts = _by_currency(programme, scene, drafts, cut)
    awards = []
    counters: list[tuple[str, int, int]] = []
    for draft, amount in zip(drafts, amounts, strict=True):
        if amount:
            rule, _, _, weights, lines, params = draft
            reason = _new(Reason, (rule.code, params))
            shares = lines.spread(amount, weights)
            awards.append(_new(Award, (rule.id, rule.currency, amount, shares, reason)))
            if rule.caps is not None:
                counters += _counted(programme, scene, rule.caps, amount)
    for code in programme.capped_currencies:
        amount = sum(award.amount for award in awards if award.currency == code)
        caps = programme.currencies[code].caps
        if amount and caps is not None:
            counters += _counted(programme, scene, caps, amount)
    return _new(Earnings, (tuple(awards), tuple(counters), tuple(cut)))


def _counted(
    programme: Compiled, scene: Scene, caps: CompiledCaps, amount: int
) -> list[tuple[str, int, int]]:
    periods = programme.periods_of(scene)
    return [(key, periods[place], amount) for _, key, place, _ in caps.counted]


def _by_currency(
    programme: Compiled, scene: Scene, drafts: list[Draft], cut: list[Reason]
) -> list[int]:
    places: dict[str, list[int]] = {}
    for i, draft in enumerate(drafts):
        code = draft.rule.currency
        if code in places:
            places[code].append(i)
        else:
            places[code] = [i]
    amounts = [0] * len(drafts)
    for code, some in places.items():
        part = _whole_within(programme, scene, [drafts[i] for i in some], code, cut)
        for i, amount in zip(some, part, strict=True):
            amounts[i] = amount
    return amounts


def whole(drafts: Sequence[Draft], rounding: Rounding) -> list[int]:
    """Whole minor units for exact drafts of one currency.

    Their sum is the exact sum, rounded once; each is the floor or the ceiling of its own exact
    amount, the odd units going to the largest remainders, ties to the earlier rule.
    """
    amounts = []
    rests = []
    for i, (_, numerator, denominator, _, _, _) in enumerate(drafts):
        amount, rest = divmod(numerator, denominator)
        amounts.append(amount)
        if rest:
            rests.append((i, rest, denominator))
    if rests:
        common = lcm(*(denominator for _, _, denominator in rests))
        scaled = [(rest * (common // denominator), -i) for i, rest, denominator in rests]
        floor = sum(amounts)
        exact = floor * common + sum(rest for rest, _ in scaled)
        odd = divide(exact, common, rounding) - floor
        if odd:
            scaled.sort(reverse=True)
            for _, i in scaled[:odd]:
                amounts[-i] += 1
    return amounts


def _whole_within(
    programme: Compiled, scene: Scene, drafts: list[Draft], code: str, cut: list[Reason]
) -> list[int]:
    currency = programme.currencies[code]
    amounts = whole(drafts, currency.rounding)
    if currency.caps is None:
        return amounts
    name, left = tightest(programme, scene, currency.caps)
    wanted = sum(amounts)
    if wanted <= left:
        return amounts
    refused = currency.caps.refuse
    cut.append(
        Reason.of(
            "earning.currency_cap_refused" if refused else "earning.currency_cap_cut",
            currency=code,
            limit=name,
            wanted=decimal_text(wanted, currency.scale),
            left=decimal_text(left, currency.scale),
        )
    )
    if refused:
        return [0] * len(amounts)
    for i, amount in enumerate(amounts):
        amounts[i] = min(amount, left)
        left -= amounts[i]
    return amounts
