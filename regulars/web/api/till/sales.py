"""Quote, commit, cancel, return: the till's main work, and its late receipts."""

import hashlib
from dataclasses import replace
from typing import Any, TypeVar

import orjson
from django.conf import settings

from regulars.contexts.programme import queries as programmes
from regulars.contexts.security.types import Permission, Plane
from regulars.contexts.till.types import (
    CancelQuote,
    CommitSale,
    DecisionView,
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
from regulars.core.promotions.result import CodeAnswer
from regulars.core.purchase import GOODS
from regulars.core.reasons import Reason
from regulars.web.api.once import REPLAYED
from regulars.web.api.operation import Example, Operations
from regulars.web.api.problems import problem_reply
from regulars.web.api.replies import Reply, json_reply
from regulars.web.api.serving import Call
from regulars.web.api.till import examples
from regulars.web.api.till.answers import offers_json, quote_json, return_json, sale_json
from regulars.web.api.till.card_guard import with_cards
from regulars.web.api.till.code_guard import guarded, note_wrong
from regulars.web.api.till.proof_guard import with_proof
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

Asking = TypeVar("Asking", QuoteSale, CommitSale)

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
    command = await heard(call, commit_command(call, receipt_id, body, dry_run=query.dry_run))
    command = await with_proof(call, command)
    try:
        view = await with_cards(
            call, command.cards, lambda: commit_sale(call.runtime.desk, command, by=call.actor)
        )
    except QuoteChanged as changed:
        fresh = changed.fresh
        units = await call.runtime.units(fresh.decision.version)
        more = {"quote": quote_json(fresh, units, call.language)}
        return problem_reply(changed, call.language, units=units, more=more)
    await note_answers(call, command, view.decision)
    units = await call.runtime.units(view.decision.version)
    answer = sale_json(view, units, call.language, body.spelled_codes())
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

    What it would cost, what may be paid with points, what it would earn, and why; which codes did
    what, and which offers were nearly reached. The commit gives what the quote promises until
    `valid_until`: prices, gifts, coupons. Nothing changes but, with `hold`, that what `pay` spends
    and a use of each coupon is set aside until commit, cancel or time-out. `as_of` decides at that
    moment instead of `occurred_at`, be it past or future, and never holds anything. A hold needs an
    `Idempotency-Key`: asked for again under the same key it takes the place of the one before.
    """
    if query.as_of is not None:
        body = body.model_copy(update={"occurred_at": query.as_of, "hold": False})
    receipt = body.receipt("", call.store, call.till, call.store_brand)
    member = body.member.key(settings.PHONE_REGION) if body.member else None
    key = call.key_digest if body.hold else None
    typed = body.spelled_codes()
    command = await heard(
        call,
        QuoteSale(
            receipt,
            member,
            body.wish(),
            body.hold,
            query.as_of is not None,
            key,
            tuple(typed),
            body.claims,
            body.card_uses(),
            offers=body.offers,
            explain=body.explain,
        ),
    )
    command = await with_proof(call, command)
    view = await with_cards(
        call, command.cards, lambda: quote_sale(call.runtime.desk, command, by=call.actor)
    )
    await note_answers(call, command, view.decision)
    units = await call.runtime.units(view.decision.version)
    answer = quote_json(view, units, call.language, typed)
    if view.missed or view.explained:
        number = view.decision.version
        programme = await call.runtime.work(lambda: programmes.compiled(number))
        answer |= offers_json(view, programme, units, call.language)
    return json_reply(answer)


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
    given back, under the version that sold them; never more than was sold. A line's refund is what
    was paid for it, its share of every discount taken off («2 + 1»: each piece bears a third), and it
    goes back the way it was paid: to gift cards, to stored value, in money. Where the programme says
    so, what the kept goods would have cost more is deducted. `return_id` is the till's own; the same
    return again gets the same answer.
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
    lines = [
        [*line[:10], sorted(line.tags), line.name, *(line[12:] if line.kind != GOODS else ())]
        for line in receipt.lines
    ]
    codes, cards = tuple(body.spelled_codes()), body.card_uses()
    asked: tuple[Any, ...] = (
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
    if (
        codes or body.claims or cards
    ):  # what was sent before there were such is asked as it was then
        # Not the PINs: whoever reads digests could try them out.
        asked = (*asked, codes, body.claims, [[card.number, card.amount] for card in cards])
    return CommitSale(
        receipt,
        member,
        body_digest("receipt", asked),
        body.wish(),
        body.quote,
        call.digest_of(key or call.idempotency_key),
        dry_run,
        codes=codes,
        claims=body.claims,
        cards=cards,
    )


async def heard(call: Call, command: Asking) -> Asking:
    """The command with those of its codes that may be looked at, after too many wrong ones none."""
    codes, unheard = await guarded(call, command.codes, member=_named(command))
    return replace(command, codes=codes, unheard=unheard) if unheard else command


async def note_answers(call: Call, command: Asking, decision: DecisionView) -> None:
    """Count the codes that turned out wrong."""
    if command.codes:
        answers = [
            CodeAnswer(code, promotion, accepted, Reason(*reason))
            for code, promotion, accepted, reason in decision.codes
        ]
        await note_wrong(call, answers, member=_named(command))


def return_command(
    call: Call, number: str, body: ReturnBody, *, dry_run: bool = False, key: str | None = None
) -> ReturnGoods:
    """What the desk is asked for a return. Raises LineTwice."""
    lines = None
    if body.lines is not None:
        unique_lines([line.id for line in body.lines])
        lines = {line.id: line.quantity for line in body.lines}
    sale = SaleKey(call.store, body.sale.till or call.till, body.sale.receipt_id)
    asked: tuple[Any, ...] = (number, body.occurred_at, [*sale], lines)
    if body.gift_card:
        asked = (*asked, body.gift_card)
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
        body.gift_card,
    )


def body_digest(kind: str, asked: Any) -> bytes:
    """What was asked, in canonical form: spelling, order of members and defaults do not matter."""
    text = orjson.dumps([kind, asked], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).digest()


def _named(command: QuoteSale | CommitSale) -> str:
    """How the buyer was named, for counting."""
    return orjson.dumps(member_json(command.member)).decode() if command.member else ""


def member_json(member: Any) -> Any:
    """How the member was named, for the digest."""
    if member is None:
        return None
    return str(member.ref.id) if member.ref else [member.kind, member.value]
