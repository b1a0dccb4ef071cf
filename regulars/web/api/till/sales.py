"""Quote, commit, cancel, return: the till's main work, and its late receipts."""

import hashlib
from typing import Any

import orjson
from django.conf import settings

from regulars.contexts.security.types import Permission, Plane
from regulars.contexts.till.types import (
    CancelQuote,
    CommitSale,
    QuoteChanged,
    QuoteSale,
    ReturnGoods,
    SaleKey,
)
from regulars.contexts.till.usecases.sales import (
    cancel_quote,
    commit_sale,
    quote_sale,
    return_goods,
)
from regulars.web.api.once import REPLAYED
from regulars.web.api.operation import Example, Operations
from regulars.web.api.problems import problem_reply
from regulars.web.api.replies import Reply, json_reply
from regulars.web.api.serving import Call
from regulars.web.api.till import examples
from regulars.web.api.till.answers import quote_json, return_json, sale_json
from regulars.web.api.till.receipts import (
    CancelQuoteBody,
    CommitBody,
    QuoteBody,
    ReturnBody,
    unique_lines,
)
from regulars.web.api.till.shapes import CancelAnswer, QuoteAnswer, ReturnAnswer, SaleAnswer
from regulars.web.api.values import Closed, Flag, Number, QueryMoment

DECIDED_ONLY = {200: "Decided only (`dry_run`)"}

sales = Operations(Plane.TILL, "Sales")


class DryRun(Closed):
    """Whether to decide only."""

    dry_run: Flag = False


class QuoteQuery(Closed):
    """At which moment to decide."""

    as_of: QueryMoment | None = None


@sales(
    "PUT",
    "/receipts/{receipt_id}",
    permission=Permission.TILL_SELL,
    answers=SaleAnswer,
    status=201,
    also=DECIDED_ONLY,
    effect="by_number",
    problems=(404,),
    examples=examples.COMMITS,
)
async def commit_receipt(call: Call, receipt_id: Number, query: DryRun, body: CommitBody) -> Reply:
    """Commit a sale.

    `receipt_id` is the till's own and is remembered for ever: the same receipt sent again, however
    often and by whichever connection, gets the same answer with `Idempotent-Replayed: true`. With a
    quote, what it promised is kept; where that is not possible the answer is 409 `quote.changed`
    with a fresh quote under `quote`, and nothing has happened. `dry_run=true` decides and writes
    nothing. A refusal by the rules is not stored: nothing was written, and the same request is
    decided anew.
    """
    command = commit_command(call, receipt_id, body, dry_run=query.dry_run)
    try:
        view = await commit_sale(call.runtime.desk, command, by=call.actor)
    except QuoteChanged as changed:
        fresh = changed.fresh
        units = await call.runtime.units(fresh.decision.version)
        more = {"quote": quote_json(fresh, units, call.language)}
        return problem_reply(changed, call.language, units=units, more=more)
    units = await call.runtime.units(view.decision.version)
    answer = sale_json(view, units, call.language)
    return json_reply(answer, 200 if query.dry_run else 201, (REPLAYED,) if view.replayed else ())


@sales(
    "POST",
    "/quotes",
    permission=Permission.TILL_QUOTE,
    answers=QuoteAnswer,
    effect="hold",
    problems=(404, 409),
    looks_up=True,
    examples=examples.QUOTES,
)
async def make_quote(call: Call, query: QuoteQuery, body: QuoteBody) -> Reply:
    """Quote a receipt.

    What it would cost, what may be paid with points, what it would earn, and why. The commit gives
    what the quote promises until `valid_until`. Nothing changes but, with `hold`, that what `pay`
    spends is set aside until commit, cancel or time-out. `as_of` decides at that moment instead of
    `occurred_at`, be it past or future, and never holds anything. A hold needs an `Idempotency-Key`:
    asked for again under the same key it takes the place of the one before.
    """
    if query.as_of is not None:
        body = body.model_copy(update={"occurred_at": query.as_of, "hold": False})
    receipt = body.receipt("", call.store, call.till, call.store_brand)
    member = body.member.key(settings.PHONE_REGION) if body.member else None
    key = call.key_digest if body.hold else None
    command = QuoteSale(receipt, member, body.wish(), body.hold, query.as_of is not None, key)
    view = await quote_sale(call.runtime.desk, command, by=call.actor)
    units = await call.runtime.units(view.decision.version)
    return json_reply(quote_json(view, units, call.language))


@sales(
    "POST",
    "/quotes/cancel",
    name="cancel_quote",
    permission=Permission.TILL_QUOTE,
    answers=CancelAnswer,
    examples=[
        Example("Not one of ours", body={"quote": "abc.def"}, status=422),
    ],
)
async def cancel_a_quote(call: Call, body: CancelQuoteBody) -> dict[str, Any]:
    """Let go what a quote holds.

    Again, or without a hold, it releases nothing and is no error.
    """
    command = CancelQuote(body.quote, call.now)
    view = await cancel_quote(call.runtime.desk, command, by=call.actor)
    return {"released": view.released}


@sales(
    "PUT",
    "/returns/{return_id}",
    permission=Permission.TILL_RETURN,
    answers=ReturnAnswer,
    status=201,
    also=DECIDED_ONLY,
    effect="by_number",
    problems=(404,),
    examples=examples.RETURNS,
)
async def return_lines(call: Call, return_id: Number, query: DryRun, body: ReturnBody) -> Reply:
    """Take goods of a sale back.

    The share of the points earned on them is taken back, the share of points spent on them is
    given back, under the version that sold them; never more than was sold. `return_id` is the
    till's own; the same return again gets the same answer.
    """
    command = return_command(call, return_id, body, dry_run=query.dry_run)
    view = await return_goods(call.runtime.desk, command, by=call.actor)
    units = await call.runtime.units(view.version)
    answer = return_json(view, units, call.language)
    return json_reply(answer, 200 if query.dry_run else 201, (REPLAYED,) if view.replayed else ())


def commit_command(
    call: Call, number: str, body: CommitBody, *, dry_run: bool = False, key: str | None = None
) -> CommitSale:
    """What the desk is asked for a receipt. Raises LineTwice, TotalTooLarge, IdentifierMalformed."""
    receipt = body.receipt(number, call.store, call.till, call.store_brand)
    member = body.member.key(settings.PHONE_REGION) if body.member else None
    lines = [[*line[:10], sorted(line.tags), line.name] for line in receipt.lines]
    asked = (
        number,
        receipt.occurred_at,
        lines,
        receipt.channel,
        receipt.payments,
        receipt.cashier,
        receipt.attributes,
        member_json(member),
        body.pay,
        body.quote,
    )
    return CommitSale(
        receipt,
        member,
        body_digest("receipt", asked),
        body.wish(),
        body.quote,
        call.digest_of(key or call.idempotency_key),
        dry_run,
    )


def return_command(
    call: Call, number: str, body: ReturnBody, *, dry_run: bool = False, key: str | None = None
) -> ReturnGoods:
    """What the desk is asked for a return. Raises LineTwice."""
    lines = None
    if body.lines is not None:
        unique_lines([line.id for line in body.lines])
        lines = {line.id: line.quantity for line in body.lines}
    sale = SaleKey(call.store, body.sale.till or call.till, body.sale.receipt_id)
    asked = (number, body.occurred_at, [*sale], lines)
    return ReturnGoods(
        number,
        call.store,
        call.till,
        body.occurred_at,
        sale,
        body_digest("return", asked),
        lines,
        call.digest_of(key or call.idempotency_key),
        dry_run,
    )


def body_digest(kind: str, asked: Any) -> bytes:
    """What was asked, in canonical form: spelling, order of members and defaults do not matter."""
    text = orjson.dumps([kind, asked], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).digest()


def member_json(member: Any) -> Any:
    """How the member was named, for the digest."""
    if member is None:
        return None
    return str(member.ref.id) if member.ref else [member.kind, member.value]
