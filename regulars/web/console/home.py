"""The console's first page: what runs, how it goes, what needs a person, what changed."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from regulars.contexts.programme.queries import (
    NoProgrammeInForce,
    compiled_at,
    get_version_number_at,
)
from regulars.contexts.security.queries import list_audit_rows
from regulars.contexts.security.types import Actor, Permission
from regulars.core.programme.texts import text_in
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.guard import staff_page
from regulars.web.console.approvals import list_drafts, list_waiting
from regulars.web.console.audit_words import Told, colleagues, told
from regulars.web.console.overview import (
    OVERVIEW,
    Overview,
    notices,
    points_rows,
    sales_chart,
    tiles,
)
from regulars.web.design.faces import language

_CHANGES = 6
# Too many to be news: they stay in the trail.
_EVERYDAY = frozenset({"staff.sign_in", "member.sign_in", "session.end", "member.enrol"})


@staff_page()
@require_safe
def home_page(request: HttpRequest) -> HttpResponse:
    """Figures at once where they are fresh, else the frame first and they a moment later."""
    now, by = utc_now(), request.actor  # type: ignore[attr-defined]
    page: dict[str, Any] = {
        "running": _running(now),
        "waiting": list_waiting(by)[:5],
        "drafts": list_drafts(by, now)[:3],
        "changes": _changes(by),
        "may_see_figures": Permission.REPORTS_READ in by.permissions,
    }
    if page["running"] and page["may_see_figures"] and OVERVIEW.is_ready(now):
        page |= _figures(OVERVIEW.at(now), now)
    return render(request, "console/home.html", page)


@staff_page(Permission.REPORTS_READ)
@require_safe
def home_figures(request: HttpRequest) -> HttpResponse:
    """The figures of the home page, as a part of it; while they are being counted, what asks again."""
    now = utc_now()
    overview = OVERVIEW.soon(now)
    if overview is None:
        return render(request, "console/home_counting.html", {"later": True})
    return render(request, "console/home_figures.html", _figures(overview, now))


def _figures(overview: Overview, now: datetime) -> dict[str, Any]:
    return {
        "overview": overview,
        "tiles": tiles(overview),
        "chart": sales_chart(overview),
        "points_rows": points_rows(overview, language()),
        "notices": notices(overview, now),
    }


def _running(now: datetime) -> dict[str, Any] | None:
    """Which programme is in force; None before there is one."""
    try:
        programme = compiled_at(now)
        number = get_version_number_at(now)
    except NoProgrammeInForce:
        return None
    return {"title": text_in(programme.document.title, language()), "number": number}


def _changes(by: Actor) -> list[Told]:
    """The latest of what people did, for whoever may read the trail."""
    if Permission.AUDIT_READ not in by.permissions:
        return []
    names = colleagues(by)
    rows = in_transaction(lambda: list_audit_rows(limit=60, by=by)).items
    news = [row for row in rows if row.action not in _EVERYDAY and row.actor_kind != "till"]
    return [told(row, names) for row in news[:_CHANGES]]
