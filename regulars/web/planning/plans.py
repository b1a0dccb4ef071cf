"""Plans that are kept: the list, a new one from own history or typical numbers, putting one away."""

import re
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.contexts.economics.queries.past_months import list_past_months
from regulars.contexts.economics.queries.plans import list_plans
from regulars.contexts.economics.types import PlanView
from regulars.contexts.economics.usecases.plans import archive_plan, create_plan, restore_plan
from regulars.contexts.programme.queries import NoProgrammeInForce, compiled_at
from regulars.contexts.security.types import Permission
from regulars.core.economics.base import base_of
from regulars.core.economics.document import MONTHS_MAX
from regulars.core.economics.plan import parse_plan
from regulars.core.economics.starting import starting_document
from regulars.core.programme.compiled import Compiled
from regulars.core.programme.texts import MONEY, text_in
from regulars.core.refusal import Refused
from regulars.core.wording.catalogue import sentence
from regulars.kit.clock import utc_now
from regulars.kit.paging import cursor_id, make_cursor, read_cursor
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.guard import staff_page
from regulars.web.accounts.refusals import told
from regulars.web.console.audit_words import colleagues
from regulars.web.design.faces import language, zone
from regulars.web.planning.numbers import NoNumber, read

_PAGE = 30
_START = re.compile(r"^(19|20|21)\d\d-(0[1-9]|1[0-2])$", re.ASCII)


class NewPlan(forms.Form):
    """What a plan begins with."""

    title = forms.CharField(label=gettext_lazy("Title of the plan"), max_length=200)
    base = forms.ChoiceField(choices=[("own", "own"), ("typical", "typical")], initial="typical")
    margin = forms.CharField(
        label=gettext_lazy("Margin on sales, per cent"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("Receipts do not know it. Left empty, it is a guess and marked so."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    start = forms.CharField(
        label=gettext_lazy("First month"),
        max_length=7,
        widget=forms.TextInput(attrs={"type": "month", "placeholder": "2026-11"}),
    )
    months = forms.IntegerField(
        label=gettext_lazy("How many months"), min_value=1, max_value=MONTHS_MAX
    )
    money = forms.RegexField(MONEY, label=gettext_lazy("Money (a code such as EUR)"), max_length=3)

    def clean_start(self) -> str:
        """A month of the calendar."""
        said: str = self.cleaned_data["start"]
        if not _START.fullmatch(said):
            raise forms.ValidationError(_("A year and a month such as 2026-11."))
        return said

    def clean_margin(self) -> float | None:
        """A share of one; None where it is left empty."""
        said = self.cleaned_data["margin"].strip()
        try:
            share = read(said, percent=True) if said else None
        except NoNumber:
            raise forms.ValidationError(_("This is no number.")) from None
        if share is not None and not 0 <= share <= 1:
            raise forms.ValidationError(_("Between 0 and 100."))
        return share


@staff_page(Permission.REPORTS_READ)
@require_safe
def plans_page(request: Any) -> HttpResponse:
    """Plans that are worked on, or those that were put away, the newest first."""
    archived = request.GET.get("show") == "archived"
    cursor = request.GET.get("cursor")
    before = cursor_id(read_cursor(cursor, str)[0]) if cursor else None
    found = list_plans(archived=archived, before=before, limit=_PAGE + 1)
    names = {str(staff_id): name for staff_id, name in colleagues(request.actor).items()}
    here = reverse("planning:plans")
    kept = f"{here}?show=archived" if archived else here
    rows = found[:_PAGE]
    more = ""
    if len(found) > _PAGE:
        more = f"{kept}{'&' if archived else '?'}cursor={make_cursor(rows[-1].id.hex)}"
    page = {
        "rows": [_row(view, names) for view in rows],
        "archived": archived,
        "chips": [
            {"href": here, "title": _("Worked on"), "current": not archived},
            {"href": f"{here}?show=archived", "title": _("Put away"), "current": archived},
        ],
        "first": kept if cursor else "",
        "next": more,
    }
    return render(request, "planning/plans.html", page)


@staff_page(Permission.PLANS_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def new_page(request: Any) -> HttpResponse:
    """A plan to begin with; each number says where it is from."""
    programme = _in_force()
    if request.method == "POST":
        form = NewPlan(request.POST)
        if form.is_valid():
            try:
                view = _made(form.cleaned_data, programme, request)
            except Refused as refusal:
                form.add_error(None, told(request, refusal))
            else:
                return HttpResponseRedirect(reverse("planning:plan", args=[view.id]))
    else:
        form = NewPlan(initial=_initial(programme))
    chosen = form.data.get("base") if form.is_bound else form.initial["base"]
    page = {"form": form, "chosen": chosen, "has_own": programme is not None}
    return render(request, "planning/new.html", page, status=422 if form.errors else 200)


@staff_page(Permission.PLANS_WRITE)
@require_POST
def archive(request: Any, plan_id: UUID) -> HttpResponse:
    """Put the plan away; nothing is lost."""
    in_transaction(lambda: archive_plan(plan_id, now=utc_now(), by=request.actor))
    messages.success(request, _("The plan is put away."))
    return HttpResponseRedirect(reverse("planning:plans"))


@staff_page(Permission.PLANS_WRITE)
@require_POST
def restore(request: Any, plan_id: UUID) -> HttpResponse:
    """Take the plan up again."""
    in_transaction(lambda: restore_plan(plan_id, now=utc_now(), by=request.actor))
    messages.success(request, _("The plan is taken up again."))
    return HttpResponseRedirect(reverse("planning:plan", args=[plan_id]))


def _row(view: PlanView, names: dict[str, str]) -> dict[str, Any]:
    title = text_in(dict(view.title), language())
    return {"view": view, "title": title, "by": names.get(view.changed_by, "")}


def _in_force() -> Compiled | None:
    try:
        return compiled_at(utc_now())
    except NoProgrammeInForce:
        return None


def _initial(programme: Compiled | None) -> dict[str, Any]:
    start = f"{utc_now().astimezone(zone()):%Y-%m}"
    return {
        "title": starting_document("EUR", start, language())["title"][language()],
        "base": "own" if programme else "typical",
        "start": start,
        "months": 36,
        "money": programme.money if programme else "EUR",
    }


def _made(said: dict[str, Any], programme: Compiled | None, request: HttpRequest) -> PlanView:
    now, by = utc_now(), request.actor  # type: ignore[attr-defined]
    document = starting_document(said["money"], said["start"], language())
    document |= {"title": {language(): said["title"]}, "months": said["months"]}
    if programme and said["money"] == programme.money:
        document["money_scale"] = programme.money_scale
        _take_worth(document, programme)
    if said["base"] == "own" and programme:
        document["money"], document["money_scale"] = programme.money, programme.money_scale
        document["base"] = _own_base(said["margin"], now)
    elif said["margin"] is not None:
        document["base"]["margin"] = {"likely": said["margin"], "source": _word("stated")}
    plan = parse_plan(document)
    return in_transaction(lambda: create_plan(plan, now=now, by=by))


def _own_base(margin: float | None, now: datetime) -> dict[str, Any]:
    months = in_transaction(lambda: list_past_months(now=now))
    words = {name: _word(name) for name in ("source", "guess", "stated")}
    return base_of(months, margin=margin, words=words)


def _take_worth(document: dict[str, Any], programme: Compiled) -> None:
    """What a point of the programme in force is worth, where one pays like money."""
    for code, currency in programme.currencies.items():
        if currency.money:
            worth = Fraction(*currency.money.worth) * 10**currency.scale / 10**programme.money_scale
            title = text_in(programme.document.currencies[code].title, language())
            document["programme"]["worth"] = {"likely": float(worth), "source": title}
            return


def _word(name: str) -> str:
    return sentence(f"plan.base_{name}", {}, language())  # its places are filled by `base_of`
