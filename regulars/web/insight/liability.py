"""What is owed for points at the end of a month: how it came about, how sure it is, the journal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from regulars.contexts.economics.queries.closes import (
    compare_close,
    get_close,
    last_policy,
    list_closes,
    read_statement,
    statement_of,
)
from regulars.contexts.economics.types import CloseLine, Compared
from regulars.contexts.economics.usecases.closes import find_reopening
from regulars.contexts.programme.queries import NoProgrammeInForce
from regulars.contexts.security.types import Actor, Permission
from regulars.core.economics.closing import Policy
from regulars.core.programme.texts import text_in
from regulars.documents.journal_file import FORMATS, journal_of
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.guard import staff_page
from regulars.web.console.audit_words import colleagues
from regulars.web.design.faces import language, programme, zone
from regulars.web.insight.months import month_name, month_title, over_at
from regulars.web.insight.owed import picture
from regulars.web.templatetags.figures import money, points

_MONTHS_SHOWN = 36
_CLOSES_SHOWN = 24


@dataclass(frozen=True, slots=True)
class Choice:
    """A month that can be looked at."""

    name: str
    title: str
    current: bool


@dataclass(frozen=True, slots=True)
class ShownClose:
    """A row of the closes as people read it."""

    line: CloseLine
    name: str
    title: str
    by: str


@dataclass(frozen=True, slots=True)
class Beside:
    """A currency of a closed month, frozen and as of today."""

    title: str
    is_same: bool
    late: int
    points: tuple[str, str]
    money: tuple[str, str]


class Shown(forms.Form):
    """Which month is looked at; empty: the last that is over."""

    month = forms.RegexField(r"^(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])$", required=False)


class Form(forms.Form):
    """In which form the journal is wanted."""

    form = forms.ChoiceField(choices=[(one, one) for one in FORMATS])


@staff_page(Permission.REPORTS_READ)
@require_safe
def liability_page(request: HttpRequest) -> HttpResponse:
    """A month's liability: a closed one at once, an open one is reckoned a moment later."""
    now, by = utc_now(), request.actor  # type: ignore[attr-defined]
    if not programme():
        return render(request, "insight/liability.html", {"empty": True})
    asked = Shown(request.GET)
    lines = in_transaction(lambda: list_closes(by=by))
    in_force = {one.month: one for one in lines if one.in_force and one.until}
    last, over = max(in_force, default=None), over_at(now, zone())
    month = min(_number(asked) or over, over + 1)
    page: dict[str, Any] = {
        "month": month,
        "name": month_name(month),
        "title": month_title(month),
        "months": _choices(month, over, last),
        "closed": in_force.get(month),
        "may_be_closed": month <= over and (last is None or month == last + 1),
        "next": month_name(last + 1) if last is not None and last < month - 1 else "",
        "is_last": month == last,
        "waits": _waits(month, by) if month == last else False,
        "closes": _closes(lines[:_CLOSES_SHOWN], by),
        "policy": (policy := in_transaction(last_policy) or Policy()),
        "redeemed": f"{float(policy.assumed.redeemed_share * 100):g}",
    }
    if month in in_force:
        page |= _figures(month, now, by)
    return render(request, "insight/liability.html", page)


@staff_page(Permission.REPORTS_READ)
@require_safe
def liability_figures(request: HttpRequest, month: int) -> HttpResponse:
    """The figures of a month as a part of its page."""
    by = request.actor  # type: ignore[attr-defined]
    return render(request, "insight/liability_figures.html", _figures(month, utc_now(), by))


@staff_page(Permission.REPORTS_READ)
@require_safe
def comparison(request: HttpRequest, month: int) -> HttpResponse:
    """A closed month beside what the books say today, as a part of its page."""
    by = request.actor  # type: ignore[attr-defined]
    found = in_transaction(lambda: compare_close(month, by=by))
    frozen = in_transaction(lambda: get_close(month, by=by)).frozen.currencies
    rows = [
        _beside(text_in(dict(frozen[code].terms.title), language()), code, one)
        if code in frozen
        else _beside(code, code, one)
        for code, one in found.items()
    ]
    return render(request, "insight/comparison.html", {"rows": rows})


@staff_page(Permission.REPORTS_READ)
@require_safe
def journal_file(request: HttpRequest, month: int) -> HttpResponse:
    """The double entries of a closed month, for bookkeeping."""
    by = request.actor  # type: ignore[attr-defined]
    asked = Form(request.GET)
    form = asked.cleaned_data["form"] if asked.is_valid() else FORMATS[0]
    view = in_transaction(lambda: get_close(month, by=by))
    statement = in_transaction(lambda: statement_of(view))
    response = HttpResponse(
        journal_of(statement, form, language()), content_type="text/csv; charset=utf-8"
    )
    name = f"journal-{month_name(month)}{'-1c' if form == '1c' else ''}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _figures(month: int, now: datetime, by: Actor) -> dict[str, Any]:
    try:
        statement = read_statement(month, now=now, by=by)
    except NoProgrammeInForce:
        return {"picture": None}
    return {"picture": picture(statement, language()), "name": month_name(month)}


def _number(asked: Shown) -> int | None:
    text = asked.cleaned_data["month"] if asked.is_valid() else ""
    return int(text[:4]) * 12 + int(text[5:]) - 1 if text else None


def _choices(month: int, over: int, last: int | None) -> list[Choice]:
    """The latest months, this one among them, and the one that is looked at."""
    newest = [over + 1 - number for number in range(_MONTHS_SHOWN)]
    shown = newest if month in newest else [*newest, month]
    return [
        Choice(
            month_name(one),
            month_title(one) if last is None or one > last else _closed(month_title(one)),
            one == month,
        )
        for one in shown
    ]


def _closed(title: str) -> str:
    return _("%(month)s · closed or earlier") % {"month": title}


def _waits(month: int, by: Actor) -> bool:
    allowed = {Permission.PERIODS_CLOSE, Permission.PERIODS_REOPEN}
    if not by.permissions.intersection(allowed):
        return False
    return in_transaction(lambda: find_reopening(month, by=by)) is not None


def _closes(lines: tuple[CloseLine, ...], by: Actor) -> list[ShownClose]:
    names = {str(key): name for key, name in colleagues(by).items()}
    return [
        ShownClose(line, month_name(line.month), month_title(line.month), _person(line.by, names))
        for line in lines
    ]


def _person(by: str, names: dict[str, str]) -> str:
    kind, _sep, key = by.partition(":")
    return names.get(key) or (_("A colleague") if kind == "staff" and _is_id(key) else by)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _beside(title: str, code: str, one: Compared) -> Beside:
    return Beside(
        title,
        one.is_same,
        one.late.transactions,
        (points(one.frozen.closing_points, code), points(one.today.closing_points, code)),
        (money(one.frozen.money.closing_minor), money(one.today.money.closing_minor)),
    )
