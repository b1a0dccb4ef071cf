"""Analyses as the console asks for them and watches them; what is done by a worker may be left."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from regulars.contexts.economics.queries.studies import (
    StudyFilesGone,
    get_study,
    get_study_file,
    list_studies,
)
from regulars.contexts.economics.types import StudyState, StudyView
from regulars.contexts.economics.usecases.studies import cancel_study, request_study
from regulars.contexts.security.types import Permission
from regulars.contexts.security.usecases.access import require
from regulars.core.refusal import Refused
from regulars.core.wording.catalogue import sentence
from regulars.kit.clock import utc_now
from regulars.kit.database.home import default_home
from regulars.kit.transactions import in_transaction
from regulars.studies.folders import media_type, study_folder
from regulars.studies.requests import AnalysisRequest
from regulars.web.accounts.guard import staff_page
from regulars.web.accounts.refusals import told
from regulars.web.design.faces import language

KIND = "analysis"
_ROWS = 20
_FINAL = (StudyState.DONE, StudyState.REFUSED, StudyState.FAILED, StudyState.CANCELLED)
_BADGES = {
    StudyState.QUEUED: "info",
    StudyState.RUNNING: "info",
    StudyState.DONE: "good",
    StudyState.REFUSED: "warn",
    StudyState.FAILED: "bad",
    StudyState.CANCELLED: "",
}


@dataclass(frozen=True, slots=True)
class ShownStudy:
    """A study as people read it."""

    view: StudyView
    state: str
    badge: str
    phase: str
    problem: str
    is_over: bool
    has_files: bool


class Wanted(forms.Form):
    """How to analyse."""

    period = forms.ChoiceField(
        label=gettext_lazy("Length of a period"),
        choices=[
            ("month", gettext_lazy("Month")),
            ("week", gettext_lazy("Week")),
            ("day", gettext_lazy("Day")),
        ],
    )
    margin = forms.DecimalField(
        label=gettext_lazy("Share of sales that is margin, per cent"),
        min_value=Decimal("0.01"),
        max_value=100,
        max_digits=6,
        decimal_places=3,
        required=False,
        help_text=gettext_lazy("Empty: from the costs on receipts, where they are known."),
    )
    horizon = forms.IntegerField(
        label=gettext_lazy("Days without a purchase after which a customer is lost"),
        min_value=7,
        max_value=1000,
        initial=90,
    )
    write_back = forms.BooleanField(
        label=gettext_lazy("Give members their segment, value and risk as attributes"),
        required=False,
    )


def shown_study(view: StudyView) -> ShownStudy:
    """The study in the language of the page."""
    spoken, is_over = language(), view.state in _FINAL
    problem = sentence(view.refusal, view.refusal_params, spoken) if view.refusal else ""
    phase = "" if is_over else sentence(view.phase or "study.starting", {}, spoken)
    if view.stops and not is_over:
        phase = sentence("study.stops", {}, spoken)
    elif view.state is StudyState.QUEUED:
        phase = _("Waits for its turn")
    return ShownStudy(
        view,
        sentence(f"study.state_{view.state}", {}, spoken),
        _BADGES[view.state],
        phase,
        problem,
        is_over,
        view.state is StudyState.DONE and view.removed_at is None,
    )


@staff_page(Permission.REPORTS_READ)
@require_safe
def analyses_page(request: HttpRequest) -> HttpResponse:
    """The analyses, the newest first."""
    by = request.actor  # type: ignore[attr-defined]
    before = _id(request.GET.get("before", ""))
    found = in_transaction(lambda: list_studies(kind=KIND, before=before, limit=_ROWS + 1, by=by))
    shown = found[:_ROWS]
    page = {
        "rows": [shown_study(view) for view in shown],
        "form": Wanted(),
        "first": "?" if before else "",
        "next": f"?before={shown[-1].id}" if len(found) > len(shown) else "",
    }
    return render(request, "insight/analyses.html", page)


@staff_page(Permission.STUDIES_RUN)
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Queue an analysis of our own books."""
    by, form = request.actor, Wanted(request.POST)  # type: ignore[attr-defined]
    if not form.is_valid():
        page = {"rows": [], "form": form, "again": True}
        return render(request, "insight/analyses.html", page, status=422)
    said = form.cleaned_data
    asked = AnalysisRequest(
        kind="analysis",
        language="ru" if language() == "ru" else "en",
        period=said["period"],
        margin=said["margin"] / 100 if said["margin"] else None,
        horizon_days=said["horizon"],
        write_back=said["write_back"],
    )
    try:
        view = in_transaction(lambda: _ask(asked, by))
    except Refused as refusal:
        messages.error(request, told(request, refusal))
        return HttpResponseRedirect(reverse("insight:analyses"))
    return HttpResponseRedirect(reverse("insight:analysis", args=[view.id]))


@staff_page(Permission.REPORTS_READ)
@require_safe
def analysis_page(request: HttpRequest, study_id: UUID) -> HttpResponse:
    """One analysis: how far it is; the page asks again by itself and may be left."""
    by = request.actor  # type: ignore[attr-defined]
    study = shown_study(in_transaction(lambda: get_study(study_id, by=by)))
    is_part = request.headers.get("HX-Request") == "true"
    page = "insight/analysis_state.html" if is_part else "insight/analysis.html"
    return render(request, page, {"study": study})


@staff_page(Permission.STUDIES_RUN)
@require_POST
def cancel(request: HttpRequest, study_id: UUID) -> HttpResponse:
    """Call it off."""
    by = request.actor  # type: ignore[attr-defined]
    in_transaction(lambda: cancel_study(study_id, now=utc_now(), by=by))
    return HttpResponseRedirect(reverse("insight:analysis", args=[study_id]))


@staff_page(Permission.REPORTS_READ)
@require_safe
def study_file(request: HttpRequest, study_id: UUID, name: str) -> HttpResponse | FileResponse:
    """A file that the study has written, as a download that a browser runs nothing of."""
    by = request.actor  # type: ignore[attr-defined]
    file = in_transaction(lambda: get_study_file(study_id, name, by=by))
    path = study_folder(default_home(), study_id) / file.name
    try:
        opened = path.open("rb")
    except FileNotFoundError:
        raise StudyFilesGone from None
    response = FileResponse(
        opened, as_attachment=True, filename=file.name, content_type=media_type(file.name)
    )
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _ask(asked: AnalysisRequest, by: Any) -> StudyView:
    if asked.write_back:
        require(by, Permission.MEMBERS_WRITE)
    return request_study(KIND, asked.model_dump(mode="json"), now=utc_now(), by=by)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
