"""From the sums of a replay to an outcome that can be read: worth, rates, groups, breakage and liability."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from regulars.core.economics.behaviour import Behaviour
from regulars.core.economics.breakage import Assumed, Breakage, estimate
from regulars.core.economics.groups import (
    deciles_of,
    rewards_of,
    segments_of,
    table_of,
    versus,
)
from regulars.core.economics.outcome import (
    CurrencyFound,
    Figures,
    Flows,
    Liability,
    LimitUse,
    Outcome,
    Rates,
    RowsFound,
    RowSum,
    Told,
)
from regulars.core.economics.replayed import (
    FIGURES,
    FLOW,
    GAP,
    ITEM,
    LIMIT,
    MEMBERS,
    NOBODY,
    PROMOTION,
    REACHED,
    ROW,
    TIER,
    WHY,
    Replayed,
)
from regulars.core.economics.vintages import NOTHING, Flow
from regulars.core.programme.compiled import Compiled
from regulars.core.programme.currency import CurrencyKind

NOTHING_SHARE = Fraction(0)
_USUAL_SHARE = Assumed().redeemed_share
ByMonth = dict[int, dict[int, Flow]]  # vintage → month → flow


@dataclass(frozen=True, slots=True)
class Candidate:
    """A programme to be replayed: what it is called, and what it says."""

    code: str
    title: str
    programme: Compiled


@dataclass(frozen=True, slots=True)
class Terms:
    """What an outcome is reckoned by: the last month, the behaviour, the cost of a point's worth."""

    first: int
    last: int
    behaviour: Behaviour
    points_cost: Fraction = Fraction(1)


def outcome_of(
    candidate: Candidate, found: Replayed, terms: Terms, first: "Outcome | None" = None,
    first_found: Replayed | None = None,
) -> Outcome:  # fmt: skip
    """One candidate's outcome; held against `first` (with its sums) where that is another's."""
    programme = candidate.programme
    vintages = _vintages(found)
    worths = worths_of(programme, found)
    currencies = {
        code: _currency(programme, code, vintages.get(code, {}), worths[code], terms)
        for code in found.currencies
    }
    rewarding = {
        code: one.worth
        for code, one in currencies.items()
        if one.kind != CurrencyKind.STORED_VALUE and one.worth
    }
    months = _months(found, currencies, rewarding, terms)
    totals = _totals(found, currencies, rewarding, terms.last)
    breakages = _breakages(vintages, rewarding, terms)
    liability = _liability(breakages, currencies, rewarding)
    table = table_of(found, rewarding)
    owed = liability[terms.last].expected_minor if liability else 0
    cost = totals.discounts_minor + totals.spent_minor + owed
    points = Fraction(totals.spent_minor + owed) * terms.points_cost
    against = None
    if first is not None and first_found is not None:
        against = table_of(first_found, {c: one.worth for c, one in first.currencies.items()
                                         if one.kind != CurrencyKind.STORED_VALUE})  # fmt: skip
    outcome = Outcome(
        code=candidate.code,
        title=candidate.title,
        totals=totals,
        anonymous=_cells(found, NOBODY, None),
        months=months,
        rates=_rates(totals, cost, breakages, rewarding, terms.last, table.reach),
        cost_minor=cost,
        cost_stated_minor=totals.discounts_minor + round(points),
        currencies=currencies,
        liability=liability,
        deciles=deciles_of(table, against),
        segments=segments_of(table, against),
        tiers=_tiers(found, terms.last, _levels(programme)),
        reached={
            level: found.counts[REACHED, level]
            for level in _levels(programme)
            if found.counts.get((REACHED, level))
        },
        rewards=rewards_of(table),
        versus_none=versus(table, None, ""),
        versus_first=None if first is None else versus(table, against, first.code),
        promotions={k[1]: n for k, n in sorted(found.counts.items(), key=repr)
                    if k[0] == PROMOTION},
        limits=_limits(found),
        rows=_rows(found),
        gaps=(),
    )  # fmt: skip
    return replace(outcome, gaps=tuple(_gaps(programme, found, outcome)))


def worths_of(programme: Compiled, found: Replayed) -> dict[str, tuple[Fraction, bool]]:
    """By currency what a minor unit of it is worth in minor money, and whether that was found here.

    A currency that buys items is worth what the items came to on average; one that buys nothing, or
    has bought nothing yet, is worth nothing.
    """
    worths: dict[str, tuple[Fraction, bool]] = {}
    for code, currency in programme.currencies.items():
        if currency.money is not None:
            worths[code] = Fraction(*currency.money.worth), False
        elif currency.kind == CurrencyKind.STORED_VALUE:
            worths[code] = Fraction(1), False
        else:
            money = found.counts.get((ITEM, code, 0), 0)
            units = found.counts.get((ITEM, code, 1), 0)
            worths[code] = (Fraction(money, units) if units else Fraction(0)), bool(currency.item)
    return worths


def vintage_flows(found: Replayed) -> dict[str, ByMonth]:
    """The flows of points by currency, vintage and month, as the liability reads them."""
    return _vintages(found)


def _vintages(found: Replayed) -> dict[str, ByMonth]:
    parts: dict[tuple[str, int, int], list[int]] = {}
    for key, amount in found.counts.items():
        if key[0] == FLOW:
            _, code, vintage, month, place = key
            parts.setdefault((code, vintage, month), [0] * len(Flow._fields))[place] += amount
    flows: dict[str, ByMonth] = {}
    for (code, vintage, month), amounts in sorted(parts.items()):
        flows.setdefault(code, {}).setdefault(vintage, {})[month] = Flow(*amounts)
    return flows


def _currency(
    programme: Compiled, code: str, vintages: ByMonth, worth: tuple[Fraction, bool], terms: Terms
) -> CurrencyFound:
    by_month: dict[int, Flow] = {}
    for months in vintages.values():
        for month, flow in months.items():
            by_month[month] = by_month.get(month, NOTHING).plus(flow)
    held, told = 0, {}
    for month in range(min([terms.first, *by_month]), max([terms.last, *by_month]) + 1):
        flow = by_month.get(month, NOTHING)
        held += flow.outstanding
        told[month] = _flows(flow, held)
    total = NOTHING
    for flow in by_month.values():
        total = total.plus(flow)
    of_vintage = {}
    for vintage, months in vintages.items():
        whole = NOTHING
        for flow in months.values():
            whole = whole.plus(flow)
        of_vintage[vintage] = _flows(whole, whole.outstanding)
    kind = programme.currencies[code].kind.value
    return CurrencyFound(code, kind, *worth, _flows(total, held), told, of_vintage)


def _flows(flow: Flow, held: int) -> Flows:
    return Flows(
        flow.granted + flow.sold,
        flow.redeemed - flow.revived,
        flow.expired,
        flow.adjusted,
        flow.moved,
        held,
    )


def _worth(flows: Mapping[str, Flows], rewarding: Mapping[str, Fraction], field: str) -> int:
    """Points of all currencies together at their worth, rounded once."""
    return round(
        sum(
            (
                worth * getattr(flows[code], field)
                for code, worth in rewarding.items()
                if code in flows
            ),
            Fraction(0),
        )
    )


def _cells(found: Replayed, who: str, month: int | None) -> Figures:
    cell = [0] * FIGURES
    for key, amount in found.counts.items():
        if key[0] == who and (month is None or key[1] == month):
            cell[key[2]] += amount
    return Figures(0 if month is None else cell[0], *cell[1:])


def _by_month(found: Replayed, who: str) -> dict[int, list[int]]:
    cells: dict[int, list[int]] = {}
    for key, amount in found.counts.items():
        if key[0] == who:
            cells.setdefault(key[1], [0] * FIGURES)[key[2]] += amount
    return cells


def _months(
    found: Replayed,
    currencies: Mapping[str, CurrencyFound],
    rewarding: Mapping[str, Fraction],
    terms: Terms,
) -> dict[int, Figures]:
    cells = _by_month(found, MEMBERS)
    known = [month for one in currencies.values() for month in one.months]
    told = {}
    for month in range(min([terms.first, *cells, *known]), max([terms.last, *cells, *known]) + 1):
        flows = {code: one.months[month] for code, one in currencies.items() if month in one.months}
        told[month] = Figures(
            *cells.get(month, [0] * FIGURES),
            *(
                _worth(flows, rewarding, name)
                for name in ("issued", "spent", "expired", "outstanding")
            ),
        )
    return told


def _totals(
    found: Replayed,
    currencies: Mapping[str, CurrencyFound],
    rewarding: Mapping[str, Fraction],
    last: int,
) -> Figures:
    whole = _cells(found, MEMBERS, None)
    flows = {code: one.flows for code, one in currencies.items()}
    return whole._replace(
        members=int((found.members[:, 1] > 0).sum()),
        issued_minor=_worth(flows, rewarding, "issued"),
        spent_minor=_worth(flows, rewarding, "spent"),
        expired_minor=_worth(flows, rewarding, "expired"),
        outstanding_minor=_worth(flows, rewarding, "outstanding"),
    )


def _breakages(
    vintages: Mapping[str, ByMonth], rewarding: Mapping[str, Fraction], terms: Terms
) -> dict[str, dict[int, Breakage]]:
    share = NOTHING_SHARE if terms.behaviour.kind == "never" else _USUAL_SHARE
    assumed = Assumed(redeemed_share=share)
    return {
        code: {
            month: estimate(vintages[code], month, assumed)
            for month in range(terms.first, terms.last + 1)
        }
        for code in rewarding
        if code in vintages
    }


def _liability(
    breakages: Mapping[str, Mapping[int, Breakage]],
    currencies: Mapping[str, CurrencyFound],
    rewarding: Mapping[str, Fraction],
) -> dict[int, Liability]:
    told: dict[int, Liability] = {}
    for month in sorted({month for one in breakages.values() for month in one}):
        held = owed = base = redeemed = Fraction(0)
        for code, by_month in breakages.items():
            one, worth = by_month[month], rewarding[code]
            held += worth * currencies[code].months[month].outstanding
            owed += worth * sum(v.expected - v.redeemed for v in one.vintages)
            base += worth * one.base
            redeemed += worth * one.expected
        rate = float(1 - redeemed / base) if base > 0 else None
        told[month] = Liability(round(held), round(owed), rate)
    return told


def _rates(
    totals: Figures,
    cost: int,
    breakages: Mapping[str, Mapping[int, Breakage]],
    rewarding: Mapping[str, Fraction],
    last: int,
    reach: int,
) -> Rates:
    redeemed = sum(
        (rewarding[code] * one[last].expected for code, one in breakages.items()), Fraction(0)
    )
    sales = totals.sales_minor
    return Rates(
        _share(totals.issued_minor, sales),
        _share(redeemed, sales),
        _share(totals.discounts_minor, totals.gross_minor),
        _share(cost, sales),
        _share(totals.spent_minor, totals.issued_minor),
        _share(reach, totals.members),
    )


def _share(part: int | Fraction, whole: int) -> float | None:
    return float(Fraction(part) / whole) if whole > 0 else None


def _levels(programme: Compiled) -> tuple[str, ...]:
    """The tiers from the lowest up."""
    ladder = programme.document.tiers
    return tuple(level.code for level in ladder.levels) if ladder else ()


def _tiers(found: Replayed, last: int, levels: Sequence[str]) -> dict[int, dict[str, int]]:
    """Members by tier, the lowest first, at the end of each month, out of the changes."""
    changes: dict[int, dict[str, int]] = {}
    for key, count in sorted(found.counts.items(), key=repr):
        if key[0] == TIER:
            changes.setdefault(key[1], {})[key[2]] = count
    tiers: dict[int, dict[str, int]] = {}
    now: dict[str, int] = {}
    for month in range(min(changes, default=last + 1), last + 1):
        for tier, change in changes.get(month, {}).items():
            now[tier] = now.get(tier, 0) + change
        order = [*levels, *(tier for tier in now if tier not in levels)]
        tiers[month] = {tier: now[tier] for tier in order if now.get(tier)}
    return tiers


def _limits(found: Replayed) -> tuple[LimitUse, ...]:
    used = {key[1:]: amount for key, amount in found.counts.items() if key[0] == LIMIT}
    return tuple(
        LimitUse(*limit, most, used.get(limit, 0)) for limit, most in sorted(found.limits.items())
    )


def _rows(found: Replayed) -> RowsFound:
    def of(state: str) -> RowSum:
        return RowSum(*(found.counts.get((ROW, state, place), 0) for place in (0, 1)))

    codes = sorted({key[1] for key in found.counts if key[0] == WHY})
    reasons = {
        code: RowSum(*(found.counts.get((WHY, code, place), 0) for place in (0, 1)))
        for code in codes
    }
    by_count = dict(sorted(reasons.items(), key=lambda item: (-item[1].rows, item[0])))
    return RowsFound(of("sold"), of("returned"), of("rejected"), by_count)


def _gaps(programme: Compiled, found: Replayed, outcome: Outcome) -> Sequence[Told]:
    told = [
        Told(key[1], {"count": count})
        for key, count in sorted(found.counts.items(), key=repr)
        if key[0] == GAP and count
    ]
    short = sorted({use.key for use in outcome.limits if use.used > use.limit})
    if outcome.limits:
        told.append(Told("simulation.gap_limits", {"limits": len(outcome.limits)}))
    if short:
        told.append(Told("simulation.gap_limits_short", {"limits": ", ".join(short)[:300]}))
    asked = sorted(p.id for p in programme.document.promotions
                   if p.enabled and p.trigger.kind not in ("auto",))  # fmt: skip
    if asked:
        told.append(Told("simulation.gap_asked", {"promotions": ", ".join(asked)[:300]}))
    for code, one in outcome.currencies.items():
        if one.is_worth_found:
            name = "simulation.gap_worth_found" if one.worth else "simulation.gap_no_worth"
            told.append(Told(name, {"currency": code}))
    return told
