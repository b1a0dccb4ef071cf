"""What a version would have cost: last month's receipts counted by it and by the version in force."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from regulars.contexts.economics.queries.studies import StudyNotFound, get_study
from regulars.contexts.economics.types import StudyState, StudyView
from regulars.contexts.economics.usecases.studies import request_study
from regulars.contexts.programme.queries import get_version, get_version_number_at
from regulars.contexts.security.types import Permission
from regulars.core.refusal import Refused
from regulars.core.wording.catalogue import sentence
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.studies.requests import SimulationRequest
from regulars.web.accounts.guard import staff_page
from regulars.web.accounts.refusals import told
from regulars.web.design.faces import language, zone
from regulars.web.templatetags.figures import money, money_whole, number, share

DAYS = 30
_KIND = "simulation"
_MONEY = ("gross_minor", "discounts_minor", "points_minor", "sales_minor", "issued_minor")


@staff_page(Permission.STUDIES_RUN)
@require_POST
def reckon(request: HttpRequest, number: int) -> HttpResponse:
    """Begin to count the receipts of the last thirty days by this version and by the one in force."""
    now, by = utc_now(), request.actor  # type: ignore[attr-defined]
    get_version(number, now=now)
    today = now.astimezone(zone()).date()
    try:
        asked = SimulationRequest(
            kind="simulation",
            language="ru" if language() == "ru" else "en",
            versions=[get_version_number_at(now), number],
            since=today - timedelta(days=DAYS),
            until=today + timedelta(days=1),
        )
        stored = asked.model_dump(mode="json")
        study = in_transaction(lambda: request_study(_KIND, stored, now=now, by=by))
    except Refused as refusal:
        messages.error(request, told(request, refusal))
        return HttpResponseRedirect(reverse("console:version", args=[number]))
    return HttpResponseRedirect(reverse("editor:cost", args=[number, study.id]))


@staff_page(Permission.REPORTS_READ)
@require_safe
def cost_page(request: HttpRequest, number: int, study: UUID) -> HttpResponse:
    """How far it is; then what changes, figure by figure."""
    now, by = utc_now(), request.actor  # type: ignore[attr-defined]
    view = get_version(number, now=now)
    found = in_transaction(lambda: get_study(study, by=by))
    if found.kind != _KIND or number not in found.request.get("versions", ()):
        raise StudyNotFound(pointer="/study")
    page: dict[str, Any] = {
        "view": view,
        "study": found,
        "done": found.state is StudyState.DONE and found.summary is not None,
        "over": found.finished_at is not None,
        "phase": sentence(found.phase, {}, language())
        if found.phase
        else _("Waiting for its turn"),
        "why": sentence(found.refusal, found.refusal_params, language()) if found.refusal else "",
    }
    if page["done"]:
        page |= _compared(found)
    name = "cost_part" if "HX-Request" in request.headers else "cost"
    return render(request, f"editor/{name}.html", page)


def _compared(study: StudyView) -> dict[str, Any]:
    assert study.summary is not None
    before, after = study.summary["candidates"][:2]
    difference = after["cost_minor"] - before["cost_minor"]
    gross = after["totals"]["gross_minor"]
    return {
        "receipts": number(study.summary["receipts"]),
        "customers": number(study.summary["customers"]),
        "difference": ("+" if difference > 0 else "") + money_whole(difference),
        "dearer": difference > 0,
        "same": not difference,
        "share": share(round(difference / gross, 4)) if gross else "–",
        "versions": study.request["versions"],
        "rows": [
            _row(_("Cost of the programme"), before["cost_minor"], after["cost_minor"]),
            *(
                _row(title, before["totals"][name], after["totals"][name])
                for name, title in zip(_MONEY, _titles(), strict=True)
            ),
        ],
    }


def _titles() -> tuple[str, ...]:
    return (
        _("Rung up by members"),
        _("Discounts"),
        _("Paid with points"),
        _("Sales"),
        _("Points earned, at their worth"),
    )


def _row(title: str, before: int, after: int) -> Mapping[str, str]:
    change = after - before
    return {
        "title": title,
        "before": money(before),
        "after": money(after),
        "change": ("+" if change > 0 else "") + money(change) if change else "–",
    }
