"""What a case comes to as live cells, with the working of its rates of return."""

from collections.abc import Mapping

from regulars.core.wording.catalogue import sentence
from regulars.documents.live_book import LivePage
from regulars.documents.live_cells import (
    Live,
    Span,
    all_of,
    at_least,
    count,
    dated_value,
    differs,
    equal,
    largest_of,
    least,
    less,
    live,
    modified_rate,
    more,
    most,
    picked,
    place_of,
    power_sum,
    present_value,
    sign,
    total,
    when,
    words,
)
from regulars.documents.model_case import CaseSheet

RATES_SHOWN = 4
NONE = "—"
_BELOW, _ABOVE, _HALVINGS = 100, 300, 50
_WIDTH = 4 + 3 * RATES_SHOWN
_FIRST = 3

FIGURES: Mapping[str, str] = {
    "margin": "money", "cost": "money", "net": "money", "roi": "share", "naive_roi": "share",
    "npv": "money", "xnpv": "money",
    **{f"irr_{number}": "share" for number in range(1, RATES_SHOWN + 1)}, "irr_count": "count",
    "mirr": "share", "payback": "number", "payback_discounted": "number", "funding": "money",
    "funding_month": "count", "break_even_lift": "share", "lift": "share", "liability": "money",
    "reward_rate": "share", "effective_rate": "share", "penetration": "share",
}  # fmt: skip
"""The figures of a case in their order, and how each is shown."""


def figures_of(
    case: CaseSheet, cells: Mapping[str, Live], rates: "RatesPage", title: str, language: str
) -> dict[str, Live]:
    """A formula for every figure."""

    def said(name: str) -> Live:
        return words(sentence(f"plan.{name}", {}, language))

    def sum_of(name: str) -> Live:
        return total(case.span(name))

    def ratio(part: Live, whole: Live) -> Live:
        return when(differs(whole, 0), part / whole, words(NONE))

    margin, cost, sales, base = (sum_of(name) for name in ("margin", "cost", "sales", "base_sales"))
    net, deepest = case.span("net"), least(case.span("cumulative"))
    monthly = case.p["monthly_rate"]
    both = all_of(less(least(net), 0), more(most(net), 0))
    earning = cells["base.margin"] * base
    found, number_of = rates.write(case, title)

    def payback(cumulative: str, crossing: str) -> Live:
        crossed = case.span(crossing)
        never = when(less(least(case.span(cumulative)), 0), said("never_pays"), 0)
        return when(more(count(crossed), 0), least(crossed), never)

    worth = cells["programme.worth"]
    return {
        "margin": margin,
        "cost": cost,
        "net": total(net),
        "roi": ratio(margin - cost, cost),
        "naive_roi": ratio(sales * cells["base.margin"] - cost, cost),
        "npv": present_value(monthly, case.at("net", 0), case.span("net", 1)),
        "xnpv": dated_value(cells["discount"], net, case.span("date")),
        **{f"irr_{number}": rate for number, rate in enumerate(found, 1)},
        "irr_count": number_of,
        "mirr": when(both, (1 + modified_rate(net, monthly)) ** 12 - 1, words(NONE)),
        "payback": payback("cumulative", "crossing"),
        "payback_discounted": payback("cumulative_discounted", "crossing_discounted"),
        "funding": largest_of(0, 0 - deepest),
        "funding_month": when(less(deepest, 0), place_of(deepest, case.span("cumulative")) - 1, 0),
        "break_even_lift": when(more(earning, 0), cost / earning, words(NONE)),
        "lift": when(differs(base, 0), sales / base - 1, words(NONE)),
        "liability": case.at("liability", -1),
        "reward_rate": ratio(sum_of("issued") * worth, sales),
        "effective_rate": ratio(sum_of("spent") * worth, sales),
        "penetration": ratio(sales, sales + sum_of("other_sales")),
    }


class RatesPage:
    """The sheet where the rates of return of every case are found: a block of columns each.

    The present value of the rounded flows is reckoned at monthly rates from near −100 % to
    100,000 %, densest around nothing; every change of its sign is then halved fifty times.
    """

    def __init__(self, page: LivePage, language: str) -> None:
        self.page, self.language, self.blocks = page, language, 0
        page.write(0, 0, sentence("plan.how_rates", {}, language), page.book.note)
        page.sheet.set_row(0, 60)
        page.sheet.set_column(0, 0, 60)
        page.sheet.freeze_panes(_FIRST, 0)

    def write(self, case: CaseSheet, title: str) -> tuple[list[Live], Live]:
        """The block of a case; gives its yearly rates (a text where there are fewer), and how many."""
        column = 1 + self.blocks * (_WIDTH + 1)
        self.blocks += 1
        self.page.write(1, column, title, self.page.book.bold)
        rates, signs, counts = self._grid(column, case)
        number_of = most(counts)
        found = [
            self._halved(column, number, case, rates, signs, counts)
            for number in range(1, RATES_SHOWN + 1)
        ]
        return found, number_of

    def _sign(self, case: CaseSheet, rate: Live) -> Live:
        """The sign of the value at the start, or for rates below nothing at the end: never too large."""
        flows = case.span("rounded")
        after = power_sum(flows, 1 / (1 + rate), case.span("month"))
        before = power_sum(flows, 1 + rate, case.span("left_months"))
        return sign(when(less(rate, 0), before, after))

    def _grid(self, column: int, case: CaseSheet) -> tuple[Span, Span, Span]:
        heads = ("rate", "value_at", "found")
        self.page.heads(2, column, [sentence(f"plan.{name}", {}, self.language) for name in heads])
        flows = case.span("rounded")
        mixed = all_of(less(least(flows), 0), more(most(flows), 0))
        turn = self.page.put(1, column + 2, when(mixed, 1, 0), "count")
        cells: list[tuple[Live, Live, Live]] = []
        for place, rate in enumerate(_rates()):
            row = _FIRST + place
            at = self.page.put(row, column, rate, "fine")
            value = self.page.put(row, column + 1, self._sign(case, at), "count")
            if cells:
                _, before, found = cells[-1]
                # A rate that is hit exactly counts once: where the sign becomes nothing.
                changes = when(all_of(differs(value, before), differs(before, 0)), 1, 0)
                so_far = found + turn * changes
            else:
                so_far = live(0)
            cells.append((at, value, self.page.put(row, column + 2, so_far, "count")))
        first, second, third = (
            self.page.down(_FIRST, column + i, [row[i] for row in cells]) for i in range(3)
        )
        return first, second, third

    def _halved(
        self, column: int, number: int, case: CaseSheet, rates: Span, signs: Span, counts: Span
    ) -> Live:
        """The rate of the `number`-th change of sign, from the two rates of the grid around it."""
        page, at = self.page, column + 4 + 3 * (number - 1)
        for place, name in enumerate(("low_of", "high_of", "middle_of")):
            text = sentence(f"plan.{name}", {"number": number}, self.language)
            page.write(2, at + place, text, page.book.head)
        there = at_least(most(counts), number)
        place_ = page.put(1, at, when(there, place_of(live(number), counts), 2), "count")
        side = page.put(1, at + 1, picked(signs, place_ - 1), "count")
        low = page.put(_FIRST, at, picked(rates, place_ - 1), "fine")
        high = page.put(_FIRST, at + 1, picked(rates, place_), "fine")
        # Hit exactly: the grid's own rate, and nothing to halve.
        exact = page.put(1, at + 2, when(equal(picked(signs, place_), 0), 1, 0), "count")
        for row in range(_FIRST, _FIRST + _HALVINGS):
            middle = page.put(row, at + 2, self._sign(case, (low + high) / 2), "count")
            same = equal(middle, side)
            half = (low + high) / 2
            low, high = (
                page.put(row + 1, at, when(same, half, low), "fine"),
                page.put(row + 1, at + 1, when(same, high, half), "fine"),
            )
        monthly = when(equal(exact, 1), picked(rates, place_), (low + high) / 2)
        return when(there, (1 + monthly) ** 12 - 1, words(NONE))


def _rates() -> list[float]:
    below = [-0.9999 * (place / _BELOW) ** 1.5 for place in range(_BELOW, 0, -1)]
    above = [1000.0 * (place / _ABOVE) ** 5 for place in range(1, _ABOVE + 1)]
    return [*below, 0.0, *above]
