"""Plastic cards: ranges of numbers, batches drawn from them, and their files for the print shop."""

import csv
import io
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from regulars.contexts.members.queries import list_card_batches, list_card_ranges
from regulars.contexts.members.types import CardRangeView, PrintRun
from regulars.contexts.members.usecases.cards import (
    BATCH_MAX,
    SPARSENESS,
    CardRangeNotFound,
    create_card_range,
    issue_cards,
    print_batch,
)
from regulars.contexts.programme.queries import find_logo, get_brand
from regulars.contexts.security.types import Actor, Permission
from regulars.core.brand import card_colours
from regulars.core.wording.catalogue import sentence
from regulars.documents.card_face import CardLook
from regulars.documents.card_sheet import COLUMNS, card_rows, cards_pdf
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.guard import staff_page
from regulars.web.accounts.refusals import language_of
from regulars.web.office.acting import form_page, trail, tried
from regulars.web.office.places import code_field

# A PDF is drawn while one waits: some three thousand cards a second. More is for the command line.
PDF_CARDS_MAX = 5_000
_BATCHES_SHOWN = 200


class RangeForm(forms.Form):
    """Which numbers the cards get."""

    code = code_field(gettext_lazy("Latin letters, digits, dots and dashes. It stays for good."))
    checksum = forms.ChoiceField(
        label=gettext_lazy("Check digit"),
        choices=[
            ("ean13", gettext_lazy("EAN-13: any till's scanner reads it")),
            ("luhn", gettext_lazy("Luhn: as on bank cards")),
            ("none", gettext_lazy("none")),
        ],
    )
    prefix = forms.CharField(
        label=gettext_lazy("First digits"),
        max_length=12,
        help_text=gettext_lazy(
            "For EAN-13 0412, for example: 040–049 are for a business's own use."
        ),
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )
    length = forms.IntegerField(
        label=gettext_lazy("Digits of a number"),
        min_value=6,
        max_value=19,
        initial=13,
        help_text=gettext_lazy("13 for EAN-13, 16 to 19 for Luhn."),
    )


class BatchForm(forms.Form):
    """How many cards."""

    count = forms.IntegerField(
        label=gettext_lazy("How many cards"), min_value=1, max_value=BATCH_MAX
    )


class PrintForm(forms.Form):
    """What the print shop gets."""

    kind = forms.ChoiceField(choices=[("pdf", "pdf"), ("sheets", "sheets"), ("csv", "csv")])
    tagline = forms.CharField(max_length=60, required=False)
    contact = forms.CharField(max_length=60, required=False)


@staff_page(Permission.CARDS_ISSUE)
@require_safe
def cards_page(request: Any) -> HttpResponse:
    """The ranges of numbers, and how full they are."""
    ranges = in_transaction(lambda: list_card_ranges(by=request.actor))
    page = {"ranges": [(one, _room(one)) for one in ranges]}
    return render(request, "office/cards.html", page)


@staff_page(Permission.CARDS_ISSUE)
@require_http_methods(["GET", "HEAD", "POST"])
def new_range(request: Any) -> HttpResponse:
    """Reserve numbers of one's own."""
    form = RangeForm(request.POST or None)
    made = tried(
        request,
        form,
        lambda: create_card_range(
            form.cleaned_data["code"], prefix=form.cleaned_data["prefix"],
            length=form.cleaned_data["length"], checksum=form.cleaned_data["checksum"],
            now=utc_now(), by=request.actor,
        ),
    )  # fmt: skip
    if made:
        view, warnings = made
        for warning in warnings:
            messages.warning(request, sentence(warning, {}, language_of(request)))
        messages.success(request, _("The numbers are reserved. Now draw a batch."))
        return HttpResponseRedirect(reverse("office:card_range", args=[view.code]))
    return form_page(
        request,
        form,
        title=_("New range of numbers"),
        submit=_("Reserve"),
        lead=_(
            "Numbers are drawn from it at random, at most one in a hundred: a number made up is "
            "hardly ever one of yours."
        ),
        crumbs=[(reverse("office:cards"), _("Cards"))],
    )  # fmt: skip


@staff_page(Permission.CARDS_ISSUE)
@require_safe
def range_page(request: Any, code: str) -> HttpResponse:
    """One range: its batches, how often they were printed, and what became of the cards."""
    view, batches = in_transaction(lambda: _range(code, request.actor))
    page = {
        "range": view,
        "room": _room(view),
        "batches": batches[:_BATCHES_SHOWN],
        "pdf_most": PDF_CARDS_MAX,
        "crumbs": trail((reverse("office:cards"), _("Cards"))),
    }
    return render(request, "office/card_range.html", page)


@staff_page(Permission.CARDS_ISSUE)
@require_http_methods(["GET", "HEAD", "POST"])
def new_batch(request: Any, code: str) -> HttpResponse:
    """Draw numbers for a batch of cards."""
    view, _batches = in_transaction(lambda: _range(code, request.actor))
    form = BatchForm(request.POST or None, initial={"count": 1000})
    made = tried(
        request,
        form,
        lambda: issue_cards(code, form.cleaned_data["count"], now=utc_now(), by=request.actor),
    )
    where = reverse("office:card_range", args=[view.code])
    if made:
        messages.success(request, _("The batch is drawn. Now get the file for the print shop."))
        return HttpResponseRedirect(where)
    crumbs = [(reverse("office:cards"), _("Cards")), (where, view.code)]
    return form_page(request, form, title=_("New batch"), submit=_("Draw"), crumbs=crumbs)


@staff_page(Permission.CARDS_ISSUE, step_up=True)
@require_http_methods(["GET", "HEAD", "POST"])
def print_cards(request: Any, code: str, batch: int) -> HttpResponse:
    """A file for the print shop; every one is counted and put on record."""
    form = PrintForm(request.POST)
    where = HttpResponseRedirect(reverse("office:card_range", args=[code]))
    if request.method != "POST" or not form.is_valid():
        return where
    said, by = form.cleaned_data, request.actor
    size = sum(
        one.count for one in in_transaction(lambda: list_card_batches(code, batch=batch, by=by))
    )
    if said["kind"] != "csv" and size > PDF_CARDS_MAX:
        messages.error(
            request, _("So many cards are drawn by the command line: regulars cards print.")
        )
        return where
    run = in_transaction(lambda: print_batch(code, batch, now=utc_now(), by=by))
    name = f"cards-{code}-{batch}-{run.printings}"
    if said["kind"] == "csv":
        return _file(_table(run), f"{name}.csv", "text/csv; charset=utf-8")
    look = in_transaction(lambda: _look(said, language_of(request)))
    made = cards_pdf(
        run.numbers, run.checksum, look,
        sheets=said["kind"] == "sheets", title=f"{look.name} {code}/{batch}",
    )  # fmt: skip
    return _file(made, f"{name}.pdf", "application/pdf")


def _look(said: dict[str, str], language: str) -> CardLook:
    view = get_brand()
    return CardLook(
        name=view.brand.name,
        colour=card_colours(view.brand.accent).ground,
        language=language,
        tagline=said["tagline"],
        contact=said["contact"],
        logo=find_logo(view.logo_digest) if view.logo_digest else None,
    )


def _table(run: PrintRun) -> bytes:
    target = io.StringIO(newline="")
    writer = csv.DictWriter(target, COLUMNS)
    writer.writeheader()
    writer.writerows(card_rows(run.numbers, run.checksum, f"{run.range_code}/{run.batch}"))
    return target.getvalue().encode("utf-8-sig")


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _range(code: str, by: Actor) -> tuple[CardRangeView, Any]:
    found = next((one for one in list_card_ranges(by=by) if one.code == code), None)
    if found is None:
        raise CardRangeNotFound
    return found, list_card_batches(code, by=by)


def _room(view: CardRangeView) -> int:
    """How many cards the range still gives."""
    return max(0, view.capacity // SPARSENESS - view.issued)
