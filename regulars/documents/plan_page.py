"""A plan as one page of HTML that a person would show to a board: it loads nothing from outside."""

from collections.abc import Mapping, Sequence
from html import escape

from regulars.core.economics.report import Report
from regulars.core.programme.texts import text_in
from regulars.core.wording.catalogue import sentence
from regulars.documents.analysis_page import shown
from regulars.documents.analysis_tables import Table
from regulars.documents.page import drawn, heading, table_of, tiles, whole_page
from regulars.documents.plan_tables import (
    assumptions_table,
    comparison_table,
    costs_table,
    figure_text,
    money_text,
    months_table,
    result_text,
    tornado_table,
    tracking_table,
    unsourced,
)

_TILES = ("npv", "payback", "roi", "funding", "break_even_lift", "lift", "reward_rate", "liability")
_SAYS = {
    "cash": "chart_cash", "sales": "chart_sales", "costs": "chart_costs", "fan": "chart_fan",
    "scenarios": "chart_scenarios", "tornado": "chart_tornado", "risk": "chart_risk",
    "actual": "chart_actual",
}  # fmt: skip


def page_of(report: Report, charts: Mapping[str, str], language: str) -> str:
    """The whole page; `charts` are SVG elements by name."""
    page = _Page(report, charts, language)
    title = page.say("page_title", title=text_in(report.plan.title, language))
    return whole_page(title, "".join(page.parts()), language)


class _Page:
    def __init__(self, report: Report, charts: Mapping[str, str], language: str) -> None:
        self.report, self.case, self.plan = report, report.case, report.plan
        self.charts, self.language = charts, language

    def say(self, code: str, **params: object) -> str:
        return sentence(f"plan.{code}", params, self.language)

    def parts(self) -> list[str]:
        """The sections in order."""
        return [
            self._short(),
            self._gaps(),
            self._section("page_scenarios", ["scenarios"], comparison_table(
                self.report.compared, self.language)),
            self._matters(),
            self._sure(),
            self._actual(),
            self._section("page_costs", ["costs"], costs_table(self.case, self.language)),
            self._section("page_assumptions", [], assumptions_table(self.report, self.language)),
            self._months(),
        ]  # fmt: skip

    def _short(self) -> str:
        plan, found = self.plan, self.case.results
        span = self.say("page_span", months=plan.months, start=plan.start, money=plan.money)
        code = "page_never" if found.payback is None else "page_pays"
        told = [
            self.say(
                code,
                months=plan.months,
                payback=figure_text(self.case, "payback", self.language),
                npv=self._money(found.npv),
                funding=self._money(found.funding),
            )
        ]
        if found.break_even_lift is not None and found.lift is not None:
            need, lift = (
                shown(value, "share", self.language)
                for value in (found.break_even_lift, found.lift)
            )
            told.append(self.say("page_lift", need=need, lift=lift))
        told_first = [
            (self.say(name), figure_text(self.case, name, self.language)) for name in _TILES
        ]
        return (
            f'<p class="about">{escape(span)}</p><p>{escape(" ".join(told))}</p>'
            f"{tiles(told_first)}{self._drawn(['cash'])}"
        )

    def _gaps(self) -> str:
        """What stands behind the figures, said before they are believed."""
        found = self.case.results
        told = [self.say("page_response" if found.responds else "no_response")]
        told.append(self.say("how_naive"))
        told.append(self.say("page_opening"))
        if len(found.irr) > 1:
            told.append(self.say("page_irr_many"))
        names = unsourced(self.report, self.language)
        if names:
            told.append(self.say("page_guess", names="; ".join(names)))
        lines = "".join(f"<li>{escape(each)}</li>" for each in told)
        return f'{self._head("page_gaps")}<ul class="warn">{lines}</ul>'

    def _matters(self) -> str:
        if not self.report.tornado.bars:
            return self._head("page_tornado") + self._note(self.say("page_no_tornado"))
        return self._section("page_tornado", ["tornado"], tornado_table(self.report, self.language))

    def _sure(self) -> str:
        risk = self.report.risk
        if not risk.uncertain:
            return ""
        text = self.say(
            "page_risky",
            paths=risk.paths,
            loss=shown(risk.loss, "share", self.language),
            p10=self._money(risk.npv.p10),
            p90=self._money(risk.npv.p90),
        )
        never = self.say("never", share=shown(risk.never, "share", self.language))
        return (
            self._head("page_risk") + self._note(f"{text} {never}") + self._drawn(["fan", "risk"])
        )

    def _actual(self) -> str:
        tracking = self.report.tracking
        if tracking is None:
            return ""
        if not tracking.months:
            return self._head("page_actual") + self._note(self.say("page_no_actuals"))
        scale = self.plan.money_scale
        ahead = result_text(tracking.results, "npv", self.language, scale=scale)
        planned = figure_text(self.case, "npv", self.language)
        text = self.say("page_forecast", npv=ahead, planned=planned)
        note = self._note(f"{text} {self.say('page_forecast_how')}")
        table = tracking_table(tracking, self.language)
        return (
            self._head("page_actual")
            + note
            + self._drawn(["actual"])
            + table_of(table, self.language)
        )

    def _section(self, title: str, charts: Sequence[str], table: Table) -> str:
        return self._head(title) + self._drawn(charts) + table_of(table, self.language)

    def _months(self) -> str:
        table = months_table(self.case, self.language)
        folded = table_of(table, self.language, folded=self.say("page_all_months"))
        return self._head("page_months") + self._drawn(["sales"]) + folded

    def _head(self, code: str) -> str:
        return heading(self.say(code))

    def _note(self, text: str) -> str:
        return f"<p>{escape(text)}</p>"

    def _drawn(self, names: Sequence[str]) -> str:
        return "".join(drawn(self.charts.get(name), self.say(_SAYS[name])) for name in names)

    def _money(self, value: float) -> str:
        return f"{money_text(value, self.language, scale=self.plan.money_scale)}\u00a0{self.plan.money}"
