"""What kept plans come to, over the API: results, scenarios, tornado, risk, actuals, files to show."""

import tempfile
from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from regulars.contexts.economics.queries.actuals import track_plan
from regulars.contexts.economics.queries.plans import get_plan_document, list_plan_costs
from regulars.contexts.economics.usecases.plans import set_actual_cost
from regulars.contexts.security.types import Permission, Plane
from regulars.core.economics.actuals import AMOUNT_MAX
from regulars.core.economics.document import Plan
from regulars.core.economics.monte_carlo import simulate
from regulars.core.economics.report import report_of
from regulars.core.economics.results import case_of
from regulars.core.economics.scenarios import compare_scenarios
from regulars.core.economics.sensitivity import tornado_of
from regulars.documents.plan_files import write_plan
from regulars.web.api.manage.plan_shapes import (
    PlanActualsAnswer,
    PlanCaseAnswer,
    PlanCostAnswer,
    PlanCostList,
    PlanRiskAnswer,
    PlanScenarioAnswer,
    PlanScenarioList,
    PlanTornadoAnswer,
    actuals_answer,
    case_answer,
    results_answer,
    risk_answer,
    tornado_answer,
)
from regulars.web.api.operation import Operations
from regulars.web.api.replies import Reply, file_reply
from regulars.web.api.serving import Call
from regulars.web.api.values import Closed, QueryInteger, plain

plan_figures = Operations(Plane.MANAGE, "Plans")

_PATHS_MAX = 100_000
_Version = Annotated[QueryInteger, Field(ge=1, le=2**31 - 1)]
_Month = Annotated[str, Field(pattern=r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$")]
_Group = Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]
_MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html; charset=utf-8",
    "png": "image/png",
    "csv": "text/csv; charset=utf-8",
}


class PlanQuery(Closed):
    """Which version."""

    version: _Version | None = Field(default=None, description="Default: the newest")


class PlanTornadoQuery(PlanQuery):
    """How far to move what has no range."""

    swing: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.0


class PlanRiskQuery(PlanQuery):
    """How many paths; the same seed draws the same."""

    paths: Annotated[QueryInteger, Field(ge=1, le=_PATHS_MAX)] = 20_000
    seed: Annotated[QueryInteger, Field(ge=0, le=2**53)] = 1


class PlanCostBody(Closed):
    """What was really paid; null takes back what was typed in."""

    amount_minor: Annotated[int, Field(ge=0, le=AMOUNT_MAX)] | None
    note: Annotated[str, plain(500)] = ""


@plan_figures("GET", "/plans/{plan_id}/results", permission=Permission.REPORTS_READ,
              answers=PlanCaseAnswer, name="get_plan_results")  # fmt: skip
def get_results(call: Call, plan_id: UUID, query: PlanQuery) -> PlanCaseAnswer:
    """What a plan comes to, and every month of it."""
    return case_answer(case_of(_plan(plan_id, query)))


@plan_figures("GET", "/plans/{plan_id}/scenarios", permission=Permission.REPORTS_READ,
              answers=PlanScenarioList, name="compare_plan_scenarios")  # fmt: skip
def compare(call: Call, plan_id: UUID, query: PlanQuery) -> PlanScenarioList:
    """The plan and its scenarios side by side."""
    return PlanScenarioList(
        scenarios=[
            PlanScenarioAnswer(
                code=one.scenario.code if one.scenario else None,
                title=one.scenario.title if one.scenario else None,
                changes={name: to.model_dump(mode="json") for name, to in one.changes.items()},
                results=results_answer(one.case.results),
            )
            for one in compare_scenarios(_plan(plan_id, query))
        ]
    )


@plan_figures("GET", "/plans/{plan_id}/tornado", permission=Permission.REPORTS_READ,
              answers=PlanTornadoAnswer, name="get_plan_tornado")  # fmt: skip
def tornado(call: Call, plan_id: UUID, query: PlanTornadoQuery) -> PlanTornadoAnswer:
    """Which assumption matters: the present value with each at either end of its range."""
    return tornado_answer(tornado_of(_plan(plan_id, query), swing=query.swing))


@plan_figures("GET", "/plans/{plan_id}/risk", permission=Permission.REPORTS_READ,
              answers=PlanRiskAnswer, name="get_plan_risk")  # fmt: skip
def risk(call: Call, plan_id: UUID, query: PlanRiskQuery) -> PlanRiskAnswer:
    """What the plan may come to when its assumptions are drawn from their ranges."""
    return risk_answer(simulate(_plan(plan_id, query), paths=query.paths, seed=query.seed))


@plan_figures("GET", "/plans/{plan_id}/actuals", permission=Permission.REPORTS_READ,
              answers=PlanActualsAnswer, name="get_plan_actuals", problems=(409,))  # fmt: skip
def actuals(call: Call, plan_id: UUID) -> PlanActualsAnswer:
    """The plan against the books and the costs typed in, and what it comes to at this pace.

    Months that are over; as posted: what the clock has made due and nobody posted is not in it.
    """
    return actuals_answer(track_plan(plan_id, now=call.now))


@plan_figures("GET", "/plans/{plan_id}/costs", permission=Permission.REPORTS_READ,
              answers=PlanCostList, name="list_plan_costs")  # fmt: skip
def list_costs(call: Call, plan_id: UUID) -> PlanCostList:
    """What was typed in as really paid, by month and group."""
    found = list_plan_costs(plan_id)
    return PlanCostList(costs=[PlanCostAnswer.model_validate(view) for view in found])


@plan_figures("PUT", "/plans/{plan_id}/costs/{month}/{group}", permission=Permission.PLANS_WRITE,
              answers=PlanCostAnswer, name="set_plan_cost", problems=(409,))  # fmt: skip
def set_cost(
    call: Call, plan_id: UUID, month: _Month, group: _Group, body: PlanCostBody
) -> PlanCostAnswer:
    """Type in what was really paid for a group of the budget in a month."""
    view = set_actual_cost(
        plan_id, month, group, body.amount_minor, note=body.note, now=call.now, by=call.actor
    )
    return PlanCostAnswer.model_validate(view)


@plan_figures("GET", "/plans/{plan_id}/files/{form}", permission=Permission.REPORTS_READ,
              answers=None, name="get_plan_file", is_file=True)  # fmt: skip
def get_file(
    call: Call, plan_id: UUID, form: Literal["xlsx", "html", "png", "csv"], query: PlanQuery
) -> Reply:
    """A plan to show: a workbook with live formulas, a page, a picture, or its months."""
    report = report_of(_plan(plan_id, query))
    with tempfile.TemporaryDirectory(prefix="regulars-plan-") as folder:
        path = Path(folder) / f"plan.{form}"
        write_plan(report, form, path, language=call.language)
        # Opened before the folder goes: the file is there for as long as it is being sent.
        return file_reply(path, path.name, _MEDIA[form])


def _plan(plan_id: UUID, query: PlanQuery) -> Plan:
    return get_plan_document(plan_id, query.version)
