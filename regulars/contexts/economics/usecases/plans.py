"""Writes of plans: made, saved as a new version, archived; and what was really paid."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max

from regulars.contexts.economics.mapping import cost_view, digest_of, plan_view
from regulars.contexts.economics.models import Plan as PlanRow
from regulars.contexts.economics.models import PlanCost, PlanVersion
from regulars.contexts.economics.queries.plans import PlanNotFound, get_plan_document
from regulars.contexts.economics.types import PlanCostView, PlanView
from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.security.usecases.access import require
from regulars.contexts.security.usecases.audit import record_audit
from regulars.core.economics.actuals import CostInvalid, check_cost
from regulars.core.economics.document import Plan
from regulars.core.economics.plan import Change, parse_plan, plain_values, with_changes
from regulars.core.plain_text import line_of_text
from regulars.core.refusal import Refused
from regulars.kit.ids import new_id

NOTE_LENGTH_MAX = 500
COSTS_MAX = 20_000


class PlanChangedMeanwhile(Refused):
    """The plan is not at the version the caller has seen: somebody saved it."""

    code = "plan.changed_meanwhile"
    kind = "changed"


class PlanArchived(Refused):
    """The plan is archived; it stays as it is until it is taken up again."""

    code = "plan.archived"


def create_plan(
    document: Mapping[str, Any] | Plan, *, note: str = "", now: datetime, by: Actor
) -> PlanView:
    """Keep a plan: its document becomes version 1.

    Raises PermissionMissing, PlanInvalid, TextMalformed.
    """
    require(by, Permission.PLANS_WRITE)
    plan = _parsed(document)
    said = _note(note)
    row = PlanRow.objects.create(
        id=new_id(now=now),
        title=plan.title,
        version=1,
        made_at=now,
        made_by=_person(by),
        changed_at=now,
        changed_by=_person(by),
    )
    _add_version(row, plan, said, now=now, by=by)
    _audit("plan.create", row, now=now, by=by)
    return plan_view(row)


def save_plan(
    plan_id: UUID,
    document: Mapping[str, Any] | Plan,
    *,
    seen: int,
    note: str = "",
    now: datetime,
    by: Actor,
) -> PlanView:
    """Put another document into a plan, as its next version.

    `seen` is the version that the caller started from. The document that is there already makes no
    new version, whatever was seen: a request sent twice does what one does. Raises
    PermissionMissing, PlanInvalid, TextMalformed, PlanNotFound, PlanArchived, PlanChangedMeanwhile.
    """
    require(by, Permission.PLANS_WRITE)
    plan = _parsed(document)
    said = _note(note)
    row = _lock_open(plan_id)
    if digest_of(plain_values(plan)) == _digest(row):
        return plan_view(row)
    _check_seen(row, seen)
    return _save(row, plan, said, now=now, by=by)


def change_assumptions(
    plan_id: UUID,
    changes: Mapping[str, Change],
    *,
    seen: int,
    note: str = "",
    now: datetime,
    by: Actor,
) -> PlanView:
    """Save the plan with assumptions of these names changed.

    Raises what `save_plan` raises; PlanInvalid points at names.
    """
    require(by, Permission.PLANS_WRITE)
    said = _note(note)
    row = _lock_open(plan_id)
    before = get_plan_document(plan_id)
    plan = with_changes(before, changes)
    if plan == before:
        return plan_view(row)
    _check_seen(row, seen)
    return _save(row, plan, said, now=now, by=by)


def archive_plan(plan_id: UUID, *, now: datetime, by: Actor) -> PlanView:
    """Put a plan away; archiving it again is harmless. Raises PermissionMissing, PlanNotFound."""
    require(by, Permission.PLANS_WRITE)
    row = _lock(plan_id)
    if row.archived_at is None:
        row.archived_at, row.archived_by = now, _person(by)
        row.save()
        _audit("plan.archive", row, now=now, by=by)
    return plan_view(row)


def restore_plan(plan_id: UUID, *, now: datetime, by: Actor) -> PlanView:
    """Take an archived plan up again. Raises PermissionMissing, PlanNotFound."""
    require(by, Permission.PLANS_WRITE)
    row = _lock(plan_id)
    if row.archived_at is not None:
        row.archived_at, row.archived_by = None, None
        row.save()
        _audit("plan.restore", row, now=now, by=by)
    return plan_view(row)


def set_actual_cost(
    plan_id: UUID,
    month: str,
    group: str,
    amount_minor: int | None,
    *,
    note: str = "",
    now: datetime,
    by: Actor,
) -> PlanCostView:
    """Type in what was really paid for a group of the budget in a calendar month (`2026-11`).

    It replaces what was typed in before; None takes that back. Raises PermissionMissing,
    TextMalformed, PlanNotFound, PlanArchived, CostInvalid.
    """
    require(by, Permission.PLANS_WRITE)
    said = _note(note)
    row = _lock_open(plan_id)
    numbered = check_cost(get_plan_document(plan_id), month, group, amount_minor)
    last = PlanCost.objects.filter(plan_id=row.id).aggregate(last=Max("number"))["last"] or 0
    if last >= COSTS_MAX:
        raise CostInvalid(pointer="/amount_minor", field="amount_minor")
    cost = PlanCost.objects.create(
        plan_id=row.id,
        number=last + 1,
        month=numbered,
        group=group,
        amount_minor=amount_minor,
        note=said,
        at=now,
        by=_person(by),
    )
    detail = {"month": month, "group": group, "amount_minor": amount_minor}
    record_audit("plan.set_cost", "plan", str(row.id), detail, now=now, by=by)
    return cost_view(cost)


def _parsed(document: Mapping[str, Any] | Plan) -> Plan:
    return document if isinstance(document, Plan) else parse_plan(document)


def _note(note: str) -> str:
    return line_of_text(note, length_max=NOTE_LENGTH_MAX, pointer="/note")


def _lock(plan_id: UUID) -> PlanRow:
    row = PlanRow.objects.select_for_update(no_key=True).filter(id=plan_id).first()
    if row is None:
        raise PlanNotFound
    return row


def _lock_open(plan_id: UUID) -> PlanRow:
    row = _lock(plan_id)
    if row.archived_at is not None:
        raise PlanArchived
    return row


def _check_seen(row: PlanRow, seen: int) -> None:
    if row.version != seen:
        raise PlanChangedMeanwhile(version=row.version)


def _digest(row: PlanRow) -> str:
    return PlanVersion.objects.values_list("digest", flat=True).get(
        plan_id=row.id, number=row.version
    )


def _save(row: PlanRow, plan: Plan, said: str, *, now: datetime, by: Actor) -> PlanView:
    row.version += 1
    row.title = plan.title
    row.changed_at, row.changed_by = now, _person(by)
    row.save()
    _add_version(row, plan, said, now=now, by=by)
    _audit("plan.save", row, now=now, by=by)
    return plan_view(row)


def _add_version(row: PlanRow, plan: Plan, said: str, *, now: datetime, by: Actor) -> None:
    document = plain_values(plan)
    PlanVersion.objects.create(
        plan_id=row.id,
        number=row.version,
        document=document,
        digest=digest_of(document),
        note=said,
        at=now,
        by=_person(by),
    )


def _person(by: Actor) -> str:
    """Who answers for it: the person's id, or the program's name where there is no person."""
    return str(by.staff_id) if by.staff_id else f"{by.kind}:{by.id}"


def _audit(action: str, row: PlanRow, *, now: datetime, by: Actor) -> None:
    record_audit(action, "plan", str(row.id), {"version": row.version}, now=now, by=by)
