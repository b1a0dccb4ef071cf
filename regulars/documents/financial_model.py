"""A plan as a workbook of live formulas: change an assumption in it, and every figure follows."""

from pathlib import Path

from regulars.core.economics.document import Plan
from regulars.core.economics.results import Case
from regulars.core.economics.sensitivity import tornado_of
from regulars.core.programme.texts import text_in
from regulars.core.wording.catalogue import sentence
from regulars.documents.live_book import INK, LiveBook, LivePage
from regulars.documents.live_cells import Live, less, total, when, words
from regulars.documents.model_case import FIRST_ROW, CaseSheet
from regulars.documents.model_inputs import Inputs, ScenarioInputs
from regulars.documents.model_results import FIGURES, RatesPage, figures_of
from regulars.documents.plan_words import group_name, titles_of, unit_of

_PALE, _ORANGE = "#b7cde2", "#d9822b"
_COLOURS = (
    INK, _ORANGE, "#6a994e", "#8e6c8a", "#c44536", "#4d908e", "#b08968", "#577590", "#e0a458",
    "#7f7f7f", "#a5a58d", "#3d405b", "#bc6c25", "#90a955",
)  # fmt: skip
_FIRST = 3


def write_workbook(case: Case, path: Path, *, language: str) -> None:
    """Write the plan with its scenarios to `path`, whole or not at all.

    Every figure but those of the tornado is a formula that carries its value, so that readers that
    do not calculate show the same. The number of months, the items and what they are paid for, and
    which assumptions a scenario sets are built in; all else can be changed.
    """
    beside = path.with_name(f".{path.name}.part")
    beside.touch()  # where nothing can be written, this says why
    book = LiveBook(beside)
    try:
        _Workbook(case, book, language).write()
    except BaseException:
        book.close()
        beside.unlink(missing_ok=True)
        raise
    book.close()
    beside.replace(path)


class _Workbook:
    def __init__(self, case: Case, book: LiveBook, language: str) -> None:
        self.case, self.plan, self.book, self.language = case, case.plan, book, language

    def say(self, name: str, **params: object) -> str:
        return sentence(f"plan.{name}", params, self.language)

    def write(self) -> None:
        """All sheets, the results first."""
        plan, language = self.plan, self.language
        results, inputs_page, months, budget = (
            self.book.page(self.say(f"sheet_{name}"))
            for name in ("results", "assumptions", "months", "budget")
        )
        inputs = Inputs(inputs_page, plan, language)
        sheet = CaseSheet(months, plan, inputs.cells, inputs.structure, language)
        scenarios = self.book.page(self.say("sheet_scenarios")) if plan.scenarios else None
        tornado = self.book.page(self.say("sheet_tornado"))
        cases = [self.book.page(self._case_name(i)) for i in range(len(plan.scenarios))]
        rates = RatesPage(self.book.page(self.say("sheet_rates")), language)
        figures = figures_of(sheet, inputs.cells, rates, self.say("itself"), language)
        told = self._results(results, figures, inputs)
        self._budget(budget, sheet)
        if scenarios is not None:
            side = ScenarioInputs(scenarios, plan, inputs, language)
            self._figure_column(scenarios, 1, told)
            for number, page in enumerate(cases):
                cells = side.cells(number)
                one = CaseSheet(page, plan, cells, inputs.structure, language)
                title = side.title(plan.scenarios[number])
                self._figure_column(
                    scenarios, 2 + number, figures_of(one, cells, rates, title, language)
                )
            self._scenario_chart(scenarios)
        self._tornado(tornado)
        self._charts(results, months, sheet)

    def _case_name(self, number: int) -> str:
        return self.say("sheet_case", number=number + 1)

    def _results(self, page: LivePage, figures: dict[str, Live], inputs: Inputs) -> dict[str, Live]:
        page.sheet.set_column(0, 0, 58)
        page.sheet.set_column(1, 1, 20)
        page.write(0, 0, text_in(self.plan.title, self.language), page.book.title)
        page.write(1, 0, self.say("how_live"), page.book.note)
        page.sheet.set_row(1, 32)
        page.heads(2, 0, [self.say("head_figure"), self.plan.money])
        told = self._figure_column(page, 1, figures)
        row = _FIRST + len(figures) + 1
        page.write(row, 0, self.say("how_naive"), page.book.note)
        a = inputs.cells
        lifts = [a[f"response.{name}"] for name in ("frequency", "check")]
        strength = lifts[0] * lifts[0] + lifts[1] * lifts[1] + a["response.newcomers"]
        silent = when(less(0, strength), words(""), words(self.say("no_response")))
        page.put(row + 1, 0, silent, "plain")
        return told

    def _figure_column(
        self, page: LivePage, column: int, figures: dict[str, Live]
    ) -> dict[str, Live]:
        """The figures from the third row down; gives their cells."""
        told = {}
        for place, (name, kind) in enumerate(FIGURES.items()):
            row = _FIRST + place
            if column == 1:
                page.write(row, 0, self._figure_title(name))
            told[name] = page.put(row, column, figures[name], kind)
        return told

    def _figure_title(self, name: str) -> str:
        if name.startswith("irr_") and name != "irr_count":
            return self.say("irr_number", number=name[4:])
        title = self.say(name)
        return f"{title}, {self.say('months_unit')}" if name.startswith("payback") else title

    def _budget(self, page: LivePage, sheet: CaseSheet) -> None:
        """Items by group over the years of the plan."""
        plan = self.plan
        page.write(0, 0, f"{self.say('sheet_budget')}, {plan.money}", page.book.title)
        page.sheet.set_column(0, 0, 24)
        page.sheet.set_column(1, 1, 34)
        page.sheet.set_column(2, 20, 16)
        page.sheet.freeze_panes(_FIRST, 3)
        years = [(0, 1)] + [
            (first, min(first + 12, plan.months + 1)) for first in range(1, plan.months + 1, 12)
        ]
        heads = [self.say(f"head_{name}") for name in ("group", "item", "unit_of")]
        heads.append(self.say("head_before_start"))
        heads += [self.say("head_year", year=number) for number in range(1, len(years))]
        heads += [self.say("head_total"), self.say("head_share")]
        page.heads(2, 0, heads)
        last, row = 3 + len(years), _FIRST
        whole = total(sheet.span("cost"))
        for group in sheet.groups:
            page.write(row, 0, group_name(group, self.language), page.book.bold)
            self._budget_row(page, row, sheet, f"cost_{group}", years)
            told = page.put(row, last, total(sheet.span(f"cost_{group}")), "money")
            page.put(row, last + 1, when(less(0, whole), told / whole, 0), "share")
            row += 1
            for item in plan.budget:
                if item.in_group == group:
                    page.write(row, 1, item.name(self.language))
                    page.write(row, 2, unit_of(item, self.language))
                    self._budget_row(page, row, sheet, f"item.{item.code}", years)
                    page.put(row, last, total(sheet.span(f"item.{item.code}")), "money")
                    row += 1
        page.write(row, 0, self.say("head_total"), page.book.bold)
        self._budget_row(page, row, sheet, "cost", years)
        page.put(row, last, whole, "money")

    def _budget_row(
        self, page: LivePage, row: int, sheet: CaseSheet, name: str, years: list[tuple[int, int]]
    ) -> None:
        for place, (since, until) in enumerate(years, 3):
            page.put(row, place, total(sheet.span(name, since, until)), "money")

    def _tornado(self, page: LivePage) -> None:
        found = tornado_of(self.plan)
        titles = titles_of(self.plan, self.language)
        page.write(0, 0, self.say("sheet_tornado"), page.book.title)
        page.write(1, 0, self.say("how_tornado"), page.book.note)
        page.sheet.set_column(0, 0, 58)
        page.sheet.set_column(1, 6, 18)
        names = ("name", "low", "high", "npv_low", "npv_high")
        page.heads(2, 0, [self.say(f"head_{name}") for name in names])
        page.heads(2, 5, [self.say("series_low"), self.say("series_high")])
        if not found.bars:
            page.write(_FIRST, 0, self.say("page_no_tornado"))
            return
        for row, bar in enumerate(found.bars, _FIRST):
            page.write(row, 0, titles[bar.name])
            for place, value in enumerate(bar[1:5], 1):
                page.put(row, place, value, "plain" if place < 3 else "money")
            page.put(row, 5, bar.npv_low - found.npv, "money")
            page.put(row, 6, bar.npv_high - found.npv, "money")
        last = _FIRST + len(found.bars) - 1
        chart = self.book.book.add_chart({"type": "bar", "subtype": "stacked"})
        for column, colour in ((5, _ORANGE), (6, INK)):
            chart.add_series(
                {
                    "name": [page.name, 2, column],
                    "categories": [page.name, _FIRST, 0, last, 0],
                    "values": [page.name, _FIRST, column, last, column],
                    "fill": {"color": colour},
                    "gap": 40,
                }
            )
        chart.set_title({"name": self.say("chart_tornado"), "name_font": {"size": 11}})
        chart.set_y_axis({"reverse": True, "label_position": "low"})
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": 900, "height": 140 + 32 * len(found.bars)})
        page.sheet.insert_chart(last + 3, 0, chart)

    def _scenario_chart(self, page: LivePage) -> None:
        row = _FIRST + list(FIGURES).index("npv")
        last = 1 + len(self.plan.scenarios)
        chart = self.book.book.add_chart({"type": "column"})
        chart.add_series(
            {
                "name": [page.name, row, 0],
                "categories": [page.name, 2, 1, 2, last],
                "values": [page.name, row, 1, row, last],
                "fill": {"color": INK},
            }
        )
        self._finish(chart, "chart_scenarios", legend=False)
        page.sheet.insert_chart(2, last + 2, chart)

    def _charts(self, page: LivePage, months: LivePage, sheet: CaseSheet) -> None:
        names = [("cumulative", INK), ("cumulative_discounted", _ORANGE)]
        page.sheet.insert_chart(2, 3, self._lines(months, sheet, names, "chart_cash", "line"))
        names = [("net", INK)]
        page.sheet.insert_chart(20, 3, self._lines(months, sheet, names, "chart_months", "column"))
        names = [("sales", INK), ("base_sales", _PALE)]
        page.sheet.insert_chart(38, 3, self._lines(months, sheet, names, "chart_sales", "line"))
        groups = [
            (f"cost_{group}", _COLOURS[i % len(_COLOURS)]) for i, group in enumerate(sheet.groups)
        ]
        page.sheet.insert_chart(
            56, 3, self._lines(months, sheet, groups, "chart_costs", "column", "stacked")
        )

    def _lines(
        self, months: LivePage, sheet: CaseSheet, names: list[tuple[str, str]], title: str,
        kind: str, subtype: str | None = None,
    ) -> object:  # fmt: skip
        what = {"type": kind} | ({"subtype": subtype} if subtype else {})
        chart = self.book.book.add_chart(what)
        first, last = FIRST_ROW, FIRST_ROW + self.plan.months
        for name, colour in names:
            column = sheet.columns[name]
            style = {"line": {"color": colour, "width": 2}} if kind == "line" else {}
            chart.add_series(
                {
                    "name": [months.name, first - 1, column],
                    "categories": [months.name, first, 0, last, 0],
                    "values": [months.name, first, column, last, column],
                    "fill": {"color": colour},
                    "gap": 60,
                    **style,
                }
            )
        self._finish(chart, title, legend=len(names) > 1)
        return chart

    def _finish(self, chart: object, title: str, *, legend: bool) -> None:
        named: Plan = self.plan
        chart.set_title(  # type: ignore[attr-defined]
            {"name": f"{self.say(title)}, {named.money}", "name_font": {"size": 11}}
        )
        chart.set_legend({"position": "bottom"} if legend else {"none": True})  # type: ignore[attr-defined]
        chart.set_x_axis({"label_position": "low", "interval_unit": 6})  # type: ignore[attr-defined]
        chart.set_y_axis(  # type: ignore[attr-defined]
            {
                "num_format": "#,##0",
                "major_gridlines": {"visible": True, "line": {"color": "#eeeeee"}},
            }
        )
        chart.set_size({"width": 720, "height": 340})  # type: ignore[attr-defined]
