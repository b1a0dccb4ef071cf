"""Imports of receipts: a file is uploaded, tried, brought in; what became of each; its rejected rows."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.contexts.economics.queries.studies import (
    StudyFilesGone,
    StudyNotDone,
    StudyNotFound,
    get_study,
    get_study_file,
    list_studies,
)
from regulars.contexts.economics.types import StudyState, StudyView
from regulars.contexts.economics.usecases.studies import cancel_study, request_study
from regulars.contexts.security.types import Actor, Permission
from regulars.core.refusal import Refused
from regulars.kit.clock import utc_now
from regulars.kit.database.home import default_home
from regulars.kit.paging import cursor_id, make_cursor, read_cursor
from regulars.kit.transactions import in_transaction
from regulars.studies.folders import media_type, study_folder
from regulars.studies.requests import REJECTS, ImportRequest
from regulars.studies.uploads import (
    BYTES_MAX,
    Upload,
    UploadNotFound,
    UploadTooLarge,
    get_upload,
    keep_upload,
    list_uploads,
)
from regulars.web.accounts.guard import staff_page
from regulars.web.accounts.refusals import told
from regulars.web.console.audit_words import colleagues
from regulars.web.intake.words import said, state_of, told_summary
from regulars.web.templatetags.figures import share

KIND = "import"
_PAGE = 30
_OPEN = (StudyState.QUEUED, StudyState.RUNNING)
_ENDINGS = ".csv,.txt,.tsv,.gz,.xlsx,.parquet"


class UploadForm(forms.Form):
    """The file."""

    file = forms.FileField(
        label=gettext_lazy("File of receipts"),
        max_length=1000,
        widget=forms.ClearableFileInput({"accept": _ENDINGS}),
        help_text=gettext_lazy(
            "CSV, also packed by gzip, XLSX or Parquet, up to 9 MB. What it is shows in the file "
            "itself; larger text is packed by the browser."
        ),
    )


@staff_page(Permission.RECEIPTS_IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def imports_page(request: Any) -> HttpResponse:
    """Past imports, the newest first, files of one's own that wait, and the place for another."""
    form = UploadForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_bound and form.is_valid():
        try:
            upload = _kept(form.cleaned_data["file"], request.actor)
        except Refused as refusal:
            form.add_error("file", told(request, refusal))
        else:
            return HttpResponseRedirect(reverse("intake:columns", args=[upload]))
    cursor = request.GET.get("cursor", "")[:400]
    before = cursor_id(read_cursor(cursor, str)[0]) if cursor else None
    by = request.actor
    found = in_transaction(lambda: list_studies(kind=KIND, before=before, limit=_PAGE + 1, by=by))
    rows = found[:_PAGE]
    names = {str(staff_id): name for staff_id, name in colleagues(by).items()}
    page = {
        "form": form,
        "bytes_max": BYTES_MAX,
        "waiting": _waiting(rows, by),
        "rows": [_row(view, names) for view in rows],
        "first": reverse("intake:imports") if cursor else "",
        "next": f"?cursor={make_cursor(rows[-1].id.hex)}" if len(found) > _PAGE else "",
    }
    return render(request, "intake/imports.html", page, status=422 if form.errors else 200)


@staff_page(Permission.RECEIPTS_IMPORT)
@require_safe
def import_page(request: Any, study_id: UUID) -> HttpResponse:
    """How far it is, or what came of it; asked again every two seconds until it has ended."""
    view = in_transaction(lambda: _import(study_id, request.actor))
    is_part = request.headers.get("HX-Request") == "true"
    template = "intake/import_part.html" if is_part else "intake/import.html"
    return render(request, template, _shown(view, request.actor))


@staff_page(Permission.RECEIPTS_IMPORT)
@require_POST
def start(request: Any, study_id: UUID) -> HttpResponse:
    """Bring in what a trial run has shown; asked twice, it is begun once."""
    now, by = utc_now(), request.actor

    def work() -> UUID:
        tried = _import(study_id, by)
        asked = ImportRequest.model_validate(tried.request)
        if tried.state is not StudyState.DONE or not asked.dry_run:
            raise StudyNotDone(state=said(f"study.state_{tried.state}"))
        get_upload(default_home(), asked.upload, staff=by.staff_id)
        begun = _begun(study_id, by)
        if begun is not None:
            return begun
        real = asked.model_copy(update={"dry_run": False, "checked": study_id})
        return request_study(KIND, real.model_dump(mode="json"), now=now, by=by).id

    try:
        begun = in_transaction(work)
    except (UploadNotFound, StudyNotFound):
        raise
    except Refused as refusal:
        if refusal.kind == "forbidden":
            raise
        messages.error(request, told(request, refusal))
        begun = study_id
    return HttpResponseRedirect(reverse("intake:import", args=[begun]))


@staff_page(Permission.RECEIPTS_IMPORT)
@require_POST
def cancel(request: Any, study_id: UUID) -> HttpResponse:
    """Call it off; what is in the books already stays there."""
    now, by = utc_now(), request.actor

    def work() -> None:
        _import(study_id, by)
        cancel_study(study_id, now=now, by=by)

    in_transaction(work)
    messages.success(request, _("Called off."))
    return HttpResponseRedirect(reverse("intake:import", args=[study_id]))


@staff_page(Permission.RECEIPTS_IMPORT)
@require_safe
def rejects(request: Any, study_id: UUID) -> HttpResponse:
    """The rows that were not taken, with their lines and reasons; they can be mended and imported."""

    def work() -> StudyView:
        get_study_file(study_id, REJECTS, by=request.actor)
        return _import(study_id, request.actor)

    view = in_transaction(work)
    try:
        content = (study_folder(default_home(), study_id) / REJECTS).read_bytes()
    except FileNotFoundError:
        raise StudyFilesGone from None
    response = HttpResponse(content, content_type=media_type(REJECTS))
    response["Content-Disposition"] = f'attachment; filename="rejects-{view.made_at:%Y-%m-%d}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _kept(file: Any, by: Actor) -> UUID:
    if file.size > BYTES_MAX:
        raise UploadTooLarge(size=-(-file.size >> 20), most=BYTES_MAX >> 20)
    assert by.staff_id is not None, "a person is signed in"
    kept = keep_upload(default_home(), file.name, file.chunks(), staff=by.staff_id, now=utc_now())
    return kept.id


def _import(study_id: UUID, by: Actor) -> StudyView:
    found = get_study(study_id, by=by)
    if found.kind != KIND:
        raise StudyNotFound(pointer="/study")
    return found


def _begun(tried: UUID, by: Actor) -> UUID | None:
    """The import that this trial run has led to already, unless it came to nothing."""
    for view in list_studies(kind=KIND, limit=_PAGE, by=by):
        counts = view.state in (*_OPEN, StudyState.DONE)
        if counts and view.request.get("checked") == str(tried):
            return view.id
    return None


def _waiting(rows: Sequence[StudyView], by: Actor) -> list[Upload]:
    """The person's files that no import among `rows` has brought in already."""
    done = {
        view.request["upload"]
        for view in rows
        if view.state is StudyState.DONE and not view.request["dry_run"]
    }
    kept = list_uploads(default_home(), staff=by.staff_id)
    return [upload for upload in kept if str(upload.id) not in done]


def _row(view: StudyView, names: dict[str, str]) -> dict[str, Any]:
    return {
        "view": view,
        "name": view.request["name"],
        "is_trial": view.request["dry_run"],
        "state": state_of(view),
        "by": names.get(view.made_by, ""),
        "summary": view.summary,
    }


def _shown(view: StudyView, by: Actor) -> dict[str, Any]:
    asked = ImportRequest.model_validate(view.request)
    is_open, is_done = view.state in _OPEN, view.state is StudyState.DONE
    files = {file.name for file in view.files} if is_done and view.removed_at is None else set()
    is_mine = _is_there(asked, by)
    return {
        "view": view,
        "asked": asked,
        "state": state_of(view),
        "is_open": is_open,
        "phase": said(view.phase or "study.starting"),
        "progress": share(view.done / view.total) if view.total else "",
        "may_cancel": is_open and not view.stops,
        "refused": said(view.refusal, view.refusal_params) if view.refusal else "",
        "has_rejects": REJECTS in files,
        "may_start": is_done and asked.dry_run and is_mine,
        "columns": reverse("intake:columns", args=[asked.upload]) if is_mine else "",
        **(told_summary(view.summary, asked.mapping.columns) if view.summary else {}),
    }


def _is_there(asked: ImportRequest, by: Actor) -> bool:
    try:
        return bool(by.staff_id and get_upload(default_home(), asked.upload, staff=by.staff_id))
    except UploadNotFound:
        return False
