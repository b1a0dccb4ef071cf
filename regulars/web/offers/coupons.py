"""Coupons in the console: batches made by a pattern, sent out as a file, revoked; a code looked up."""

import csv
from collections.abc import Iterator
from datetime import datetime
from io import StringIO
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.contexts.programme.queries import NoProgrammeInForce, compiled_at
from regulars.contexts.rewards.queries.coupons import (
    get_batch,
    get_batch_figures,
    get_coupon_life,
    list_batches,
)
from regulars.contexts.rewards.types import BatchTerms
from regulars.contexts.rewards.usecases.coupon_batches import (
    create_batch,
    generate_codes,
    revoke_batch,
)
from regulars.contexts.rewards.usecases.coupon_codes import EXPORT_COLUMNS, export_codes
from regulars.contexts.security.types import Actor, Permission
from regulars.core.programme.texts import text_in
from regulars.core.refusal import Refused
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.guard import staff_page
from regulars.web.accounts.refusals import told
from regulars.web.design.faces import language, zone

_ROWS = 50
_DAY = "%Y-%m-%d"
_KINDS = {
    "waiting": "", "not_yet": "info", "ready": "good", "reserved": "warn", "used": "special",
    "expired": "", "revoked": "bad", "batch_revoked": "bad",
}  # fmt: skip
_STATES = {
    "waiting": gettext_lazy("belongs to nobody yet"),
    "not_yet": gettext_lazy("not valid yet"),
    "ready": gettext_lazy("can be used"),
    "reserved": gettext_lazy("held by a quote"),
    "used": gettext_lazy("used"),
    "expired": gettext_lazy("expired"),
    "revoked": gettext_lazy("revoked"),
    "batch_revoked": gettext_lazy("its batch is revoked"),
}


def _day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format=_DAY)


class Batch(forms.Form):
    """A batch of coupons; what may be is the core's to say."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=40,
        help_text=gettext_lazy(
            "Small Latin letters, digits, and . - _; it stays the same for ever."
        ),
    )
    title = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    promotion = forms.ChoiceField(label=gettext_lazy("Promotion it switches on"))
    pattern = forms.CharField(
        label=gettext_lazy("Pattern"),
        max_length=40,
        initial="????-????-???*",
        help_text=gettext_lazy("? a letter or digit, # a digit, * a check character at the end."),
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )
    uses_max = forms.IntegerField(label=gettext_lazy("Uses of one coupon"), initial=1)
    bound = forms.BooleanField(
        label=gettext_lazy("Works only for the member it was given to"), required=False
    )
    since = forms.DateField(
        label=gettext_lazy("From"),
        required=False,
        widget=_day_input(),
    )
    until = forms.DateField(
        label=gettext_lazy("Until, not included"),
        required=False,
        widget=_day_input(),
    )
    valid_days = forms.IntegerField(label=gettext_lazy("Days it is good for"), required=False)

    def __init__(self, *args: Any, promotions: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["promotion"].choices = promotions  # type: ignore[attr-defined]


@staff_page(Permission.REWARDS_READ)
@require_safe
def coupons_page(request: HttpRequest) -> HttpResponse:
    """Batches by code; and a coupon that was typed, with everything that happened to it."""
    now, by = utc_now(), request.actor  # type: ignore[attr-defined]
    after = request.GET.get("after", "")[:40]
    found = list_batches(after=after, limit=_ROWS + 1, by=by)
    typed = request.GET.get("q", "")
    page: dict[str, Any] = {
        "rows": found[:_ROWS],
        "first": "?" if after else "",
        "next": f"?after={found[_ROWS - 1].code}" if len(found) > _ROWS else "",
        "may_look_up": by.permissions & {Permission.REWARDS_REDEEM, Permission.REWARDS_WRITE},
        "may_make": Permission.REWARDS_WRITE in by.permissions,
        "promotions": _promotions(now),
        "typed": typed,
    }
    return render(request, "offers/coupons.html", page)


@staff_page()
@require_POST
def look_up(request: HttpRequest) -> HttpResponse:
    """A coupon by its code, which is a secret and therefore comes in the body, never in an address."""
    now, by = utc_now(), request.actor  # type: ignore[attr-defined]
    typed = request.POST.get("code", "")[:80]
    page: dict[str, Any] = {"typed": typed}
    try:
        life = get_coupon_life(typed, now=now, by=by)
    except Refused as refusal:
        if refusal.kind == "forbidden":
            raise
        page["refused"] = told(request, refusal)
    else:
        page |= {
            "life": life,
            "state": _STATES[life.coupon.status],
            "kind": _KINDS[life.coupon.status],
        }
    return render(request, "offers/coupon.html", page)


@staff_page(Permission.REWARDS_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def batch_new(request: HttpRequest) -> HttpResponse:
    """A new batch, as yet without coupons."""
    now, by = utc_now(), request.actor  # type: ignore[attr-defined]
    form = Batch(request.POST or None, promotions=_promotions(now))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            in_transaction(lambda: _created(said, now, by))
        except Refused as refusal:
            name = (refusal.pointer or "").strip("/")
            form.add_error(name if name in form.fields else None, told(request, refusal))
        else:
            messages.success(request, _("The batch is there: now make its coupons."))
            return HttpResponseRedirect(reverse("offers:batch", args=[said["code"]]))
    status = 422 if form.errors else 200
    return render(request, "offers/batch_new.html", {"form": form}, status=status)


@staff_page(Permission.REWARDS_READ)
@require_safe
def batch_page(request: HttpRequest, code: str) -> HttpResponse:
    """One batch: its terms, and what became of its coupons."""
    by = request.actor  # type: ignore[attr-defined]
    view = get_batch(code, by=by)
    page = {
        "view": view,
        "figures": get_batch_figures(code, by=by),
        "may_make": Permission.REWARDS_WRITE in by.permissions,
        "is_open": view.status == "open",
    }
    return render(request, "offers/batch.html", page)


@staff_page(Permission.REWARDS_WRITE)
@require_POST
def make(request: HttpRequest, code: str) -> HttpResponse:
    """So many more coupons."""
    text = request.POST.get("count", "").strip()
    count = int(text) if text.isdecimal() and len(text) < 10 else 0
    return _done(
        request, code,
        lambda now, by: generate_codes(code, count, now=now, by=by), _("The coupons are made."),
    )  # fmt: skip


@staff_page(Permission.REWARDS_WRITE, step_up=True)
@require_POST
def export(request: HttpRequest, code: str) -> HttpResponse:
    """Every coupon of the batch as a CSV file."""
    now, by = utc_now(), request.actor  # type: ignore[attr-defined]

    def whole() -> str:
        return "".join(_csv(export_codes(code, now=now, by=by)))

    response = HttpResponse(in_transaction(whole), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="coupons.csv"'
    return response


@staff_page(Permission.REWARDS_WRITE)
@require_POST
def revoke(request: HttpRequest, code: str) -> HttpResponse:
    """None of its coupons works any more."""
    return _done(
        request, code,
        lambda now, by: revoke_batch(code, now=now, by=by), _("The batch is revoked."),
    )  # fmt: skip


def _created(said: dict[str, Any], now: datetime, by: Actor) -> None:
    terms = BatchTerms(
        said["title"], said["promotion"], said["uses_max"], said["bound"],
        since=_start(said["since"]), until=_start(said["until"]), valid_days=said["valid_days"],
    )  # fmt: skip
    create_batch(said["code"], terms, pattern=said["pattern"], now=now, by=by)


def _start(day: Any) -> datetime | None:
    return datetime(day.year, day.month, day.day, tzinfo=zone()) if day else None


def _promotions(now: datetime) -> list[tuple[str, str]]:
    """The promotions in force that coupons switch on."""
    try:
        programme = compiled_at(now).document
    except NoProgrammeInForce:
        return []
    return [
        (each.id, text_in(each.title, language()))
        for each in programme.promotions
        if each.trigger.kind == "coupon"
    ]


def _csv(rows: Iterator[dict[str, str]]) -> Iterator[str]:
    for row in ({name: name for name in EXPORT_COLUMNS}, *rows):
        line = StringIO()
        csv.DictWriter(line, EXPORT_COLUMNS).writerow(row)
        yield line.getvalue()


def _done(request: HttpRequest, code: str, work: Any, said: str) -> HttpResponse:
    now, by = utc_now(), request.actor  # type: ignore[attr-defined]
    try:
        in_transaction(lambda: work(now, by))
    except Refused as refusal:
        if refusal.kind == "not_found":
            raise
        messages.error(request, told(request, refusal))
    else:
        messages.success(request, said)
    return HttpResponseRedirect(reverse("offers:batch", args=[code]))
