"""Plans over the API: kept, changed, computed, set against what happened, downloaded."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.contexts.economics.queries.plans import (
    get_plan,
    get_plan_document,
    list_plan_versions,
    list_plans,
)
from regulars.contexts.economics.types import PlanView
from regulars.contexts.economics.usecases.plans import (
    archive_plan,
    change_assumptions,
    create_plan,
    restore_plan,
    save_plan,
)
from regulars.contexts.security.types import Permission, Plane
from regulars.core.economics.document import LARGEST, Estimate
from regulars.core.economics.plan import Change, parse_plan, plain_values, with_changes
from regulars.core.economics.results import case_of
from regulars.core.programme.check import ProgrammeInvalid
from regulars.kit.documents import load_yaml
from regulars.kit.paging import cursor_id, make_cursor, read_cursor
from regulars.web.api.manage import examples, plan_examples
from regulars.web.api.manage.paging import PageQuery
from regulars.web.api.manage.plan_shapes import (
    PlanAnswer,
    PlanChangeAnswer,
    PlanDocumentAnswer,
    PlanList,
    PlanVersionAnswer,
    PlanVersionList,
    results_answer,
)
from regulars.web.api.manage.programme_shapes import CheckAnswer
from regulars.web.api.manage.views import ProblemLine
from regulars.web.api.operation import Operations
from regulars.web.api.serving import Call
from regulars.web.api.values import Closed, Flag, absent, plain

plans = Operations(Plane.MANAGE, "Plans")

VersionOfPlan = Annotated[int, Field(ge=1, le=2**31 - 1)]
_Note = Annotated[str, plain(500)]
_Number = Annotated[float, Field(ge=-LARGEST, le=LARGEST, allow_inf_nan=False)]


class PlanBody(Closed):
    """A plan: as JSON values, or as YAML text."""

    document: dict[str, Any] = absent()
    yaml: Annotated[str, Field(min_length=1, max_length=1_000_000)] = absent()

    @model_validator(mode="after")
    def _one_of_them(self) -> "PlanBody":
        if len(self.model_fields_set & {"document", "yaml"}) != 1:
            raise PydanticCustomError("request.document_once", "either")
        return self

    def source(self) -> Any:
        """What was sent, as plain values."""
        return load_yaml(self.yaml) if "yaml" in self.model_fields_set else self.document


class NewPlanBody(PlanBody):
    """A plan to keep."""

    note: _Note = ""


class SavePlanBody(PlanBody):
    """The next version of a plan."""

    seen: VersionOfPlan = Field(description="The version that you started from")
    note: _Note = ""


class EstimateBody(Closed):
    """A number with its range."""

    likely: _Number
    low: _Number
    high: _Number

    @model_validator(mode="after")
    def _in_order(self) -> "EstimateBody":
        if not self.low <= self.likely <= self.high:
            raise PydanticCustomError("plan.range_order", "in order")
        return self


class ChangePlanBody(Closed):
    """Assumptions by name, such as `base.visits`, and what they become."""

    set: Annotated[dict[str, _Number | EstimateBody], Field(min_length=1, max_length=200)]
    seen: VersionOfPlan = Field(description="The version that you started from")
    dry_run: bool = Field(default=False, description="Compute only: nothing is saved")
    note: _Note = ""

    def changes(self) -> dict[str, Change]:
        """As the plan takes them."""
        return {
            name: to if isinstance(to, float) else Estimate.model_validate(to.model_dump())
            for name, to in self.set.items()
        }


class PlansQuery(PageQuery):
    """Which plans."""

    archived: Flag = False


@plans("GET", "/plans", permission=Permission.REPORTS_READ, answers=PlanList,
       name="list_plans", examples=examples.LIST)  # fmt: skip
def list_all(call: Call, query: PlansQuery) -> PlanList:
    """Plans that are kept, the newest first."""
    before = cursor_id(read_cursor(query.cursor, str)[0]) if query.cursor else None
    found = list_plans(archived=query.archived, before=before, limit=query.limit + 1)
    shown = found[: query.limit]
    return PlanList(
        plans=[_answer(view) for view in shown],
        next=make_cursor(shown[-1].id.hex) if len(found) > len(shown) else None,
    )


@plans("POST", "/plans", permission=Permission.PLANS_WRITE, answers=PlanAnswer, status=201,
       name="create_plan", effect="stored", examples=plan_examples.NEW)  # fmt: skip
def create(call: Call, body: NewPlanBody) -> PlanAnswer:
    """Keep a plan: its document becomes version 1."""
    return _answer(create_plan(body.source(), note=body.note, now=call.now, by=call.actor))


@plans("POST", "/plans/check", permission=Permission.REPORTS_READ, answers=CheckAnswer,
       name="check_plan", examples=plan_examples.CHECKS)  # fmt: skip
def check(call: Call, body: PlanBody) -> CheckAnswer:
    """Check a plan without keeping it: every problem with its place and a sentence."""
    try:
        parse_plan(body.source())
    except ProgrammeInvalid as invalid:
        problems = [
            ProblemLine(pointer=one.pointer, code=one.code, detail=one.sentence(call.language))
            for one in invalid.problems
        ]
        return CheckAnswer(is_sound=False, problems=problems)
    return CheckAnswer(is_sound=True, problems=[])


@plans("GET", "/plans/{plan_id}", permission=Permission.REPORTS_READ, answers=PlanAnswer,
       name="get_plan")  # fmt: skip
def get_one(call: Call, plan_id: UUID) -> PlanAnswer:
    """One plan, without its document."""
    return _answer(get_plan(plan_id))


@plans("PUT", "/plans/{plan_id}", permission=Permission.PLANS_WRITE, answers=PlanAnswer,
       name="save_plan", problems=(409,))  # fmt: skip
def save(call: Call, plan_id: UUID, body: SavePlanBody) -> PlanAnswer:
    """Put another document into a plan, as its next version.

    Refused where somebody saved it since the version you have `seen`. The document that is there
    already makes no new version.
    """
    view = save_plan(
        plan_id, body.source(), seen=body.seen, note=body.note, now=call.now, by=call.actor
    )
    return _answer(view)


@plans("PATCH", "/plans/{plan_id}", permission=Permission.PLANS_WRITE, answers=PlanChangeAnswer,
       name="change_plan", problems=(409,))  # fmt: skip
def change(call: Call, plan_id: UUID, body: ChangePlanBody) -> PlanChangeAnswer:
    """Change assumptions by name, and see what that does to every figure.

    With `dry_run` nothing is saved.
    """
    before, changes = get_plan_document(plan_id), body.changes()
    after = with_changes(before, changes)
    if body.dry_run:
        view = get_plan(plan_id)
    else:
        view = change_assumptions(
            plan_id, changes, seen=body.seen, note=body.note, now=call.now, by=call.actor
        )
    return PlanChangeAnswer(
        plan=_answer(view),
        is_saved=not body.dry_run,
        before=results_answer(case_of(before).results),
        after=results_answer(case_of(after).results),
    )


@plans("POST", "/plans/{plan_id}/archive", permission=Permission.PLANS_WRITE, answers=PlanAnswer,
       name="archive_plan", effect="stored")  # fmt: skip
def archive(call: Call, plan_id: UUID) -> PlanAnswer:
    """Put a plan away; nothing is lost."""
    return _answer(archive_plan(plan_id, now=call.now, by=call.actor))


@plans("POST", "/plans/{plan_id}/restore", permission=Permission.PLANS_WRITE, answers=PlanAnswer,
       name="restore_plan", effect="stored")  # fmt: skip
def restore(call: Call, plan_id: UUID) -> PlanAnswer:
    """Take an archived plan up again."""
    return _answer(restore_plan(plan_id, now=call.now, by=call.actor))


@plans("GET", "/plans/{plan_id}/versions", permission=Permission.REPORTS_READ,
       answers=PlanVersionList, name="list_plan_versions")  # fmt: skip
def list_versions(call: Call, plan_id: UUID, query: PageQuery) -> PlanVersionList:
    """The versions of a plan, the newest first."""
    before = read_cursor(query.cursor, int)[0] if query.cursor else None
    found = list_plan_versions(plan_id, before=before, limit=query.limit + 1)
    shown = found[: query.limit]
    return PlanVersionList(
        versions=[PlanVersionAnswer.model_validate(view) for view in shown],
        next=make_cursor(shown[-1].number) if len(found) > len(shown) else None,
    )


@plans("GET", "/plans/{plan_id}/versions/{version}", permission=Permission.REPORTS_READ,
       answers=PlanDocumentAnswer, name="get_plan_version")  # fmt: skip
def get_version(call: Call, plan_id: UUID, version: VersionOfPlan) -> PlanDocumentAnswer:
    """The document of a plan as it was saved once."""
    return PlanDocumentAnswer(document=plain_values(get_plan_document(plan_id, version)))


def _answer(view: PlanView) -> PlanAnswer:
    return PlanAnswer.model_validate(view)
