"""A file that was uploaded: what stands in it, what its columns are taken for, and the trial run."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from regulars.contexts.economics.usecases.studies import request_study
from regulars.contexts.security.types import Permission
from regulars.core.refusal import Refused
from regulars.kit.clock import utc_now
from regulars.kit.database.home import default_home
from regulars.kit.transactions import in_transaction
from regulars.studies.requests import ImportRequest
from regulars.studies.uploads import Upload, get_upload, remove_upload
from regulars.web.accounts.guard import staff_page
from regulars.web.accounts.refusals import told
from regulars.web.design.faces import language, programme
from regulars.web.intake.mapping import MappingForm, sample_of


@staff_page(Permission.RECEIPTS_IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def columns_page(request: Any, upload_id: UUID) -> HttpResponse:
    """What the columns hold: guessed, to be put right; then a trial run is begun."""
    upload = get_upload(default_home(), upload_id, staff=request.actor.staff_id)
    form = MappingForm(upload.look, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        asked = _asked(upload, form)
        now, by = utc_now(), request.actor
        try:
            study = in_transaction(lambda: request_study("import", asked, now=now, by=by))
        except Refused as refusal:
            form.add_error(None, told(request, refusal))
        else:
            return HttpResponseRedirect(reverse("intake:import", args=[study.id]))
    page = {
        "upload": upload,
        "form": form,
        "sample": sample_of(upload.look),
        "has_programme": bool(programme()),
    }
    status = 422 if form.errors else 200
    return render(request, "intake/columns.html", page, status=status)


@staff_page(Permission.RECEIPTS_IMPORT)
@require_POST
def remove(request: Any, upload_id: UUID) -> HttpResponse:
    """Remove a file of one's own before it is imported."""
    remove_upload(default_home(), upload_id, staff=request.actor.staff_id)
    messages.success(request, _("The file is removed."))
    return HttpResponseRedirect(reverse("intake:imports"))


def _asked(upload: Upload, form: MappingForm) -> dict[str, Any]:
    return ImportRequest(
        kind="import",
        language="ru" if language() == "ru" else "en",
        upload=upload.id,
        name=upload.name,
        bytes=upload.bytes,
        staff=upload.staff,
        mapping=form.mapping(),
        enrol=form.cleaned_data["enrol"],
    ).model_dump(mode="json")
