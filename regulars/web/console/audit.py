"""The audit trail: everything that was done or refused, the newest first."""

import csv
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from regulars.contexts.security.queries import list_audit_rows
from regulars.contexts.security.types import AuditRowView, Permission
from regulars.contexts.security.usecases.audit_export import AuditPart, export_audit
from regulars.kit.clock import utc_now
from regulars.kit.csv_safety import guard_cell
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.guard import staff_page
from regulars.web.console.audit_words import actor_name, colleagues, told
from regulars.web.design.faces import zone

_ROWS = 50
_COLUMNS = (
    "id", "at", "actor_kind", "actor", "who", "action", "object_kind", "object", "refused", "detail",
)  # fmt: skip
# Kinds of things that the chips above the table offer.
_KINDS = (
    ("", gettext_lazy("Everything")),
    ("member", gettext_lazy("Members")),
    ("programme.version", gettext_lazy("Programme")),
    ("approval", gettext_lazy("Approvals")),
    ("staff", gettext_lazy("Staff")),
    ("api_key", gettext_lazy("API keys")),
    ("store", gettext_lazy("Stores")),
)


class Filters(forms.Form):
    """What the trail is looked through for; what makes no sense is left out."""

    kind = forms.CharField(max_length=40, required=False)
    object = forms.CharField(max_length=120, required=False)
    actor = forms.CharField(max_length=80, required=False)
    since = forms.DateField(
        label=gettext_lazy("From"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    until = forms.DateField(
        label=gettext_lazy("To"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    cursor = forms.CharField(max_length=400, required=False)


@staff_page(Permission.AUDIT_READ)
@require_safe
def audit_page(request: HttpRequest) -> HttpResponse:
    """A page of the trail, by what is asked for in the address."""
    form, asked = _asked(request)
    by = request.actor  # type: ignore[attr-defined]
    found = in_transaction(
        lambda: list_audit_rows(**_part(asked), cursor=asked.get("cursor"), limit=_ROWS, by=by)
    )
    names = colleagues(by)
    kept = {name: value for name, value in asked.items() if name != "cursor"}
    page = {
        "form": form,
        "rows": [told(row, names) for row in found.items],
        "chips": [_chip(kind, str(title), kept) for kind, title in _KINDS],
        "narrowed": _narrowed(asked),
        "csv": reverse("console:audit_csv") + _address(kept),
        "first": _address(kept) if "cursor" in asked else "",
        "next": _address(kept | {"cursor": found.next_cursor}) if found.next_cursor else "",
    }
    return render(request, "console/audit.html", page)


@staff_page(Permission.AUDIT_READ)
@require_POST
def audit_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The same part of the trail as a file; that it was taken stands in the trail."""
    _, asked = _asked(request)
    now, by = utc_now(), request.actor  # type: ignore[attr-defined]
    rows = in_transaction(lambda: export_audit(_part(asked), now=now, by=by))
    answer = StreamingHttpResponse(
        _lines(rows, colleagues(by)), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="audit-{now:%Y-%m-%d}.csv"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _lines(rows: Iterator[AuditRowView], names: Mapping[UUID, str]) -> Iterator[str]:
    """The file in parts, with the names of actions and things as the books have them."""
    writer = csv.writer(_Echo())
    yield writer.writerow(_COLUMNS)
    for row in rows:
        cells = (
            str(row.id), row.at.astimezone(UTC).isoformat(), row.actor_kind, row.actor_id,
            actor_name(row, names), row.action, row.object_kind, row.object_id, row.refused or "",
            json.dumps(row.detail, ensure_ascii=False) if row.detail else "",
        )  # fmt: skip
        yield writer.writerow([guard_cell(cell) for cell in cells])


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _asked(request: HttpRequest) -> tuple[Filters, dict[str, Any]]:
    """What the address asks for, as far as it makes sense."""
    form = Filters(request.GET)
    form.is_valid()
    return form, {name: value for name, value in form.cleaned_data.items() if value}


def _part(asked: dict[str, Any]) -> AuditPart:
    return {
        "object_kind": asked.get("kind"),
        "object_id": asked.get("object"),
        "actor_id": asked.get("actor"),
        "since": _start(asked.get("since")),
        "until": _start(asked.get("until"), days=1),
    }


def _chip(kind: str, title: str, kept: dict[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in kept.items() if name not in ("kind", "object")}
    return {
        "title": title,
        "href": _address(rest | ({"kind": kind} if kind else {})),
        "current": kept.get("kind", "") == kind,
        "count": None,
    }


def _narrowed(asked: dict[str, Any]) -> str:
    """Says that only one object or one actor is shown, where that is so."""
    if "object" in asked:
        return _("Only what was done to %(object)s.") % {"object": asked["object"]}
    if "actor" in asked:
        return _("Only what one of them did.")
    return ""


def _address(asked: dict[str, Any]) -> str:
    return "?" + urlencode({name: str(value) for name, value in asked.items()})


def _start(day: Any, *, days: int = 0) -> datetime | None:
    """The start of a business day, or of the one so many days later."""
    if day is None:
        return None
    business: ZoneInfo = zone()
    return datetime.combine(day + timedelta(days=days), time(), business)
