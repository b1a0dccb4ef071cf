"""Reads of plans: which there are, their versions and documents, what was typed in as paid."""

from uuid import UUID

from regulars.contexts.economics.mapping import cost_view, plan_view, version_view
from regulars.contexts.economics.models import Plan as PlanRow
from regulars.contexts.economics.models import PlanCost, PlanVersion
from regulars.contexts.economics.types import PlanCostView, PlanVersionView, PlanView
from regulars.core.economics.document import Plan
from regulars.core.refusal import NotFound


class PlanNotFound(NotFound):
    """There is no plan of this id, or it has no version of this number."""

    code = "plan.not_found"


def get_plan(plan_id: UUID) -> PlanView:
    """One plan. Raises PlanNotFound."""
    row = PlanRow.objects.filter(id=plan_id).first()
    if row is None:
        raise PlanNotFound
    return plan_view(row)


def list_plans(
    *, archived: bool = False, before: UUID | None = None, limit: int = 50
) -> tuple[PlanView, ...]:
    """Plans, the newest first: at most `limit`, made before the plan `before`."""
    rows = PlanRow.objects.filter(archived_at__isnull=not archived).order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    return tuple(map(plan_view, rows[:limit]))


def get_plan_document(plan_id: UUID, number: int | None = None) -> Plan:
    """The document of a plan as of version `number`, or its newest. Raises PlanNotFound."""
    rows = PlanVersion.objects.filter(plan_id=plan_id)
    if number is not None:
        rows = rows.filter(number=number)
    document = rows.order_by("-number").values_list("document", flat=True).first()
    if document is None:
        raise PlanNotFound
    return Plan.model_validate(document)


def list_plan_versions(
    plan_id: UUID, *, before: int | None = None, limit: int = 50
) -> tuple[PlanVersionView, ...]:
    """Versions of a plan, the newest first: at most `limit`, numbers < `before`.

    Raises PlanNotFound.
    """
    get_plan(plan_id)
    rows = PlanVersion.objects.defer("document").filter(plan_id=plan_id).order_by("-number")
    if before is not None:
        rows = rows.filter(number__lt=before)
    return tuple(map(version_view, rows[:limit]))


def list_plan_costs(plan_id: UUID) -> tuple[PlanCostView, ...]:
    """What was typed in as paid, the latest word for each month and group, by both.

    Raises PlanNotFound.
    """
    get_plan(plan_id)
    latest: dict[tuple[int, str], PlanCost] = {}
    for row in PlanCost.objects.filter(plan_id=plan_id).order_by("number"):
        latest[row.month, row.group] = row
    return tuple(cost_view(latest[key]) for key in sorted(latest))
