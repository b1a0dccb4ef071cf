"""Receipts and returns that waited for the network, in their order, each with an answer of its own."""

from typing import Annotated, Any

import orjson
from pydantic import Field, TypeAdapter, ValidationError

from regulars.contexts.security.types import Permission, Plane
from regulars.contexts.security.usecases.access import require
from regulars.contexts.till.queries.statements import get_sale
from regulars.contexts.till.types import (
    CommitSale,
    QuoteChanged,
    ReturnGoods,
    ReturnView,
    SaleKey,
    SaleView,
)
from regulars.contexts.till.usecases.sales import post_late_receipts
from regulars.core.refusal import Refused
from regulars.core.rewards.gift_card import CardNotValid
from regulars.web.api.bodies import BATCH_BYTES_MAX
from regulars.web.api.flaws import malformed
from regulars.web.api.operation import Operations
from regulars.web.api.problems import Flaw, Malformed, problem_of
from regulars.web.api.serving import Call
from regulars.web.api.till import examples
from regulars.web.api.till.answers import quote_json, return_json, sale_json
from regulars.web.api.till.card_guard import count_cards, forgive_cards
from regulars.web.api.till.proof_guard import with_proof
from regulars.web.api.till.receipts import Late, LateReceipt, LateReturn
from regulars.web.api.till.sales import commit_command, heard, note_answers, return_command
from regulars.web.api.till.shapes import BatchAnswer, SaleAnswer
from regulars.web.api.values import Closed, Code, Number

late = Operations(Plane.TILL, "Sales")

ITEMS_MAX = 500
LATE: TypeAdapter[Any] = TypeAdapter(Late)


class BatchBody(Closed):
    """Receipts and returns in the order in which they happened."""

    items: Annotated[
        list[Any],
        Field(
            min_length=1,
            max_length=ITEMS_MAX,
            json_schema_extra={"items": {"$ref": "#/components/schemas/LateItem"}},
        ),
    ]


class WhichTill(Closed):
    """Which till of the key's store."""

    till: Code | None = Field(default=None, description="Default: this till")


@late(
    "POST",
    "/receipts/batch",
    permission=Permission.TILL_SELL,
    answers=BatchAnswer,
    effect="by_number",
    body_bytes_max=BATCH_BYTES_MAX,
    examples=examples.BATCHES,
)
async def send_batch(call: Call, body: BatchBody) -> dict[str, Any]:
    """Send late receipts and returns.

    Each is decided by its own time, in the order given, and gets its own answer or problem with a
    status; one that is refused holds up no other. Each is done once by its own number: sending the
    batch again, whole or in parts, answers the same.
    """
    read = [_read(place, item) for place, item in enumerate(body.items)]
    asked = [one if isinstance(one, Refused) else _asked(call, one) for one in read]
    asked = [await _heard(call, one) if isinstance(one, CommitSale) else one for one in asked]
    commands = [one for one in asked if not isinstance(one, Refused)]
    found = await post_late_receipts(call.runtime.desk, commands, by=call.actor)
    for command, result in zip(commands, found, strict=True):
        if isinstance(command, CommitSale) and isinstance(result, SaleView):
            await note_answers(call, command, result.decision)
        if isinstance(command, CommitSale) and not isinstance(result, CardNotValid):
            proved = isinstance(result, SaleView) and not result.replayed
            await forgive_cards(call, command.cards, wholly=proved)
    results = iter(found)
    items = [
        await _told(call, item, one if isinstance(one, Refused) else next(results))
        for item, one in zip(read, asked, strict=True)
    ]
    return {"items": items}


@late(
    "GET",
    "/receipts/{receipt_id}",
    permission=Permission.TILL_SELL,
    answers=SaleAnswer,
    examples=examples.READS,
)
async def get_receipt(call: Call, receipt_id: Number, query: WhichTill) -> dict[str, Any]:
    """Read a sale.

    One that was committed at a till of this store, as it was answered then.
    """
    key = SaleKey(call.store, query.till or call.till, receipt_id)
    view = await call.runtime.work(lambda: get_sale(key))
    return sale_json(view, await call.runtime.units(view.decision.version), call.language)


def _read(place: int, item: Any) -> LateReceipt | LateReturn | Refused:
    try:
        return LATE.validate_json(orjson.dumps(item), strict=True)
    except ValidationError as error:
        return malformed(error, prefix=f"/items/{place}", without=("receipt", "return"))
    except TypeError:  # a number that JSON libraries do not agree on
        return Malformed([Flaw(f"/items/{place}", "request.value_invalid")])


def _asked(call: Call, body: LateReceipt | LateReturn) -> CommitSale | ReturnGoods | Refused:
    try:
        if isinstance(body, LateReceipt):
            key = f"{call.idempotency_key}\0receipt\0{body.receipt_id}"
            return commit_command(call, body.receipt_id, body, key=key)
        require(call.actor, Permission.TILL_RETURN)
        key = f"{call.idempotency_key}\0return\0{body.return_id}"
        return return_command(call, body.return_id, body, key=key)
    except Refused as refused:
        return refused


async def _heard(call: Call, command: CommitSale) -> CommitSale | Refused:
    """The command with what of its codes may be looked at; its cards are counted as guesses."""
    try:
        if command.cards:
            await count_cards(call, command.cards)
    except Refused as refused:
        return refused
    return await with_proof(call, await heard(call, command))


async def _told(
    call: Call, item: LateReceipt | LateReturn | Refused, result: Any
) -> dict[str, Any]:
    told: dict[str, Any] = {
        "kind": None if isinstance(item, Refused) else item.kind,
        "id": None,
        "status": 201,
        "replayed": False,
        "answer": None,
        "problem": None,
    }
    if not isinstance(item, Refused):
        told["id"] = item.receipt_id if isinstance(item, LateReceipt) else item.return_id
    if isinstance(result, SaleView):
        units = await call.runtime.units(result.decision.version)
        typed = item.spelled_codes() if isinstance(item, LateReceipt) else {}
        answer = sale_json(result, units, call.language, typed)
        told |= {"replayed": result.replayed, "answer": answer}
    elif isinstance(result, ReturnView):
        units = await call.runtime.units(result.version)
        told |= {"replayed": result.replayed, "answer": return_json(result, units, call.language)}
    elif isinstance(result, Refused):
        more = {}
        if isinstance(result, QuoteChanged):
            units = await call.runtime.units(result.fresh.decision.version)
            more = {"quote": quote_json(result.fresh, units, call.language)}
        shown = call.runtime.units_at(call.now)
        problem = problem_of(result, call.language, units=shown, more=more)
        told |= {"status": problem["status"], "problem": problem}
    else:
        raise result
    return told
