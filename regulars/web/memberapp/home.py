"""The first screen: the card, what is on it, the way to the next tier, what expires next, one offer."""

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from regulars.contexts.members.queries import get_profile, list_identifiers
from regulars.contexts.members.types import EVERYONE, IdentifierKind, IdentifierStatus
from regulars.contexts.rewards.queries.offers import list_offers
from regulars.core.programme.texts import text_in
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.guard import member_page
from regulars.web.memberapp.movements import latest_movements
from regulars.web.memberapp.standing import Standing, standing_of
from regulars.web.memberapp.words import app_words


@member_page
@require_safe
def home_page(request: HttpRequest) -> HttpResponse:
    """The first screen; the browser keeps it for times without a network."""
    context = in_transaction(lambda: _home(request))
    context["part"] = render_to_string("memberapp/fresh.html", context, request)
    context["etag"] = _etag(context["part"])
    context["words"] = app_words()
    return render(request, "memberapp/home.html", context)


@member_page
@require_safe
def fresh_part(request: HttpRequest) -> HttpResponse:
    """The part of the first screen that changes; 304 where it is as the browser has it."""
    part = render_to_string("memberapp/fresh.html", in_transaction(lambda: _home(request)), request)
    etag = _etag(part)
    known = request.headers.get("If-None-Match") == etag
    answer = HttpResponse(status=304) if known else HttpResponse(part)
    answer["ETag"] = etag
    return answer


def _home(request: Any) -> dict[str, Any]:
    now, member, by = utc_now(), request.member, request.actor
    if not request.programme:
        return {"standing": None, "member_id": member.id}
    standing: Standing = standing_of(request, now=now)
    profile = get_profile(member, within=EVERYONE, by=by)
    numbers = [
        one.value
        for one in list_identifiers(member, within=EVERYONE, by=by)
        if one.kind is IdentifierKind.CARD and one.status is IdentifierStatus.ACTIVE
    ]
    waiting = [one for one in list_offers(member, now=now) if one.activated_at is None]
    return {
        "standing": standing,
        "name": profile.given_name,
        "number": numbers[-1] if numbers else "",
        "member_id": member.id,
        "offer": text_in(dict(waiting[0].title), request.language) if waiting else None,
        "latest": latest_movements(request, limit=3)[0],
    }


def _etag(part: str) -> str:
    return f'"{hashlib.sha256(part.encode()).hexdigest()[:20]}"'
