"""What the pages of the office share: a form that is tried, a thing that is done, a list's next page."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from regulars.core.refusal import Refused
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.forms import blame
from regulars.web.accounts.refusals import told

Result = TypeVar("Result")
PAGE = 50
_COMING_THROUGH = ("forbidden", "limited")


def tried(request: HttpRequest, form: forms.Form, work: Callable[[], Result]) -> Result | None:
    """What `work` made of a form that was sent and is right; else None, with the «no» in the form."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        return in_transaction(work)
    except Refused as refusal:
        if refusal.kind in _COMING_THROUGH:
            raise
        blame(form, refusal, request)
        return None


def form_page(
    request: HttpRequest,
    form: forms.Form,
    *,
    title: str,
    submit: str,
    crumbs: Sequence[tuple[str, str]],
    lead: str = "",
) -> HttpResponse:
    """A page with one form; `crumbs` lead back to it as (address, title), the last is «Cancel»."""
    page = {"form": form, "title": title, "submit": submit, "lead": lead}
    page |= {"crumbs": trail(*crumbs), "back": crumbs[-1][0]}
    return render(request, "office/form.html", page, status=422 if form.is_bound else 200)


def done(request: HttpRequest, work: Callable[[], Any], says: str, where: str) -> HttpResponse:
    """Do `work`, tell how it went on the page `where`; what is not there or not allowed is a page."""
    try:
        in_transaction(work)
    except Refused as refusal:
        if refusal.kind in ("not_found", *_COMING_THROUGH):
            raise
        messages.error(request, told(request, refusal))
    else:
        messages.success(request, says)
    return HttpResponseRedirect(where)


def trail(*steps: tuple[str, str]) -> list[dict[str, str]]:
    """Where one is, as (address, title)."""
    return [{"href": href, "title": title} for href, title in steps]


def cursor_of(request: HttpRequest) -> str:
    """Where the page of a list begins; empty for its start."""
    return request.GET.get("cursor", "")[:400]
