"""What a plan comes to, ready for its page: tiles, charts, scenarios beside each other, risk."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from regulars.core.economics.document import Plan
from regulars.core.economics.monte_carlo import simulate
from regulars.core.economics.results import Case, case_of
from regulars.core.economics.scenarios import compare_scenarios
from regulars.core.economics.sensitivity import tornado_of
from regulars.core.wording.catalogue import sentence
from regulars.documents.plan_tables import (
    FIGURES,
    comparison_table,
    figure_text,
    money_text,
    scenario_title,
)
from regulars.web.design.faces import language
from regulars.web.planning.charts import (
    cash_chart,
    costs_chart,
    fan_chart,
    scenarios_chart,
    tornado_chart,
)
from regulars.web.templatetags.figures import number, share

PATHS = 2_000
"""Enough for a page that answers at once; the export draws ten times as many."""

_TILES = ("npv", "payback", "roi", "funding", "break_even_lift", "liability")


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure; `more` says what it is in the version that is kept, where that differs."""

    title: str
    figure: str
    unit: str
    more: str


def outcome_of(plan: Plan, kept: Plan) -> dict[str, Any]:
    """Everything that follows from `plan`, beside `kept`.

    Raises PlanInvalid where its correlations contradict each other.
    """
    compared = compare_scenarios(plan)
    case, before = compared[0].case, case_of(kept)
    risk = simulate(plan, paths=PATHS)
    return {
        "tiles": [_tile(name, case, before) for name in _TILES],
        "in_short": [(_say(name), _figure(name, case)) for name in ("npv", "payback")],
        "responds": case.results.responds,
        "no_response": _say("no_response"),
        "no_ranges": _("No assumption has a range, so nothing moves: state low and high."),
        "cash": cash_chart(case),
        "costs": costs_chart(case),
        "scenarios": scenarios_chart(compared),
        "table": comparison_table(compared, language()),
        "columns": [
            {"title": scenario_title(one, language()), "code": one.scenario and one.scenario.code}
            for one in compared
        ],
        "tornado": tornado_chart(plan, tornado_of(plan)),
        "fan": fan_chart(plan, risk),
        "risk": _risk(plan, risk) if risk.uncertain else [],
    }


def _tile(name: str, case: Case, before: Case) -> Tile:
    figure, was = figure_text(case, name, language()), figure_text(before, name, language())
    unit = case.plan.money if FIGURES[name] == "money" else ""
    more = _("was %(figure)s") % {"figure": was} if figure != was else ""
    return Tile(_say(name), figure, unit, more)


def _figure(name: str, case: Case) -> str:
    unit = f" {case.plan.money}" if FIGURES[name] == "money" else ""
    return figure_text(case, name, language()) + unit


def _risk(plan: Plan, risk: Any) -> list[tuple[str, str]]:
    low, middle, high = (money_text(value, language(), scale=0) for value in risk.npv)
    return [
        (_("Chance of a loss"), share(risk.loss)),
        (_("Chance that it does not pay back"), share(risk.never)),
        (_("Net present value, one path in ten is below"), f"{low} {plan.money}"),
        (_("Net present value, half are below"), f"{middle} {plan.money}"),
        (_("Net present value, one path in ten is above"), f"{high} {plan.money}"),
        (_("Paths drawn"), number(risk.paths)),
    ]


def _say(code: str) -> str:
    return sentence(f"plan.{code}", {}, language())
