"""A member's statement to print or hand out: every movement with its reasons and what was there after it."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from regulars.contexts.members.queries import get_member, list_people
from regulars.contexts.members.types import EVERYONE, MemberRef, ref_of
from regulars.contexts.programme.queries import get_brand
from regulars.contexts.security.types import Permission
from regulars.contexts.till.queries.statements import Cause, Movement, list_movements
from regulars.core.programme.compiled import Compiled
from regulars.core.programme.texts import text_in
from regulars.core.wording.catalogue import sentence
from regulars.core.wording.telling import Units, tell
from regulars.documents.member_statement import Statement, StatementRow, statement_pdf
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.guard import staff_page
from regulars.web.console.members import name_of
from regulars.web.design.faces import language
from regulars.web.pages.shown import Speech
from regulars.web.templatetags.figures import day, moment

_ROWS = 500


@staff_page(Permission.LEDGER_READ)
@require_safe
def statement_page(request: Any, member_id: UUID) -> HttpResponse:
    """The statement as a page that prints well."""
    page = in_transaction(lambda: _statement(request, member_id))
    return render(request, "console/statement.html", {"id": member_id, "statement": page})


@staff_page(Permission.LEDGER_READ)
@require_safe
def statement_file(request: Any, member_id: UUID) -> HttpResponse:
    """The same as a PDF."""
    statement = in_transaction(lambda: _statement(request, member_id))
    response = HttpResponse(statement_pdf(statement), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="statement-{member_id}.pdf"'
    return response


def _statement(request: Any, member_id: UUID) -> Statement:
    view = get_member(ref_of(member_id), within=EVERYONE)
    person = list_people([view.ref], by=request.actor).get(view.ref)
    programme: Compiled | None = request.programme or None
    rows = _rows(view.ref, programme) if programme else []
    return Statement(
        business=get_brand().brand.name,
        title=_("Statement"),
        name=name_of(view, person),
        about=_("Member since %(day)s · made on %(now)s")
        % {"day": day(view.enrolled_at), "now": moment(utc_now())},
        heads=(_("When"), _("What"), _("Moved"), _("Balance")),
        rows=tuple(rows),
        empty=_("Nothing has moved yet"),
    )


def _rows(ref: MemberRef, programme: Compiled) -> list[StatementRow]:
    speech = Speech(language(), programme)
    scales = {code: currency.scale for code, currency in programme.currencies.items()}
    titles = {one.id: one.title for one in programme.document.promotions}
    units = Units(programme.money, programme.money_scale, scales, titles)
    found = reversed(list_movements(ref, limit=_ROWS))
    return [row for movement in found for row in _lines(movement, speech, units)]


def _lines(movement: Movement, speech: Speech, units: Units) -> list[StatementRow]:
    """A row for each currency that moved; the reasons stand with the first."""
    line = movement.line
    what = sentence(f"movement.{line.kind}", {}, speech.language)
    if movement.receipt:
        what = f"{what} № {movement.receipt.number}"
    reasons = tuple(_reason(cause, speech, units) for cause in movement.causes)
    rows: list[StatementRow] = []
    for code in line.moves or [""]:
        change = sum(line.moves[code]) if code else 0
        rows.append(
            StatementRow(
                when="" if rows else moment(line.occurred_at),
                what=_in(code, speech) if rows else _named(what, code, speech),
                change=_signed(change, code, speech) if code else "",
                balance=speech.points(sum(line.balances[code]), code) if code else "",
                reasons=() if rows else reasons,
            )
        )
    return rows


def _reason(cause: Cause, speech: Speech, units: Units) -> str:
    params = dict(cause.reason.params)
    text = tell(cause.reason.code, params, units, speech.language, currency=cause.currency)
    if cause.amount is None or cause.currency is None:
        return text
    return f"{_signed(cause.amount, cause.currency, speech)}: {text}"


def _in(code: str, speech: Speech) -> str:
    known = speech.programme.document.currencies.get(code)
    return text_in(known.title, speech.language) if known else code


def _named(what: str, code: str, speech: Speech) -> str:
    """What happened, with the currency where the programme has several."""
    several = len(speech.programme.document.currencies) > 1
    return f"{what} · {_in(code, speech)}" if code and several else what


def _signed(amount: int, code: str, speech: Speech) -> str:
    return ("+" if amount > 0 else "−" if amount else "") + speech.points(abs(amount), code)
