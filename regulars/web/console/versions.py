"""The programme's versions: a list, one with what it changes, and the way from draft to in force."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.contexts.programme.queries import (
    VersionNotFound,
    diff_versions,
    export_version,
    get_timeline,
    get_version,
    list_publications,
    list_versions,
)
from regulars.contexts.programme.types import VersionView
from regulars.contexts.programme.usecases import (
    approve_version,
    draft_version,
    publish_version,
    retire_version,
    revise_draft,
)
from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.till.queries.places import has_sales
from regulars.core.programme.check import ProgrammeInvalid
from regulars.core.programme.lifecycle import VersionStatus
from regulars.core.programme.texts import text_in
from regulars.core.refusal import Refused
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.guard import staff_page
from regulars.web.accounts.refusals import told
from regulars.web.console.audit_words import colleagues
from regulars.web.design.faces import language, zone

_ROWS = 30
_DOCUMENT_LENGTH_MAX = 400_000
_BADGES = {
    VersionStatus.DRAFT: ("", gettext_lazy("draft")),
    VersionStatus.APPROVED: ("info", gettext_lazy("approved")),
    VersionStatus.LIVE: ("good", gettext_lazy("in force")),
    VersionStatus.RETIRED: ("", gettext_lazy("retired")),
    VersionStatus.WITHDRAWN: ("bad", gettext_lazy("withdrawn")),
}
_CHANGE_ICONS = {"added": "plus", "removed": "minus", "changed": "edit", "moved": "arrow-down"}


class Document(forms.Form):
    """A programme as it is written, and a note about the change."""

    document = forms.CharField(
        label=gettext_lazy("Programme document"),
        max_length=_DOCUMENT_LENGTH_MAX,
        widget=forms.Textarea(attrs={"class": "code-area", "spellcheck": "false", "rows": 30}),
    )
    note = forms.CharField(
        label=gettext_lazy("What is new"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("For colleagues: why, and what to look at."),
    )
    seen = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)


class Publish(forms.Form):
    """From when a version counts; empty: at once."""

    live_from = forms.DateTimeField(required=False, input_formats=["%Y-%m-%dT%H:%M"])


@staff_page(Permission.PROGRAMME_READ)
@require_safe
def versions_page(request: HttpRequest) -> HttpResponse:
    """Versions, the newest first, and which one is in force when."""
    now, by = utc_now(), request.actor  # type: ignore[attr-defined]
    told_before = request.GET.get("before", "")
    before = int(told_before) if told_before.isdecimal() and len(told_before) < 9 else None
    found = list_versions(before=before, limit=_ROWS + 1, now=now)
    shown, names = found[:_ROWS], colleagues(by)
    page = {
        "rows": [_row(view, names) for view in shown],
        "first": "?" if before else "",
        "next": f"?before={shown[-1].number}" if len(found) > _ROWS else "",
        "coming": [one for one in list_publications() if _is_coming(one, now)],
    }
    return render(request, "console/versions.html", page)


@staff_page(Permission.PROGRAMME_READ)
@require_safe
def version_page(request: HttpRequest, number: int) -> HttpResponse:
    """One version: where it stands, what it changes against another, what may be done."""
    now, by = utc_now(), request.actor  # type: ignore[attr-defined]
    view = get_version(number, now=now)
    other = _compared(request, view, now)
    changes = diff_versions(other, number) if other else ()
    spoken = language()
    page = {
        "row": _row(view, colleagues(by)),
        "view": view,
        "other": other,
        "others": [one.number for one in list_versions(now=now) if one.number != number],
        "changes": [
            {
                "kind": str(one.kind),
                "icon": _CHANGE_ICONS[str(one.kind)],
                "text": one.sentence(spoken),
            }
            for one in changes
        ],
        "document": export_version(number),
        **_allowed(view, by),
    }
    return render(request, "console/version.html", page)


@staff_page(Permission.PROGRAMME_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_page(request: HttpRequest, number: int) -> HttpResponse:
    """Write a draft: this one anew if it is a draft, else a new version that starts from it."""
    now, by = utc_now(), request.actor  # type: ignore[attr-defined]
    view = get_version(number, now=now)
    form = Document(request.POST or None, initial=_initial(view))
    problems: list[dict[str, str]] = []
    if request.method == "POST" and form.is_valid():
        try:
            kept = in_transaction(lambda: _write(view, form.cleaned_data, now, by))
        except ProgrammeInvalid as invalid:
            problems = [
                {"pointer": one.pointer, "text": one.sentence(language())}
                for one in invalid.problems
            ]
        except Refused as refusal:
            form.add_error(None, told(request, refusal))
        else:
            messages.success(request, _("Kept as version %(number)s.") % {"number": kept.number})
            return HttpResponseRedirect(reverse("console:version", args=[kept.number]))
    page = {"form": form, "view": view, "problems": problems, "is_draft": _is_draft(view)}
    wrong = bool(form.errors or problems)
    return render(request, "console/version_edit.html", page, status=422 if wrong else 200)


@staff_page(Permission.PROGRAMME_APPROVE)
@require_POST
def approve(request: HttpRequest, number: int) -> HttpResponse:
    """A second person agrees with the draft that they have seen."""
    seen = request.POST.get("seen", "")[:64]
    alone = request.POST.get("alone_reason", "").strip()[:500] or None
    now, by = utc_now(), request.actor  # type: ignore[attr-defined]
    return _done(
        request,
        number,
        lambda: approve_version(number, seen_digest=seen, alone_reason=alone, now=now, by=by),
        _("Version %(number)s is approved: from here on it never changes.") % {"number": number},
    )


@staff_page(Permission.PROGRAMME_PUBLISH, step_up=True)
@require_POST
def publish(request: HttpRequest, number: int) -> HttpResponse:
    """Put the version in force, at once or from a moment on the business clock."""
    form = Publish(request.POST)
    if not form.is_valid():
        messages.error(request, _("This is no date and time."))
        return HttpResponseRedirect(reverse("console:version", args=[number]))
    at: datetime | None = form.cleaned_data["live_from"]
    live_from = at.replace(tzinfo=zone()) if at else None
    now, by = utc_now(), request.actor  # type: ignore[attr-defined]
    said = (
        _("Published: tills count by version %(number)s from then on.")
        if at
        else _("Published: in a few seconds tills count by version %(number)s.")
    )
    return _done(
        request,
        number,
        lambda: publish_version(number, live_from, has_sales=has_sales(), now=now, by=by),
        said % {"number": number},
    )


@staff_page(Permission.PROGRAMME_WRITE)
@require_POST
def drop(request: HttpRequest, number: int) -> HttpResponse:
    """Take the version out of use for good."""
    now, by = utc_now(), request.actor  # type: ignore[attr-defined]
    return _done(
        request,
        number,
        lambda: retire_version(number, now=now, by=by),
        _("Version %(number)s is out of use.") % {"number": number},
    )


def _done(request: HttpRequest, number: int, work: Any, said: str) -> HttpResponse:
    try:
        in_transaction(work)
    except VersionNotFound:
        raise
    except Refused as refusal:
        messages.error(request, told(request, refusal))
    else:
        messages.success(request, said)
    return HttpResponseRedirect(reverse("console:version", args=[number]))


def _write(view: VersionView, said: dict[str, Any], now: datetime, by: Actor) -> VersionView:
    if _is_draft(view):
        return revise_draft(
            view.number, said["document"],
            note=said["note"], seen_digest=said["seen"] or None, now=now, by=by,
        )  # fmt: skip
    return draft_version(said["document"], note=said["note"], now=now, by=by)


def _initial(view: VersionView) -> dict[str, str]:
    note = view.note if _is_draft(view) else ""
    return {"document": export_version(view.number), "note": note, "seen": view.digest}


def _is_draft(view: VersionView) -> bool:
    return view.status is VersionStatus.DRAFT


def _is_coming(publication: Any, now: datetime) -> bool:
    return publication.withdrawn_at is None and publication.live_from > now


def _compared(request: HttpRequest, view: VersionView, now: datetime) -> int | None:
    """The version asked for, else the one in force, else the one before; None for the first."""
    asked = request.GET.get("with", "")
    if asked.isdecimal() and len(asked) < 9:
        return get_version(int(asked), now=now).number
    live = get_timeline().timeline.version_at(now)
    if live is not None and live != view.number:
        return live
    return view.number - 1 or None


def _row(view: VersionView, names: Any) -> dict[str, Any]:
    kind, word = _BADGES[view.status]
    if view.status is VersionStatus.APPROVED and view.live_from:
        word = _("published")
    return {
        "view": view,
        "title": text_in(dict(view.title), language()),
        "kind": kind,
        "status": word,
        "author": _person(view.author, names),
        "approved_by": _person(view.approved_by, names) if view.approved_by else "",
    }


def _person(told_of: str, names: Any) -> str:
    found = {str(staff_id): name for staff_id, name in names.items()}
    if told_of in found:
        return found[told_of]
    return _("Regulars") if told_of.startswith("system:") else _("A colleague")


def _allowed(view: VersionView, by: Actor) -> dict[str, bool]:
    """Which buttons there are; whether the rules agree is decided when one is pressed."""
    held, status = by.permissions, view.status
    return {
        "may_edit": Permission.PROGRAMME_WRITE in held,
        "may_approve": status is VersionStatus.DRAFT and Permission.PROGRAMME_APPROVE in held,
        "may_publish": status in (VersionStatus.APPROVED, VersionStatus.LIVE)
        and Permission.PROGRAMME_PUBLISH in held,
        "may_drop": status in (VersionStatus.DRAFT, VersionStatus.APPROVED)
        and Permission.PROGRAMME_WRITE in held,
        "may_roll_back": status is VersionStatus.RETIRED and Permission.PROGRAMME_PUBLISH in held,
        "own": str(by.staff_id) in view.editors,
    }
