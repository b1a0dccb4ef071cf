"""Gift cards: batches for the print shop, and one card looked up by its number for support."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from regulars.contexts.rewards.queries.gift_cards import get_gift_card, list_gift_card_batches
from regulars.contexts.rewards.types import GiftCardView, PrintedCard
from regulars.contexts.rewards.usecases.gift_cards import (
    block_gift_card,
    make_gift_cards,
    replace_gift_card,
)
from regulars.contexts.security.types import Permission
from regulars.core.refusal import Refused
from regulars.kit.clock import utc_now
from regulars.kit.csv_safety import guard_cell
from regulars.kit.paging import make_cursor, read_cursor
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.guard import staff_page
from regulars.web.accounts.refusals import told
from regulars.web.office.acting import PAGE, cursor_of, form_page, trail, tried
from regulars.web.office.places import code_field

CARDS_AT_ONCE_MAX = 10_000
_STATES = {
    "new": ("", gettext_lazy("not sold yet")),
    "active": ("good", gettext_lazy("can be spent")),
    "spent": ("", gettext_lazy("spent")),
    "blocked": ("bad", gettext_lazy("blocked")),
    "replaced": ("", gettext_lazy("replaced")),
}


class GiftBatchForm(forms.Form):
    """How many gift cards, and what the batch is called."""

    code = code_field(gettext_lazy("It stays for good."))
    count = forms.IntegerField(
        label=gettext_lazy("How many cards"),
        min_value=1,
        max_value=CARDS_AT_ONCE_MAX,
        initial=100,
        help_text=gettext_lazy("They are worth nothing until a till sells them."),
    )


class CardForm(forms.Form):
    """A card, what is done to it, and why; the number never stands in an address."""

    number = forms.CharField(max_length=40)
    what = forms.ChoiceField(
        choices=[(one, one) for one in ("look", "block", "unblock", "replace")]
    )
    reason = forms.CharField(max_length=200, required=False)
    new_number = forms.CharField(max_length=40, required=False)


@staff_page(Permission.REWARDS_READ)
@require_safe
def gift_cards_page(request: Any) -> HttpResponse:
    """Batches of gift cards by code."""
    cursor, by = cursor_of(request), request.actor
    after = read_cursor(cursor, str)[0] if cursor else ""
    found = in_transaction(lambda: list_gift_card_batches(after=after, limit=PAGE + 1, by=by))
    here = reverse("office:gift_cards")
    more = len(found) > PAGE
    page = {
        "batches": found[:PAGE],
        "first": here if cursor else "",
        "next": f"{here}?cursor={make_cursor(found[PAGE - 1].code)}" if more else "",
    }
    return render(request, "office/gift_cards.html", page)


@staff_page(Permission.CARDS_ISSUE, step_up=True)
@require_http_methods(["GET", "HEAD", "POST"])
def new_gift_cards(request: Any) -> HttpResponse:
    """Make a batch; the answer is its file, the only place where its PINs ever stand."""
    form = GiftBatchForm(request.POST or None)
    made = tried(
        request,
        form,
        lambda: make_gift_cards(
            form.cleaned_data["code"], form.cleaned_data["count"], now=utc_now(), by=request.actor
        ),
    )
    if made:
        answer = HttpResponse(_table(made), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="gift-cards.csv"'
        answer["X-Content-Type-Options"] = "nosniff"
        return answer
    return form_page(
        request,
        form,
        title=_("New gift cards"),
        submit=_("Make them and get the file"),
        lead=_("The file for the print shop comes once: PINs are kept nowhere else."),
        crumbs=[(reverse("office:gift_cards"), _("Gift cards"))],
    )


@staff_page(Permission.REWARDS_READ)
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def gift_card_page(request: Any) -> HttpResponse:
    """One card by its number: what is on it; blocked, let work again, or replaced with a reason."""
    page: dict[str, Any] = {"crumbs": trail((reverse("office:gift_cards"), _("Gift cards")))}
    form = CardForm(request.POST)
    status = 200
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            view = in_transaction(lambda: _done(said, request.actor))
        except Refused as refusal:
            if refusal.kind == "forbidden":
                raise
            page["refused"], status = told(request, refusal), 422
        else:
            kind, text = _STATES[view.status]
            page |= {"card": view, "last": view.number[-4:], "badge": text, "badge_kind": kind}
            if said["what"] != "look":
                messages.success(request, _("Done."))
    return render(request, "office/gift_card.html", page, status=status)


def _done(said: dict[str, str], by: Any) -> GiftCardView:
    now, number, reason = utc_now(), said["number"], said["reason"]
    if said["what"] == "replace":
        return replace_gift_card(number, said["new_number"], reason_text=reason, now=now, by=by)
    if said["what"] != "look":
        blocks = said["what"] == "block"
        return block_gift_card(number, blocks, reason_text=reason, now=now, by=by)
    return get_gift_card(number, now=now, by=by)


def _table(cards: Sequence[PrintedCard]) -> bytes:
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(["number", "pin"])
    writer.writerows([guard_cell(one.number), guard_cell(one.pin)] for one in cards)
    return target.getvalue().encode("utf-8-sig")
