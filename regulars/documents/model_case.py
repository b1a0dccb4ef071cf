"""The months of one case of a plan as live cells: a column a series, a row a month."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from regulars.core.economics.budget_items import GROUPS
from regulars.core.economics.document import Item, Plan
from regulars.core.economics.model import POINTS_SPENT, SETTLEMENT, TIERS
from regulars.core.wording.catalogue import sentence
from regulars.documents.live_book import LivePage
from regulars.documents.live_cells import (
    Live,
    Span,
    all_of,
    at_least,
    first_of_month,
    less,
    live,
    more,
    picked,
    remainder,
    rounded,
    smallest_of,
    total,
    when,
    words,
)
from regulars.documents.plan_words import group_name

_PARAMETERS_ROW, _HEAD_ROW, FIRST_ROW = 1, 3, 4
_DRIVERS = {"member": "members", "message": "members", "new_member": "joins", "card": "joins",
            "point": "issued", "receipt": "receipts"}  # fmt: skip

At = Callable[[int], Live]


class Structure(NamedTuple):
    """What is no assumption with a name, but can be changed in the workbook too; for all cases."""

    year: Live
    month: Live
    settle: Live
    expiry: Live
    ramp: Live
    season: Span
    since: Mapping[str, Live]
    until: Mapping[str, Live]


class CaseSheet:
    """Writes the months of a case from the cells of its assumptions."""

    def __init__(
        self, page: LivePage, plan: Plan, cells: Mapping[str, Live], of: Structure, language: str
    ) -> None:
        self.page, self.plan, self.a, self.of, self.language = page, plan, cells, of, language
        self.columns: dict[str, int] = {}
        self.cells: dict[str, list[Live]] = {}
        self.groups: list[str] = []
        page.sheet.freeze_panes(FIRST_ROW, 2)
        page.sheet.set_column(0, 150, 13)
        self.p = self._parameters()
        self._people()
        self._points()
        self._costs()
        self._money()

    def at(self, name: str, month: int) -> Live:
        """A cell of a series."""
        return self.cells[name][month]

    def span(self, name: str, since: int = 0, until: int | None = None) -> Span:
        """A series, or its months `[since, until)`."""
        cells = self.cells[name][since:until]
        return self.page.down(FIRST_ROW + since, self.columns[name], cells)

    def _say(self, name: str) -> str:
        return sentence(f"plan.{name}", {}, self.language)

    def _column(self, name: str, title: str, formula: At, kind: str = "number") -> None:
        place = self.columns[name] = len(self.columns)
        self.page.write(_HEAD_ROW, place, title, self.page.book.head)
        found = self.cells[name] = []
        for month in range(self.plan.months + 1):
            found.append(self.page.put(FIRST_ROW + month, place, formula(month), kind))

    def _series(self, name: str, formula: At, kind: str = "number") -> None:
        self._column(name, self._say(name), formula, kind)

    def _parameters(self) -> dict[str, Live]:
        """What is the same in every month: above the months."""
        a, tiers = self.a, [f"programme.tiers.{tier.code}" for tier in self.plan.programme.tiers]
        rate, dear = a["programme.reward_rate"], live(0)
        for tier in tiers:
            rate = rate + a[f"{tier}.members"] * a[f"{tier}.extra_rate"]
            dear = dear + a[f"{tier}.members"] * a[f"{tier}.cost"]
        told: dict[str, Live] = {}

        def tell(name: str, formula: Live) -> None:
            place = len(told)
            self.page.write(0, place, self._say(name), self.page.book.head)
            told[name] = self.page.put(_PARAMETERS_ROW, place, formula, "fine")

        tell("monthly_rate", (1 + a["discount"]) ** (live(1) / 12) - 1)
        tell("whole_rate", rate)
        tell("keeps", 1 - 1 / a["programme.lag"])
        tell("cut", when(more(self.of.expiry, 0), told["keeps"] ** self.of.expiry, 0))
        tell("pace", a["programme.redeemed"] * (1 - told["keeps"]) / (1 - told["cut"]))
        tell("paying", a["programme.worth"] * a["programme.reward_cost"])
        tell("tier_cost", dear)
        return told

    def _people(self) -> None:
        a, at, of = self.a, self.at, self.of
        self._column("month", self._say("head_month"), lambda t: live(float(t)), "count")
        self._column(
            "date", self._say("head_date"), lambda t: first_of_month(of.year, of.month + t), "date"
        )

        def season(t: int) -> Live:
            return picked(of.season, remainder(of.month + (t - 2), 12) + 1) if t else live(0)

        def reached(t: int) -> Live:
            gradual = smallest_of(at("month", t) / of.ramp, 1)
            return when(more(of.ramp, 0), gradual, float(t > 0))

        def kept(name: str, coming: At, start: Live) -> At:
            stay = 1 - a["base.loss"]
            return lambda t: at(name, t - 1) * stay + coming(t) if t else start

        new = a["response.newcomers"]
        self._series("season", season)
        self._series("reached", reached)
        self._series("joins", lambda t: a["base.joins"] if t else live(0))
        self._series("members", kept("members", lambda t: at("joins", t), a["base.members"]))
        self._series("newcomers", kept("newcomers", lambda t: at("joins", t) * new, live(0)))
        self._series(
            "receipts",
            lambda t: (
                at("members", t)
                * at("season", t)
                * a["base.visits"]
                * (1 + at("reached", t) * a["response.frequency"])
            ),
        )
        self._series(
            "sales",
            lambda t: (
                at("receipts", t) * a["base.check"] * (1 + at("reached", t) * a["response.check"])
            ),
        )
        self._series(
            "base_sales",
            lambda t: (
                (at("members", t) - at("newcomers", t))
                * at("season", t)
                * a["base.visits"]
                * a["base.check"]
            ),
        )
        self._series("other_sales", lambda t: at("season", t) * a["base.other_sales"])
        self._series("margin", lambda t: (at("sales", t) - at("base_sales", t)) * a["base.margin"])

    def _points(self) -> None:
        a, at, p, expiry = self.a, self.at, self.p, self.of.expiry
        left = a["programme.redeemed"]

        def issued_before(t: int, months: Live | float) -> Live:
            """What was issued `months` before month t, and nothing where points do not expire."""
            there = all_of(more(expiry, 0), at_least(at("month", t), months))
            return when(there, picked(self.span("issued"), at("month", t) - months + 1), 0)

        def waiting(t: int) -> Live:
            if not t:
                return live(0)
            gone = p["cut"] * issued_before(t, expiry + 1)
            return at("waiting", t - 1) * p["keeps"] + at("issued", t - 1) - gone

        def carried(name: str, coming: At) -> At:
            return lambda t: at(name, t - 1) + coming(t) if t else coming(t)

        self._series(
            "issued",
            lambda t: (
                at("sales", t) * p["whole_rate"] / a["programme.worth"]
                + at("joins", t) * a["programme.welcome_points"]
            ),
        )
        self._series("waiting", waiting)
        self._series("spent", lambda t: at("waiting", t) * p["pace"])
        self._series("expired", lambda t: issued_before(t, expiry) * (1 - left))
        self._series(
            "outstanding",
            carried("outstanding", lambda t: at("issued", t) - at("spent", t) - at("expired", t)),
        )
        self._series(
            "liability",
            carried("liability", lambda t: (at("issued", t) * left - at("spent", t)) * p["paying"]),
        )

    def _costs(self) -> None:
        items = sorted(self.plan.budget, key=lambda item: GROUPS.index(item.in_group))
        for item in items:
            self._column(f"item.{item.code}", item.name(self.language), self._item(item))
        for group in dict.fromkeys(item.in_group for item in items):
            of_group = [f"item.{item.code}" for item in items if item.in_group == group]
            self._group(group, lambda t, names=of_group: total(self._across(names, t)))
        at, p, last = self.at, self.p, self.plan.months
        self._group(POINTS_SPENT, lambda t: at("spent", t) * p["paying"])
        if self.plan.programme.tiers:
            self._group(TIERS, lambda t: at("members", t) * p["tier_cost"] if t else live(0))
        self._group(
            SETTLEMENT, lambda t: at("liability", t) * self.of.settle if t == last else live(0)
        )
        names = [f"cost_{group}" for group in self.groups]
        self._series("cost", lambda t: total(self._across(names, t)))

    def _item(self, item: Item) -> At:
        name, at = f"budget.{item.code}", self.at
        price = self.a[f"{name}.amount"] * self.a[f"{name}.quantity"]
        since, until = self.of.since[item.code], self.of.until[item.code]
        growth, driver = self.a[f"{name}.growth"], _DRIVERS.get(item.kind)

        def cost(t: int) -> Live:
            there = all_of(at_least(at("month", t), since), at_least(until, at("month", t)))
            paid = price * (1 + growth) ** (at("month", t) / 12) if t else price
            return when(there, paid * at(driver, t) if driver else paid, 0)

        return cost

    def _group(self, group: str, formula: Callable[..., Live]) -> None:
        self.groups.append(group)
        self._column(f"cost_{group}", group_name(group, self.language), formula)

    def _across(self, names: Sequence[str], month: int) -> Span:
        """Cells side by side in the row of a month."""
        row, places = FIRST_ROW + month, [self.columns[name] for name in names]
        cells = [self.at(name, month) for name in names]
        return self.page.block(row, places[0], row, places[-1], cells)

    def _money(self) -> None:
        at = self.at

        def running(of: str, own: str) -> At:
            return lambda t: at(own, t - 1) + at(of, t) if t else at(of, t)

        def crossing(of: str) -> At:
            def found(t: int) -> Live:
                if not t:
                    return words("")
                before, after = at(of, t - 1), at(of, t)
                when_ = at("month", t) - 1 - before / (after - before)
                return when(all_of(less(before, 0), at_least(after, 0)), when_, words(""))

            return found

        self._series("net", lambda t: at("margin", t) - at("cost", t))
        self._series("left_months", lambda t: self.plan.months - at("month", t), "count")
        self._series("rounded", lambda t: rounded(at("net", t), self.plan.money_scale))
        self._series("cumulative", running("net", "cumulative"))
        monthly = self.p["monthly_rate"]
        self._series("discounted", lambda t: at("net", t) / (1 + monthly) ** at("month", t))
        self._series("cumulative_discounted", running("discounted", "cumulative_discounted"))
        self._series("crossing", crossing("cumulative"))
        self._series("crossing_discounted", crossing("cumulative_discounted"))
