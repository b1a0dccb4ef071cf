"""The page of a plan: its assumptions, what follows from them at once, its versions and files."""

import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from regulars.contexts.economics.queries.plans import (
    get_plan,
    get_plan_document,
    list_plan_versions,
)
from regulars.contexts.economics.usecases.plans import NOTE_LENGTH_MAX, save_plan
from regulars.contexts.security.types import Permission
from regulars.core.economics.document import Plan
from regulars.core.economics.plan import PlanInvalid, parse_plan, plain_values
from regulars.core.economics.report import report_of
from regulars.core.programme.texts import text_in
from regulars.core.refusal import Refused
from regulars.documents.plan_files import FORMS, write_plan
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.guard import staff_page
from regulars.web.accounts.refusals import told
from regulars.web.console.audit_words import colleagues
from regulars.web.design.faces import language
from regulars.web.planning.fields import costs_of, groups_of
from regulars.web.planning.outcome import outcome_of
from regulars.web.planning.posted import Tried, Wrong, try_posted

_VERSIONS = 12
_SCENARIOS_MAX = 20
_MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html; charset=utf-8",
    "png": "image/png",
    "csv": "text/csv; charset=utf-8",
}
SPREADS = (
    ("triangular", gettext_lazy("triangle")),
    ("pert", gettext_lazy("PERT")),
    ("normal", gettext_lazy("normal")),
)


class Saving(forms.Form):
    """Which version was seen, and why there is another."""

    seen = forms.IntegerField(min_value=1, max_value=2**31 - 1)
    note = forms.CharField(max_length=NOTE_LENGTH_MAX, required=False)


class Naming(Saving):
    """A scenario's title."""

    scenario = forms.CharField(max_length=120)


@staff_page(Permission.REPORTS_READ)
@require_safe
def plan_page(request: Any, plan_id: UUID) -> HttpResponse:
    """The plan as it is kept, or as it was in a version (`?version=`)."""
    view = get_plan(plan_id)
    number = request.GET.get("version", "")
    asked = int(number) if number.isascii() and number.isdecimal() and len(number) < 9 else None
    plan = get_plan_document(plan_id, asked)
    return _page(request, plan_id, plan, Tried(plan), shown=asked or view.version)


@staff_page(Permission.REPORTS_READ)
@require_POST
def try_plan(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """What would follow from what is typed; nothing is kept."""
    kept = get_plan_document(plan_id)
    tried = try_posted(kept, request.POST)
    page = _followed(kept, tried) | {"id": plan_id, "is_tried": True}
    return render(request, "planning/outcome.html", page)


@staff_page(Permission.PLANS_WRITE)
@require_POST
def save(request: Any, plan_id: UUID) -> HttpResponse:
    """Keep what is typed as the next version."""
    kept = get_plan_document(plan_id)
    tried, said = try_posted(kept, request.POST), Saving(request.POST)
    if not said.is_valid():
        return HttpResponse(status=400)
    if tried.plan is None:
        messages.error(request, _("Not saved: some numbers cannot be."))
        return _page(request, plan_id, kept, tried, status=422)
    return _kept(request, plan_id, tried.plan, said.cleaned_data, _("Saved as version %(number)s."))


@staff_page(Permission.PLANS_WRITE)
@require_POST
def add_scenario(request: Any, plan_id: UUID) -> HttpResponse:
    """Keep what is typed as a scenario: the plan itself stays as it is."""
    kept = get_plan_document(plan_id)
    tried, said = try_posted(kept, request.POST), Naming(request.POST)
    if not said.is_valid():
        messages.error(request, _("A scenario needs a name."))
        return _page(request, plan_id, kept, tried, status=422)
    if tried.plan is None:
        messages.error(request, _("Not saved: some numbers cannot be."))
        return _page(request, plan_id, kept, tried, status=422)
    if not tried.changes or len(kept.scenarios) >= _SCENARIOS_MAX:
        messages.error(request, _("Change an assumption first: a scenario is what is different."))
        return _page(request, plan_id, kept, tried, status=422)
    document = plain_values(kept)
    taken = {one.code for one in kept.scenarios}
    code = next(f"s{i}" for i in range(1, 100) if f"s{i}" not in taken)
    document["scenarios"].append(
        {
            "code": code,
            "title": {language(): said.cleaned_data["scenario"]},
            "set": {name: one.model_dump(mode="json") for name, one in tried.changes.items()},
        }
    )
    return _parsed(request, plan_id, document, said.cleaned_data, _("The scenario is kept."))


@staff_page(Permission.PLANS_WRITE)
@require_POST
def drop_scenario(request: Any, plan_id: UUID) -> HttpResponse:
    """Leave a scenario out of the plan from the next version on."""
    said = Saving(request.POST)
    if not said.is_valid():
        return HttpResponse(status=400)
    document = plain_values(get_plan_document(plan_id))
    code = request.POST.get("code", "")
    document["scenarios"] = [one for one in document["scenarios"] if one["code"] != code]
    return _parsed(request, plan_id, document, said.cleaned_data, _("The scenario is left out."))


@staff_page(Permission.REPORTS_READ)
@require_safe
def plan_file(request: HttpRequest, plan_id: UUID, form: str) -> HttpResponse:
    """The plan to show to others: a workbook with live formulas, a page, a picture, its months."""
    if form not in FORMS:
        raise Http404
    plan = get_plan_document(plan_id)
    with tempfile.TemporaryDirectory(prefix="regulars-plan-") as folder:
        path = Path(folder) / f"plan.{form}"
        write_plan(report_of(plan), form, path, language=language())  # type: ignore[arg-type]
        response = HttpResponse(path.read_bytes(), content_type=_MEDIA[form])
    response["Content-Disposition"] = f'attachment; filename="plan.{form}"'
    return response


def _page(
    request: Any,
    plan_id: UUID,
    plan: Plan,
    tried: Tried,
    *,
    shown: int | None = None,
    status: int = 200,
) -> HttpResponse:
    view = get_plan(plan_id)
    names = {str(staff_id): name for staff_id, name in colleagues(request.actor).items()}
    may_write = Permission.PLANS_WRITE in request.actor.permissions and view.archived_at is None
    page = {
        "id": plan_id,
        "view": view,
        "plan": tried.plan or plan,
        "title": text_in(plan.title, language()),
        "shown": shown or view.version,
        "next": view.version + 1,
        "archived": view.archived_at is not None,
        "may_write": may_write and (shown or view.version) == view.version,
        "may_restore": Permission.PLANS_WRITE in request.actor.permissions,
        "groups": groups_of(tried.plan or plan, request.POST),
        "costs": costs_of(tried.plan or plan, request.POST),
        "spreads": SPREADS,
        "forms": FORMS,
        "versions": [
            {"view": one, "by": names.get(one.by, "")}
            for one in list_plan_versions(plan_id, limit=_VERSIONS)
        ],
    }
    return render(request, "planning/plan.html", page | _followed(plan, tried), status=status)


def _followed(kept: Plan, tried: Tried) -> dict[str, Any]:
    """What follows from what was tried, else what is wrong with it."""
    if tried.plan is not None:
        try:
            return {"outcome": outcome_of(tried.plan, kept), "wrong": [], "changed": tried.changes}
        except PlanInvalid as invalid:
            tried.wrong += [
                Wrong("", one.pointer, one.sentence(language())) for one in invalid.problems
            ]
    return {"outcome": None, "wrong": tried.wrong, "changed": tried.changes}


def _parsed(
    request: Any, plan_id: UUID, document: dict[str, Any], said: dict[str, Any], done: str
) -> HttpResponse:
    try:
        plan = parse_plan(document)
    except PlanInvalid as invalid:
        messages.error(request, invalid.problems[0].sentence(language()))
        return HttpResponseRedirect(reverse("planning:plan", args=[plan_id]))
    return _kept(request, plan_id, plan, said, done)


def _kept(request: Any, plan_id: UUID, plan: Plan, said: dict[str, Any], done: str) -> HttpResponse:
    now, by = utc_now(), request.actor
    try:
        view = in_transaction(
            lambda: save_plan(plan_id, plan, seen=said["seen"], note=said["note"], now=now, by=by)
        )
    except Refused as refusal:
        messages.error(request, told(request, refusal))
    else:
        messages.success(request, done % {"number": view.version} if "%" in done else done)
    return HttpResponseRedirect(reverse("planning:plan", args=[plan_id]))
