"""What the books tell of the months of a plan: members, their purchases, their points, what those cost."""

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from uuid import UUID

from regulars.contexts.economics.queries.plans import get_plan_document, list_plan_costs
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.till.queries.kpi import list_period_facts
from regulars.core.calendar import Period, period_number, period_start
from regulars.core.economics.actuals import (
    COST,
    Tracking,
    calendar_month,
    costs_by_month,
    track,
)
from regulars.core.economics.document import Plan
from regulars.core.economics.model import POINTS_SPENT, flows_of
from regulars.core.metrics.kpi import PeriodFacts
from regulars.core.programme.compiled import Compiled
from regulars.core.refusal import Refused


class MoneyDiffers(Refused):
    """The plan is in another money than the programme: its figures cannot be compared."""

    code = "plan.money_differs"


def track_plan(plan_id: UUID, *, now: datetime) -> Tracking:
    """A plan that is kept against the books and the costs typed in.

    Raises PlanNotFound, NoProgrammeInForce, MoneyDiffers.
    """
    plan = get_plan_document(plan_id)
    costs = [
        (cost.month, cost.group, cost.amount_minor)
        for cost in list_plan_costs(plan_id)
        if cost.amount_minor is not None
    ]
    actuals = costs_by_month(plan, costs)
    for month, lines in read_actuals(plan, now=now).items():
        actuals.setdefault(month, {}).update(lines)
    return track(plan, flows_of(plan), actuals)


def read_actuals(plan: Plan, *, now: datetime) -> dict[int, dict[str, float]]:
    """What the books tell of each month of the plan that is over by `now`; from 1.

    Members of all time, purchases of members in whole money, points at the plan's worth: so many as
    have the value of those in the books, over all currencies that pay like money. Raises
    NoProgrammeInForce, MoneyDiffers.
    """
    programme = compiled_at(now)
    if programme.money != plan.money:
        raise MoneyDiffers(plan=plan.money, programme=programme.money)
    first = calendar_month(plan.start)
    over = min(period_number(now, Period.MONTH, programme.zone) - first, plan.months)
    if over <= 0:
        return {}
    starts = [period_start(first + i, Period.MONTH, programme.zone) for i in range(over + 1)]
    facts = list_period_facts(starts[:-1], starts[-1])
    return {month: _lines(plan, programme, one) for month, one in enumerate(facts, 1)}


def _lines(plan: Plan, programme: Compiled, facts: PeriodFacts) -> dict[str, float]:
    money = 10**programme.money_scale
    worth = plan.programme.worth.likely
    values = _values(facts, programme, plan)
    paid = values["spent"] * plan.programme.reward_cost.likely
    return {
        "members": float(facts.attendance.members),
        "joins": float(facts.attendance.new),
        "receipts": float(facts.of_members.receipts),
        "sales": facts.of_members.sales_minor / money,
        COST + POINTS_SPENT: paid,
        **{name: value / worth for name, value in values.items()},
    }


def _values(facts: PeriodFacts, programme: Compiled, plan: Plan) -> Mapping[str, float]:
    """What points issued, spent, expired and outstanding are worth, in whole money."""
    worths = {
        code: Fraction(*currency.money.worth) / 10**programme.money_scale
        for code, currency in programme.currencies.items()
        if currency.money
    }
    if not worths:  # points that only buy rewards: at what the plan says one is worth
        worths = {
            code: Fraction(plan.programme.worth.likely) / 10**currency.scale
            for code, currency in programme.currencies.items()
        }
    found = dict.fromkeys(("issued", "spent", "expired", "outstanding"), 0.0)
    for code, worth in worths.items():
        flow = facts.flows.get(code)
        if flow is not None:
            for name in found:
                found[name] += float((getattr(flow, name) or 0) * worth)
    return found
