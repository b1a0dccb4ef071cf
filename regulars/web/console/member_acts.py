"""What is done to a member from the card: points corrected, frozen, card replaced, data erased."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.contexts.ledger.usecases.adjustments import AdjustmentOutcome, request_adjustment
from regulars.contexts.members.queries import get_member
from regulars.contexts.members.types import (
    EVERYONE,
    Identifier,
    IdentifierKind,
    MemberRef,
    ref_of,
)
from regulars.contexts.members.usecases.identifiers import (
    block_identifier,
    replace_card,
    unblock_identifier,
)
from regulars.contexts.members.usecases.membership import (
    block_member,
    erase_member,
    unblock_member,
)
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.security.types import Actor, Permission
from regulars.core.programme.compiled import Compiled
from regulars.core.refusal import Refused
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.guard import staff_page
from regulars.web.accounts.member_record import as_file, hand_out_record
from regulars.web.accounts.refusals import told

_REASON_LENGTH_MAX = 200


class Correction(forms.Form):
    """By how much a wallet is corrected, and why."""

    currency = forms.CharField(max_length=40)
    direction = forms.ChoiceField(choices=[("give", "give"), ("take", "take")])
    amount = forms.CharField(max_length=20)
    reason = forms.CharField(max_length=_REASON_LENGTH_MAX)

    def minor(self, programme: Compiled) -> int | None:
        """The signed amount in minor units; None for what is no amount of the currency."""
        currency = programme.currencies.get(self.cleaned_data["currency"])
        typed = self.cleaned_data["amount"].replace(",", ".").replace(" ", "").replace("\u00a0", "")
        try:
            amount = Decimal(typed).scaleb(currency.scale if currency else 0)
        except InvalidOperation:
            return None
        if not amount.is_finite() or amount != amount.to_integral_value() or amount <= 0:
            return None
        return int(amount) if self.cleaned_data["direction"] == "give" else -int(amount)


@staff_page(Permission.LEDGER_ADJUST)
@require_POST
def adjust(request: Any, member_id: UUID) -> HttpResponse:
    """Correct a wallet, or ask a second person to agree where it is over the limit."""
    form = Correction(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say how much, and why."))
        return _back(member_id)
    try:
        outcome = in_transaction(lambda: corrected(form, ref_of(member_id), request.actor))
    except Refused as refusal:
        messages.error(request, told(request, refusal))
    else:
        tell_correction(request, outcome)
    return _back(member_id)


def corrected(form: Correction, member: MemberRef, by: Actor) -> AdjustmentOutcome | None:
    """The correction of a valid form, booked or asked for; None where its amount is none."""
    now = utc_now()
    programme = compiled_at(now)
    amount = form.minor(programme)
    get_member(member, within=EVERYONE)
    if amount is None:
        return None
    return request_adjustment(
        member,
        programme=programme,
        currency=form.cleaned_data["currency"],
        amount=amount,
        reason_text=form.cleaned_data["reason"],
        limit=settings.ADJUSTMENT_LIMIT_MINOR,
        now=now,
        by=by,
    )


def tell_correction(request: HttpRequest, outcome: AdjustmentOutcome | None) -> None:
    """Say on the next page what became of a correction."""
    if outcome is None:
        messages.error(request, _("This is not an amount of the currency."))
    elif outcome.approval is not None:
        messages.info(
            request, _("It is over the limit: a second person is asked, nothing is booked yet.")
        )
    else:
        messages.success(request, _("Booked."))


@staff_page(Permission.MEMBERS_SUPPORT)
@require_POST
def block(request: Any, member_id: UUID) -> HttpResponse:
    """Freeze the membership."""
    reason = request.POST.get("reason", "")
    return _acted(
        request, member_id, _("The membership is frozen."),
        lambda: block_member(ref_of(member_id), reason, now=utc_now(), by=request.actor),
    )  # fmt: skip


@staff_page(Permission.MEMBERS_SUPPORT)
@require_POST
def unblock(request: Any, member_id: UUID) -> HttpResponse:
    """Open the membership again."""
    reason = request.POST.get("reason", "")
    return _acted(
        request, member_id, _("The membership is open again."),
        lambda: unblock_member(ref_of(member_id), reason, now=utc_now(), by=request.actor),
    )  # fmt: skip


@staff_page(Permission.MEMBERS_SUPPORT)
@require_POST
def replace(request: Any, member_id: UUID) -> HttpResponse:
    """A new card opens the membership, the old one no more."""
    old, new = request.POST.get("old", "")[:64], request.POST.get("new", "")[:64]
    return _acted(
        request, member_id, _("The card is replaced. Points and tier stay as they were."),
        lambda: replace_card(ref_of(member_id), old, new, now=utc_now(), by=request.actor),
    )  # fmt: skip


@staff_page(Permission.MEMBERS_SUPPORT)
@require_POST
def switch_card(request: Any, member_id: UUID) -> HttpResponse:
    """A lost card opens nothing; one that was found opens the membership again."""
    card = Identifier(IdentifierKind.CARD, request.POST.get("card", "")[:64])
    is_found = request.POST.get("what") == "unblock"
    act = unblock_identifier if is_found else block_identifier
    says = _("The card works again.") if is_found else _("The card is blocked.")
    return _acted(
        request, member_id, says,
        lambda: act(ref_of(member_id), card, now=utc_now(), by=request.actor),
    )  # fmt: skip


@staff_page(Permission.MEMBERS_ERASE, step_up=True)
@require_POST
def erase(request: Any, member_id: UUID) -> HttpResponse:
    """Forget who the member is, once the word was typed; it cannot be undone."""
    if not is_typed(request, erase_word()):
        messages.error(request, _("Nothing was erased: the word was not typed."))
        return _back(member_id)
    reason = request.POST.get("reason", "")
    return _acted(
        request, member_id, _("The member's data are erased. The points stay in the books."),
        lambda: erase_member(ref_of(member_id), reason, now=utc_now(), by=request.actor),
    )  # fmt: skip


@staff_page(Permission.MEMBERS_CONTACTS)
@require_POST
def hand_out(request: Any, member_id: UUID) -> HttpResponse:
    """Everything that is kept about a member as a file for them; that it was made stands in the trail."""
    ref, by = ref_of(member_id), request.actor
    return as_file(in_transaction(lambda: hand_out_record(ref, now=utc_now(), by=by)))


def erase_word() -> str:
    """What has to be typed before a member is erased."""
    return _("erase")


def is_typed(request: HttpRequest, word: str) -> bool:
    """Whether the form carries the word; the page's own check may be switched off."""
    return request.POST.get("typed", "").strip().casefold() == word.casefold()


def _acted(
    request: HttpRequest, member_id: UUID, says: str, act: Callable[[], object]
) -> HttpResponse:
    try:
        in_transaction(act)
    except Refused as refusal:
        messages.error(request, told(request, refusal))
    else:
        messages.success(request, says)
    return _back(member_id)


def _back(member_id: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse("console:member", args=[member_id]))
