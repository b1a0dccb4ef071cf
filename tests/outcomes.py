"""Comparisons made up for the tests of what is printed: of any number of candidates, with sums that tie."""

import random
from fractions import Fraction

from regulars.core.economics.behaviour import Behaviour, Response, Span
from regulars.core.economics.outcome import (
    Comparison,
    CurrencyFound,
    Ends,
    Figures,
    Flows,
    Group,
    Liability,
    LimitUse,
    Outcome,
    Rates,
    Rewards,
    RowsFound,
    RowSum,
    Told,
    Versus,
)

FIRST_MONTH = 2010 * 12 + 11
SEGMENTS = ("champions", "loyal", "at_risk", "lost")


def made_comparison(count=3, *, months=13, seed=1, response=False, titles=None):
    """`count` candidates over `months` months; the second has tiers, the third discounts only."""
    titles = titles or [f"Programme {chr(65 + i)}" for i in range(count)]
    outcomes = tuple(
        made_outcome(f"p{i}", titles[i], months=months, seed=seed + i, kind=i % 3, first=i == 0)
        for i in range(count)
    )
    wide = Response(frequency=Span(Fraction(1, 50), Fraction(1, 20), Fraction(2, 25)))
    return Comparison(
        source="online_retail.parquet", money="GBP", money_scale=2,
        since="2010-12-01", until="2011-12-09", customers=4338, receipts=18532, sample=1.0, seed=1,
        behaviour=Behaviour(), response=wide if response else Response(), points_cost=Fraction(1),
        outcomes=outcomes,
        ends={one.code: Ends(one, one) for one in outcomes} if response else {},
        assumptions=(
            Told("simulation_page.period", {"since": "2010-12-01", "until": "2011-12-09"}),
        ),
    )  # fmt: skip


def made_outcome(code, title, *, months=13, seed=1, kind=0, first=False):
    """One candidate: 0 gives points, 1 points by tiers, 2 a discount."""
    rng = random.Random(seed)
    by_month, liability, vintages, flows_by_month = {}, {}, {}, {}
    held = spent_all = issued_all = 0
    for k in range(months):
        month = FIRST_MONTH + k
        gross = rng.randint(400_000, 900_000)
        discounts = gross // 30 if kind == 2 else 0
        issued = 0 if kind == 2 else gross // 50
        spent = 0 if kind == 2 else min(held, gross // 70)
        held += issued - spent
        issued_all, spent_all = issued_all + issued, spent_all + spent
        by_month[month] = Figures(rng.randint(80, 150), rng.randint(200, 400), 3, gross, discounts, spent,
                                  gross - discounts - spent, 900, issued, spent, 0, held)  # fmt: skip
        flows_by_month[month] = Flows(issued, spent, 0, 0, 0, held)
        vintages[month] = Flows(issued, issued * (months - k) // (months + 4), 0, 0, 0, 0)
        liability[month] = Liability(held, held * 7 // 10, 0.3 if k > 2 else None)
    totals = added(by_month.values())._replace(members=4338, outstanding_minor=held)
    cost = totals.discounts_minor + totals.spent_minor + held * 7 // 10
    tiers = {
        month: {"base": 4338 - 20 * (k + 1), "silver": 15 * (k + 1), "gold": 5 * (k + 1)}
        for k, month in enumerate(by_month)
    }
    worth = Fraction(1)
    histogram = ((1, 2000), (10, 1000), (20, 900), (50, 300), (None, 138))
    return Outcome(
        code=code, title=title, totals=totals, anonymous=Figures(), months=by_month,
        rates=Rates(0.02 if kind < 2 else 0.0, 0.015 if kind < 2 else None,
                    totals.discounts_minor / totals.gross_minor, cost / totals.gross_minor,
                    spent_all / issued_all if issued_all else None, 0.54),
        cost_minor=cost, cost_stated_minor=cost,
        currencies={} if kind == 2 else {
            "points": CurrencyFound("points", "points", worth, False,
                                    Flows(issued_all, spent_all, 0, 0, 0, held), flows_by_month, vintages)
        },
        liability={} if kind == 2 else liability,
        deciles=tuple(
            Group(str(d), Figures(434, 900, 2, 900_000 // d, 20_000 // d if kind == 2 else 0,
                                  spent_minor=12_000 // d, outstanding_minor=4_000 // d), 200, 100)
            for d in range(1, 11)
        ),
        segments=tuple(Group(s, Figures(500, 900, 2, 700_000, spent_minor=9_000), 90, 30) for s in SEGMENTS),
        tiers=tiers if kind == 1 else {month: {"": 4338} for month in by_month},
        reached={"base": 4338, "silver": 260, "gold": 80} if kind == 1 else {"": 4338},
        rewards=Rewards(histogram, histogram, histogram, histogram),
        versus_none=Versus("", 2400, 0, 1938, 150_000, 0),
        versus_first=None if first else Versus("p0", 1800, 900 + seed, 1638, 60_000, 40_000),
        promotions={"card": totals.discounts_minor} if kind == 2 else {},
        limits=(LimitUse("budget:coming-back", 24_131, 150_000, 180_000),) if kind == 1 else (),
        rows=RowsFound(RowSum(397_884, 891_140_790), RowSum(8_905, 61_122_000), RowSum(135_120, 1)),
        gaps=(Told("simulation_page.limits_note"),) if kind == 1 else (),
    )  # fmt: skip


def added(figures):
    """The sum of figures, place by place."""
    return Figures(*(sum(column) for column in zip(*figures, strict=True)))
