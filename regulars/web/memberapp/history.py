"""All that happened to a member's points, and why."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from regulars.kit.transactions import in_transaction
from regulars.web.accounts.guard import member_page
from regulars.web.memberapp.movements import latest_movements

_PAGE = 30


@member_page
@require_safe
def history_page(request: HttpRequest) -> HttpResponse:
    """One part of the history, the newest first; `before` leads to the next."""
    told = request.GET.get("before", "")
    before = int(told) if told.isascii() and told.isdigit() and len(told) < 16 else None
    context: dict[str, Any] = {"first": before is None}
    if request.programme:  # type: ignore[attr-defined]
        context["entries"], context["next"] = in_transaction(
            lambda: latest_movements(request, before=before, limit=_PAGE)
        )
    return render(request, "memberapp/history.html", context)
