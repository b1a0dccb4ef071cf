"""Frontiers made up for the tests of what is printed."""

from fractions import Fraction

from outcomes import made_comparison

from regulars.core.economics.behaviour import Span
from regulars.core.economics.budget_text import Budget
from regulars.core.economics.frontier import Answer, Frontier, Measure, Point

KINDS = ("points", "cashback", "discount_card", "stamps", "tiers", "vip")


def made_frontier(count=24, *, value=False, budget=0.03):
    """A search of `count` candidates, a third of them confirmed, some of those efficient."""
    points, best = [], 0.0
    for k in range(count):
        cost = 0.002 + 0.0015 * k
        benefit = cost / (cost + 0.012) * (0.72 + 0.28 * ((k * 7) % 5) / 5)
        whole = k % 3 == 0
        efficient = whole and cost <= budget and benefit > best
        best = max(best, benefit) if efficient else best
        low, high = (benefit * 0.7, benefit * 1.2) if value else (benefit, benefit)
        titles = {"en": f"Programme number {k}", "ru": f"Программа номер {k}"}
        points.append(Point(f"c{k}", KINDS[k % len(KINDS)], titles, cost, benefit, low, high,
                            1.0 if whole else 0.1, "whole" if whole else "sample", efficient))  # fmt: skip
    answer = Answer(
        Span(Fraction(1, 2), Fraction(1), Fraction(3, 2)), Fraction(1, 10), Fraction(1, 3)
    )
    return Frontier(
        budget=Budget(Fraction(budget), is_share=True), budget_share=budget,
        measure=Measure(answer=answer if value else None), seed=1, evaluations=count,
        points=tuple(points), comparison=made_comparison(3),
        documents={point.code: {"format": 1, "code": point.code} for point in points if point.best},
    )  # fmt: skip
