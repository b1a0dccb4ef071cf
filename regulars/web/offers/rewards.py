"""The catalogue in the console: rewards, their terms, stock and life."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.rewards.queries.catalogue import (
    RewardNotFound,
    get_reward,
    list_rewards,
    list_stock_moves,
)
from regulars.contexts.rewards.types import RewardView
from regulars.contexts.rewards.usecases.catalogue import (
    add_stock,
    change_reward,
    create_reward,
    end_reward,
    launch_reward,
    set_stock,
)
from regulars.contexts.security.types import Actor, Permission
from regulars.core.programme.problems import Problem
from regulars.core.programme.texts import text_in
from regulars.core.refusal import Refused
from regulars.core.rewards.catalogue import REWARD_KINDS
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.guard import staff_page
from regulars.web.accounts.refusals import told
from regulars.web.design.faces import language
from regulars.web.editor.controls import blame
from regulars.web.editor.posted import changed_rows, is_about_rows, posted_of
from regulars.web.offers.terms import checked_terms, controls_for, plain_terms, read_terms

_ROWS = 50
_MOVES = 20
_COUNT_MAX = 1_000_000_000
STATUSES = {
    "draft": ("", gettext_lazy("draft")),
    "live": ("good", gettext_lazy("on offer")),
    "ended": ("bad", pgettext_lazy("reward", "ended")),
}
_MOVED = {
    "set": gettext_lazy("Counted anew"),
    "added": gettext_lazy("Added"),
    "taken": gettext_lazy("Taken by an order"),
    "put_back": gettext_lazy("Put back by an order"),
}


@staff_page(Permission.REWARDS_READ)
@require_safe
def rewards_page(request: HttpRequest) -> HttpResponse:
    """The catalogue, by code."""
    status = request.GET.get("status", "")
    status = status if status in STATUSES else ""
    after = request.GET.get("after", "")[:40]
    found = list_rewards(status=status or None, after=after, limit=_ROWS + 1)
    kept = f"status={status}&" if status else ""
    page = {
        "rows": [shown_reward(view) for view in found[:_ROWS]],
        "chips": [
            {"href": "?", "title": _("All"), "current": not status},
            *(
                {"href": f"?status={code}", "title": word, "current": code == status}
                for code, (_kind, word) in STATUSES.items()
            ),
        ],
        "first": f"?{kept}" if after else "",
        "next": f"?{kept}after={found[_ROWS - 1].code}" if len(found) > _ROWS else "",
    }
    return render(request, "offers/rewards.html", page)


@staff_page(Permission.REWARDS_READ)
@require_safe
def reward_page(request: HttpRequest, code: str) -> HttpResponse:
    """One reward: what it is, what is left, and what became of its stock."""
    view = get_reward(code)
    moves = list_stock_moves(code, limit=_MOVES)
    page = {
        "row": shown_reward(view),
        "view": view,
        "moves": [{"view": move, "what": _MOVED.get(move.reason, move.reason)} for move in moves],
    }
    return render(request, "offers/reward.html", page)


@staff_page(Permission.REWARDS_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_page(request: HttpRequest, code: str = "") -> HttpResponse:
    """A reward's terms: of a new one as a draft, or other ones for one that is there."""
    now, by = utc_now(), request.actor  # type: ignore[attr-defined]
    programme = compiled_at(now).document
    view = get_reward(code) if code else None
    posted = posted_of(request.POST) if request.method == "POST" else None
    if posted is not None:
        found = read_terms(changed_rows(posted))
    elif view is not None:
        found = plain_terms(view.terms, programme)
    else:
        found = {"kind": "gift", "params": {}, "currency": next(iter(programme.currencies))}
    named = code or (posted or {}).get("code", [""])[-1].strip()[:40]
    asks = posted is None or is_about_rows(posted) or "HX-Request" in request.headers
    errors: list[str] = []
    problems: tuple[Problem, ...] = ()
    if posted is not None and not asks:
        terms, problems = checked_terms(found, programme)
        if terms is not None:
            try:
                in_transaction(
                    lambda: (
                        change_reward(code, terms, now=now, by=by)
                        if code
                        else create_reward(named, terms, now=now, by=by)
                    )
                )
            except Refused as refusal:
                errors.append(told(request, refusal))
            else:
                messages.success(request, _("The reward is kept."))
                return HttpResponseRedirect(reverse("offers:reward", args=[named]))
    controls = controls_for(found, programme, language())
    errors += blame(controls, problems, language())
    page = {
        "controls": controls, "errors": errors, "code": named, "view": view,
        "again": request.path, "count": sum(len(c.errors) for each in controls for c in each.walk()),
    }  # fmt: skip
    name = "reward_form" if "HX-Request" in request.headers else "reward_edit"
    wrong = posted is not None and not asks
    return render(request, f"offers/{name}.html", page, status=422 if wrong else 200)


@staff_page(Permission.REWARDS_WRITE)
@require_POST
def stock(request: HttpRequest, code: str) -> HttpResponse:
    """So many more, or so many in all, or without limit."""
    text, how = request.POST.get("count", "").strip(), request.POST.get("how", "")
    count = int(text) if text.lstrip("-").isdecimal() and len(text) < 11 else None
    if how != "endless" and (count is None or abs(count) > _COUNT_MAX):
        messages.error(request, _("This is no whole number."))
        return HttpResponseRedirect(reverse("offers:reward", args=[code]))

    def change(now: datetime, by: Actor) -> RewardView:
        if how == "add":
            return add_stock(code, count or 0, now=now, by=by)
        return set_stock(code, None if how == "endless" else count, now=now, by=by)

    return _done(request, code, change, _("The stock is kept."))


@staff_page(Permission.REWARDS_WRITE)
@require_POST
def launch(request: HttpRequest, code: str) -> HttpResponse:
    """Offer it from now on."""
    return _done(
        request, code,
        lambda now, by: launch_reward(code, now=now, by=by), _("The reward is on offer."),
    )  # fmt: skip


@staff_page(Permission.REWARDS_WRITE)
@require_POST
def end(request: HttpRequest, code: str) -> HttpResponse:
    """Offer it no more, for good."""
    return _done(
        request, code,
        lambda now, by: end_reward(code, now=now, by=by), _("The reward has ended."),
    )  # fmt: skip


def shown_reward(view: RewardView) -> dict[str, Any]:
    """A reward as lists show it."""
    kind, word = STATUSES[view.status]
    known = REWARD_KINDS.get(view.terms.kind)
    return {
        "code": view.code,
        "title": text_in(dict(view.terms.title), language()),
        "about": text_in(dict(view.terms.description), language())
        if view.terms.description
        else "",
        "sort": known.title[language()] if known else view.terms.kind,
        "price": view.terms.price_minor,
        "currency": view.terms.currency,
        "money": view.terms.money_minor,
        "stock": view.stock,
        "kind": kind,
        "status": word,
    }


def _done(
    request: HttpRequest, code: str, work: Callable[[datetime, Actor], object], said: str
) -> HttpResponse:
    now, by = utc_now(), request.actor  # type: ignore[attr-defined]
    try:
        in_transaction(lambda: work(now, by))
    except RewardNotFound:
        raise
    except Refused as refusal:
        messages.error(request, told(request, refusal))
    else:
        messages.success(request, said)
    return HttpResponseRedirect(reverse("offers:reward", args=[code]))
