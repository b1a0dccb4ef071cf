"""The sheet of assumptions of a plan's workbook, and that of its scenarios: cells that are to be changed."""

from collections.abc import Mapping

from regulars.core.economics.document import (
    LARGEST,
    MONTHS_MAX,
    Estimate,
    Lift,
    Plan,
    Scenario,
    Share,
)
from regulars.core.economics.plan import assumptions
from regulars.core.programme.texts import text_in
from regulars.core.wording.catalogue import sentence
from regulars.documents.live_book import LivePage
from regulars.documents.live_cells import Live
from regulars.documents.model_case import Structure
from regulars.documents.model_results import FIGURES
from regulars.documents.plan_words import titles_of

_FIRST = 3
_SEASONS = 12


class Inputs:
    """Writes every assumption by name, and what else can be changed; gives their cells."""

    def __init__(self, page: LivePage, plan: Plan, language: str) -> None:
        self.page, self.plan, self.language = page, plan, language
        self.row = _FIRST
        self.cells: dict[str, Live] = {}
        page.write(0, 0, self._say("sheet_assumptions"), page.book.title)
        page.write(1, 0, self._say("how_edit"), page.book.note)
        page.sheet.set_column(0, 0, 46)
        page.sheet.set_column(1, 5, 14)
        page.sheet.set_column(6, 8, 22)
        page.sheet.freeze_panes(_FIRST, 2)
        names = ("title", "likely", "low", "high", "spread", "unit", "source", "owner", "name")
        page.heads(2, 0, [self._say(f"head_{name}") for name in names])
        titles = titles_of(plan, language)
        for name, estimate in assumptions(plan).items():
            self.cells[name] = self._estimate(titles[name], name, estimate)
        self.row += 1
        self.structure = self._structure()

    def _say(self, name: str, **params: object) -> str:
        return sentence(f"plan.{name}", params, self.language)

    def _estimate(self, title: str, name: str, estimate: Estimate) -> Live:
        kind, row = kind_of(estimate), self.row
        cell = self._entry(title, name, estimate.likely, kind, bounds_of(estimate))
        if estimate.uncertain:
            for place, end in enumerate(estimate.ends, 2):
                self.page.put(row, place, end, kind)
            self.page.write(row, 4, estimate.spread)
        self.page.write(row, 6, estimate.source)
        self.page.write(row, 7, estimate.owner)
        return cell

    def _entry(
        self, title: str, name: str, number: float, kind: str, bounds: tuple[float, float]
    ) -> Live:
        row = self.row
        self.row += 1
        self.page.write(row, 0, title)
        low, high = bounds
        limits = f"{low:g} … {high:g}" if high < LARGEST else f"≥ {low:g}"
        self.page.write(row, 5, limits if low > -LARGEST else "")
        self.page.write(row, 8, name)
        return self.page.enter(row, 1, number, kind, bounds)

    def _structure(self) -> Structure:
        plan, say = self.plan, self._say
        months = float(plan.months)
        year, month = (float(part) for part in plan.start.split("-"))
        expiry = float(plan.programme.expiry_months or 0)
        season = plan.base.seasonality or (1.0,) * _SEASONS
        cells = (
            self._entry(say("start_year"), "start.year", year, "plain", (1900, 2199)),
            self._entry(say("start_month"), "start.month", month, "plain", (1, 12)),
            self._entry(say("settle"), "settle", float(plan.settle), "plain", (0, 1)),
            self._entry(
                say("expiry_months"), "programme.expiry_months", expiry, "plain", (0, MONTHS_MAX)
            ),
            self._entry(
                say("ramp_months"), "response.ramp_months", float(plan.response.ramp_months),
                "plain", (0, MONTHS_MAX),
            ),
        )  # fmt: skip
        row = self.row
        seasons = [
            self._entry(
                say("season_of", month=number), f"base.seasonality.{number}", factor, "plain",
                (0, 100),
            )
            for number, factor in enumerate(season, 1)
        ]  # fmt: skip
        since: dict[str, Live] = {}
        until: dict[str, Live] = {}
        for item in plan.budget:
            name, title = f"budget.{item.code}", item.name(self.language)
            since[item.code] = self._entry(
                say("item_from", item=title), f"{name}.from", float(item.first_month), "plain",
                (0, months),
            )  # fmt: skip
            if item.kind == "one_off":
                until[item.code] = since[item.code]
                continue
            last = months if item.to is None else float(item.to)
            until[item.code] = self._entry(
                say("item_to", item=title), f"{name}.to", last, "plain", (0, MONTHS_MAX)
            )
        start, month_, settle, gone, ramp = cells
        season_ = self.page.down(row, 1, seasons)
        return Structure(start, month_, settle, gone, ramp, season_, since, until)


class ScenarioInputs:
    """Writes the scenarios side by side: what each comes to above, what it assumes below."""

    def __init__(self, page: LivePage, plan: Plan, inputs: Inputs, language: str) -> None:
        self.page, self.plan, self.inputs, self.language = page, plan, inputs, language
        say = sentence
        page.write(0, 0, say("plan.sheet_scenarios", {}, language), page.book.title)
        page.write(1, 0, say("plan.how_scenarios", {}, language), page.book.note)
        page.sheet.set_column(0, 0, 46)
        page.sheet.set_column(1, 1 + len(plan.scenarios), 18)
        page.sheet.freeze_panes(_FIRST, 1)
        titles = [self.title(scenario) for scenario in plan.scenarios]
        own = say("plan.itself", {}, language)
        page.heads(2, 0, [say("plan.head_figure", {}, language), own, *titles])
        self.first = _FIRST + len(FIGURES) + 2
        page.heads(self.first - 1, 0, [say("plan.head_title", {}, language), own, *titles])
        self.names = titles_of(plan, language)
        for place, (name, cell) in enumerate(inputs.cells.items()):
            row = self.first + place
            page.write(row, 0, self.names[name])
            page.put(row, 1, cell, kind_of(assumptions(plan)[name]))

    def title(self, scenario: Scenario) -> str:
        """What a scenario is called."""
        return text_in(scenario.title, self.language) if scenario.title else scenario.code

    def cells(self, number: int) -> Mapping[str, Live]:
        """The assumptions of a scenario (from 0): those of the plan, and its own to be changed."""
        scenario, column = self.plan.scenarios[number], 2 + number
        known = assumptions(self.plan)
        found: dict[str, Live] = {}
        for place, (name, cell) in enumerate(self.inputs.cells.items()):
            row, kind = self.first + place, kind_of(known[name])
            own = scenario.set.get(name)
            if own is None:
                found[name] = self.page.put(row, column, cell, kind)
            else:
                bounds = bounds_of(known[name])
                found[name] = self.page.enter(row, column, own.likely, kind, bounds)
        return found


def kind_of(estimate: Estimate) -> str:
    """How an assumption is shown: shares as percentages."""
    return "share" if isinstance(estimate, Share | Lift) else "plain"


def bounds_of(estimate: Estimate) -> tuple[float, float]:
    """What an assumption can be."""
    return type(estimate).FLOOR, type(estimate).CEILING
