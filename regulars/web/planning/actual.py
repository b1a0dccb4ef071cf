"""Plan against actual, month by month, and what was really paid, typed in by group."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from regulars.contexts.economics.queries.actuals import track_plan
from regulars.contexts.economics.queries.plans import (
    PlanNotFound,
    get_plan,
    get_plan_document,
    list_plan_costs,
)
from regulars.contexts.economics.usecases.plans import NOTE_LENGTH_MAX, set_actual_cost
from regulars.contexts.security.types import Permission
from regulars.core.economics.actuals import TYPED_GROUPS, Compared, Tracking
from regulars.core.economics.document import Plan
from regulars.core.programme.texts import text_in
from regulars.core.refusal import Refused
from regulars.core.wording.catalogue import sentence
from regulars.documents.analysis_page import shown
from regulars.documents.plan_tables import (
    FIGURES,
    line_title,
    money_text,
    result_text,
    tracking_table,
)
from regulars.documents.plan_words import group_name
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.guard import staff_page
from regulars.web.accounts.refusals import told
from regulars.web.design.faces import language
from regulars.web.planning.charts import actual_charts, labels_of
from regulars.web.planning.numbers import NoNumber, read
from regulars.web.templatetags.figures import share

_AHEAD = ("npv", "payback", "roi", "net")


class Paid(forms.Form):
    """What was paid for a group in a month; an empty amount takes back what was typed in."""

    month = forms.RegexField(
        r"^(19|20|21)\d\d-(0[1-9]|1[0-2])$",
        label=gettext_lazy("Month"),
        max_length=7,
        widget=forms.TextInput(attrs={"type": "month", "placeholder": "2026-11"}),
    )
    group = forms.ChoiceField(label=gettext_lazy("Group of costs"))
    amount = forms.CharField(
        label=gettext_lazy("Amount paid"),
        required=False,
        max_length=30,
        help_text=gettext_lazy("Left empty, what was typed in before is taken back."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=NOTE_LENGTH_MAX)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(group, group_name(group, language())) for group in TYPED_GROUPS]
        self.fields["group"].choices = choices  # type: ignore[attr-defined]

    def clean_amount(self) -> float | None:
        """Whole units of money; None where it is left empty."""
        said = self.cleaned_data["amount"].strip()
        try:
            return read(said, percent=False) if said else None
        except NoNumber:
            raise forms.ValidationError(_("This is no number.")) from None


@staff_page(Permission.REPORTS_READ)
@require_safe
def actual_page(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """The plan against the books and the costs typed in, and what it comes to at this pace."""
    return _page(request, plan_id, Paid(initial={"month": f"{utc_now():%Y-%m}"}))


@staff_page(Permission.PLANS_WRITE)
@require_POST
def pay(request: Any, plan_id: UUID) -> HttpResponse:
    """Type in what was really paid; it replaces what was typed in before."""
    form = Paid(request.POST)
    if form.is_valid():
        said, now, by = form.cleaned_data, utc_now(), request.actor
        scale = 10 ** get_plan_document(plan_id).money_scale
        minor = None if said["amount"] is None else round(said["amount"] * scale)
        try:
            in_transaction(
                lambda: set_actual_cost(
                    plan_id,
                    said["month"],
                    said["group"],
                    minor,
                    note=said["note"],
                    now=now,
                    by=by,
                )
            )
        except PlanNotFound:
            raise
        except Refused as refusal:
            form.add_error(None, told(request, refusal))
        else:
            messages.success(request, _("Noted."))
            return HttpResponseRedirect(reverse("planning:actual", args=[plan_id]))
    return _page(request, plan_id, form, status=422)


def _page(request: Any, plan_id: UUID, form: Paid, status: int = 200) -> HttpResponse:
    view, plan = get_plan(plan_id), get_plan_document(plan_id)
    page: dict[str, Any] = {
        "id": plan_id,
        "view": view,
        "plan": plan,
        "title": text_in(plan.title, language()),
        "form": form,
        "may_write": Permission.PLANS_WRITE in request.actor.permissions
        and view.archived_at is None,
        "costs": _costs(plan_id, plan),
    }
    try:
        tracking = track_plan(plan_id, now=utc_now())
    except Refused as refusal:
        page["refused"] = told(request, refusal)
    else:
        page |= _told(plan, tracking)
    return render(request, "planning/actual.html", page, status=status)


def _costs(plan_id: UUID, plan: Plan) -> list[dict[str, str]]:
    scale = plan.money_scale
    return [
        {
            "month": one.month,
            "group": group_name(one.group, language()),
            "amount": money_text(one.amount_minor / 10**scale, language(), scale=scale),
            "note": one.note,
        }
        for one in list_plan_costs(plan_id)
        if one.amount_minor is not None
    ]


def _told(plan: Plan, tracking: Tracking) -> dict[str, Any]:
    if not tracking.months:
        return {"tracking": None}
    every, table = labels_of(plan), tracking_table(tracking, language())
    return {
        "tracking": tracking,
        "charts": actual_charts(plan, tracking),
        "ahead": [
            {
                "title": sentence(f"plan.{name}", {}, language()),
                "figure": result_text(tracking.results, name, language(), scale=plan.money_scale),
                "unit": plan.money if FIGURES[name] == "money" else "",
            }
            for name in _AHEAD
        ],
        "table": table,
        "so_far": [
            [shown(cell, kind, language()) for cell, kind in zip(row, table.kinds, strict=True)]
            for row in table.rows
        ],
        "months": [
            {"label": every[month.month], "lines": [_line(one) for one in month.lines]}
            for month in tracking.months
        ],
        "heads": [line_title(one.line, language()) for one in tracking.months[0].lines],
    }


def _line(one: Compared) -> dict[str, str]:
    return {
        "planned": money_text(one.planned, language(), scale=0),
        "actual": "–" if one.actual is None else money_text(one.actual, language(), scale=0),
        "off": "" if one.deviation is None else share(one.deviation),
    }
