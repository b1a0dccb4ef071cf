"""Keys of programs: which there are and who answers for them; a new one is shown once."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.contexts.security.queries import list_api_keys, list_grantable_scopes
from regulars.contexts.security.types import Actor, ApiKeyView, Permission, Plane, Scope
from regulars.contexts.security.usecases.keys import issue_api_key, revoke_api_key
from regulars.kit.clock import utc_now
from regulars.kit.paging import cursor_id, make_cursor, read_cursor
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.guard import staff_page
from regulars.web.console.audit_words import colleagues
from regulars.web.design.faces import zone
from regulars.web.office.acting import PAGE, cursor_of, done, form_page, trail, tried
from regulars.web.office.scope_words import ScopesByArea, scope_areas, scope_titles


class KeyForm(forms.Form):
    """What a program's key is for."""

    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"),
        max_length=120,
        help_text=gettext_lazy("Of the program that works with it."),
    )
    scopes = forms.MultipleChoiceField(label=gettext_lazy("It may"), widget=ScopesByArea)
    last_day = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Left empty: good until somebody ends it."),
    )

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = scope_areas(list_grantable_scopes(by=by))  # type: ignore[attr-defined]

    def ends_at(self) -> datetime | None:
        """The end of the last day by the clock of the programme."""
        day = self.cleaned_data["last_day"]
        return day and datetime.combine(day + timedelta(days=1), time.min, zone())


@staff_page(Permission.KEYS_READ)
@require_safe
def keys_page(request: Any) -> HttpResponse:
    """Keys of programs, the newest first; those in force unless all are wanted."""
    everything = request.GET.get("state") == "all"
    cursor = cursor_of(request)
    before = cursor_id(read_cursor(cursor, str)[0]) if cursor else None
    now, by = utc_now(), request.actor
    found = in_transaction(
        lambda: list_api_keys(
            plane=Plane.MANAGE, in_force_at=None if everything else now,
            before=before, limit=PAGE + 1, by=by,
        )
    )  # fmt: skip
    here = reverse("office:keys")
    asked = "state=all&" if everything else ""
    names = colleagues(by)
    page = {
        "keys": [_row(key, names, now) for key in found[:PAGE]],
        "chips": [
            {"title": _("In force"), "href": here, "current": not everything},
            {"title": _("All"), "href": f"{here}?state=all", "current": everything},
        ],
        "first": f"{here}?{asked}" if cursor else "",
        "next": f"{here}?{asked}cursor={make_cursor(found[PAGE - 1].id.hex)}"
        if len(found) > PAGE
        else "",
    }
    return render(request, "office/keys.html", page)


@staff_page(Permission.KEYS_WRITE, step_up=True)
@require_http_methods(["GET", "HEAD", "POST"])
def new_key(request: Any) -> HttpResponse:
    """Make a key that acts as oneself; the answer is the only page that ever shows it."""
    form = KeyForm(request.POST or None, by=request.actor)
    issued = tried(
        request,
        form,
        lambda: issue_api_key(
            name=form.cleaned_data["name"], plane=Plane.MANAGE,
            scopes=tuple(map(Scope, form.cleaned_data["scopes"])),
            staff_id=request.actor.staff_id, expires_at=form.ends_at(),
            now=utc_now(), by=request.actor,
        ),
    )  # fmt: skip
    steps = [(reverse("office:keys"), _("API keys"))]
    if issued:
        page = {"token": issued.token, "back": steps[0][0], "crumbs": trail(*steps)}
        return render(request, "office/key_shown.html", page)
    lead = _("A program with it acts as you, and can do no more than you may. It is shown once.")
    return form_page(
        request, form, title=_("New key"), submit=_("Make the key"), lead=lead, crumbs=steps
    )


@staff_page(Permission.KEYS_WRITE)
@require_POST
def end_key(request: Any, key_id: UUID) -> HttpResponse:
    """End a key."""
    return done(
        request,
        lambda: revoke_api_key(key_id, now=utc_now(), by=request.actor),
        _("The key opens nothing more."),
        reverse("office:keys"),
    )


def _row(key: ApiKeyView, names: dict[UUID, str], now: datetime) -> dict[str, Any]:
    ended = key.revoked_at is not None
    past = key.expires_at is not None and key.expires_at <= now
    return {
        "view": key,
        "scopes": scope_titles(key.scopes),
        "who": names.get(key.staff_id, "") if key.staff_id else "",
        "state": _("ended") if ended else _("run out") if past else _("in force"),
        "kind": "good" if not (ended or past) else "",
        "open": not ended and not past,
    }
