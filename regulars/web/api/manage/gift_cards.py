"""Gift cards: batches for the print shop, single cards for support."""

from uuid import UUID

from django.conf import settings

from regulars.contexts.members.queries import get_member
from regulars.contexts.members.types import EVERYONE, ref_of
from regulars.contexts.rewards.queries.gift_cards import (
    get_gift_card,
    get_gift_card_by_id,
    list_card_statement,
    list_gift_card_batches,
    list_gift_cards,
    list_gift_cards_of,
    number_after,
    number_of,
)
from regulars.contexts.rewards.types import GiftCardLine, GiftCardView
from regulars.contexts.rewards.usecases.gift_cards import (
    assign_gift_card,
    block_gift_card,
    make_gift_cards,
    replace_gift_card,
    request_card_adjustment,
)
from regulars.contexts.security.types import Permission, Plane
from regulars.core.rewards.gift_card import CARD_CURRENCY, masked
from regulars.kit.paging import cursor_id, make_cursor, read_cursor
from regulars.web.api.manage.examples import OF_MEMBER
from regulars.web.api.manage.gift_card_shapes import (
    AdjustCardBody,
    CardAdjustmentAnswer,
    CardBatchCode,
    CardLot,
    CardStatement,
    CardTransaction,
    FindCardBody,
    GiftCardAnswer,
    GiftCardBatchAnswer,
    GiftCardBatchBody,
    GiftCardBatchList,
    GiftCardItem,
    GiftCardList,
    MemberGiftCards,
    NewCard,
    NewCardBatch,
    OwnerBody,
    ReplaceBody,
    WhyBody,
)
from regulars.web.api.manage.office_shapes import ApprovalAnswer
from regulars.web.api.manage.paging import PageQuery
from regulars.web.api.operation import Example, Operations
from regulars.web.api.replies import Reply, as_json
from regulars.web.api.serving import Call

gift_cards = Operations(Plane.MANAGE, "Gift cards")

_LIST = (Example("The first of them", status=200),)
_TOLD = ("reason", "by", "approved_by", "sale")  # of the facts of a transaction


@gift_cards(
    "GET",
    "/gift-card-batches",
    name="list_gift_card_batches",
    permission=Permission.REWARDS_READ,
    answers=GiftCardBatchList,
    examples=_LIST,
)
def list_batches(call: Call, query: PageQuery) -> GiftCardBatchList:
    """Batches by code."""
    after = read_cursor(query.cursor, str)[0] if query.cursor else ""
    found = list_gift_card_batches(after=after, limit=query.limit + 1, by=call.actor)
    shown = found[: query.limit]
    return GiftCardBatchList(
        batches=[GiftCardBatchAnswer.model_validate(view) for view in shown],
        next=make_cursor(shown[-1].code) if len(found) > len(shown) else None,
    )


@gift_cards(
    "POST",
    "/gift-card-batches",
    name="make_gift_cards",
    permission=Permission.CARDS_ISSUE,
    answers=NewCardBatch,
    status=201,
    effect="stored",
    examples=[
        Example("Three cards", body={"code": "new-year", "count": 3}, status=201),
        Example("None", body={"code": "new-year-2", "count": 0}, status=422),
    ],
)
def make(call: Call, body: GiftCardBatchBody) -> Reply:
    """Make new cards for the print shop.

    They are worth nothing until a till sells them. Numbers and PINs are seen only in this answer; the
    same request again does not show them.
    """
    made = make_gift_cards(body.code, body.count, now=call.now, by=call.actor)
    cards = [NewCard(number=card.number, pin=card.pin or None) for card in made]
    shown = NewCardBatch(code=body.code, count=len(cards), cards=cards)
    kept = shown.model_copy(update={"cards": None})
    return Reply(201, as_json(shown), kept=as_json(kept))


@gift_cards(
    "GET",
    "/gift-card-batches/{batch}/cards",
    name="list_gift_cards",
    permission=Permission.REWARDS_READ,
    answers=GiftCardList,
)
def list_of_batch(call: Call, batch: CardBatchCode, query: PageQuery) -> GiftCardList:
    """Cards of a batch, with what their books say."""
    last = cursor_id(read_cursor(query.cursor, str)[0]) if query.cursor else None
    after = number_after(last) if last else ""
    found = list_gift_cards(batch, after=after, limit=query.limit + 1, by=call.actor)
    shown = found[: query.limit]
    return GiftCardList(
        cards=[_item(line) for line in shown],
        next=make_cursor(shown[-1].id.hex) if len(found) > len(shown) else None,
    )


@gift_cards(
    "POST",
    "/gift-cards/find",
    name="find_gift_card",
    permission=Permission.REWARDS_READ,
    answers=GiftCardAnswer,
    problems=(404,),
    examples=[Example("No card of ours", body={"number": "9900000000000000001"}, status=404)],
)
def find(call: Call, body: FindCardBody) -> GiftCardAnswer:
    """Find a card by its number."""
    return _card(get_gift_card(body.number, now=call.now, by=call.actor))


@gift_cards(
    "GET",
    "/gift-cards/{card_id}",
    name="get_gift_card",
    permission=Permission.REWARDS_READ,
    answers=GiftCardAnswer,
)
def get_one(call: Call, card_id: UUID) -> GiftCardAnswer:
    """One card."""
    return _card(get_gift_card_by_id(card_id, now=call.now, by=call.actor))


@gift_cards(
    "GET",
    "/gift-cards/{card_id}/transactions",
    name="list_gift_card_transactions",
    permission=Permission.LEDGER_READ,
    answers=CardStatement,
)
def list_transactions(call: Call, card_id: UUID, query: PageQuery) -> CardStatement:
    """What happened to a card, the newest first."""
    before = read_cursor(query.cursor, int)[0] if query.cursor else None
    number = number_of(card_id)
    found = list_card_statement(number, before=before, limit=query.limit + 1, by=call.actor)
    shown = found[: query.limit]
    return CardStatement(
        transactions=[
            CardTransaction(
                seq=line.seq,
                kind=line.kind,
                occurred_at=line.occurred_at,
                posted_at=line.posted_at,
                source=line.source,
                change_minor=line.moves[CARD_CURRENCY].active if line.moves else 0,
                balance_minor=line.balances[CARD_CURRENCY].active if line.balances else 0,
                about={name: line.facts[name] for name in _TOLD if name in line.facts},
            )
            for line in shown
        ],
        next=make_cursor(shown[-1].seq) if len(found) > len(shown) else None,
    )


@gift_cards(
    "POST",
    "/gift-cards/{card_id}/block",
    name="block_gift_card",
    permission=Permission.MEMBERS_SUPPORT,
    answers=GiftCardAnswer,
    effect="stored",
)
def block(call: Call, card_id: UUID, body: WhyBody) -> GiftCardAnswer:
    """Block a card; its money stays."""
    return _blocked(call, card_id, body, blocks=True)


@gift_cards(
    "POST",
    "/gift-cards/{card_id}/unblock",
    name="unblock_gift_card",
    permission=Permission.MEMBERS_SUPPORT,
    answers=GiftCardAnswer,
    effect="stored",
)
def unblock(call: Call, card_id: UUID, body: WhyBody) -> GiftCardAnswer:
    """Let a blocked card work again."""
    return _blocked(call, card_id, body, blocks=False)


@gift_cards(
    "POST",
    "/gift-cards/{card_id}/owner",
    name="assign_gift_card",
    permission=Permission.MEMBERS_SUPPORT,
    answers=GiftCardAnswer,
    effect="stored",
)
def assign(call: Call, card_id: UUID, body: OwnerBody) -> GiftCardAnswer:
    """Note whose card it is.

    Whoever has number and PIN can pay with it all the same. A replacement keeps the owner.
    """
    owner = None if body.member is None else ref_of(body.member)
    return _card(assign_gift_card(number_of(card_id), owner, now=call.now, by=call.actor))


@gift_cards(
    "GET",
    "/members/{member_id}/gift-cards",
    name="list_member_gift_cards",
    permission=Permission.REWARDS_READ,
    answers=MemberGiftCards,
    examples=OF_MEMBER,
)
def list_of_member(call: Call, member_id: UUID) -> MemberGiftCards:
    """Gift cards noted as a member's."""
    member = get_member(ref_of(member_id), within=EVERYONE).ref
    return MemberGiftCards(
        cards=[_item(line) for line in list_gift_cards_of(member, by=call.actor)]
    )


@gift_cards(
    "POST",
    "/gift-cards/{card_id}/replace",
    name="replace_gift_card",
    permission=Permission.MEMBERS_SUPPORT,
    answers=GiftCardAnswer,
    effect="stored",
)
def replace(call: Call, card_id: UUID, body: ReplaceBody) -> GiftCardAnswer:
    """Move everything from a card to a new one.

    Lots keep their expiry; what expired within the programme's grace lives again. The old card is dead.
    """
    view = replace_gift_card(
        number_of(card_id),
        body.new_number,
        reason_text=body.reason,
        now=call.now,
        by=call.actor,
    )
    return _card(view)


@gift_cards(
    "POST",
    "/gift-cards/{card_id}/adjustments",
    name="adjust_gift_card",
    permission=Permission.LEDGER_ADJUST,
    answers=CardAdjustmentAnswer,
    status=201,
    effect="stored",
)
def adjust(call: Call, card_id: UUID, body: AdjustCardBody) -> CardAdjustmentAnswer:
    """Correct what is on a card.

    A correction over the limit is not booked but waits for a second person: `status` is `waiting`.
    """
    outcome = request_card_adjustment(
        number_of(card_id),
        body.amount,
        reason_text=body.reason,
        limit=settings.ADJUSTMENT_LIMIT_MINOR,
        now=call.now,
        by=call.actor,
    )
    approval = outcome.approval
    return CardAdjustmentAnswer(
        status="posted" if outcome.card else "waiting",
        card=_card(outcome.card) if outcome.card else None,
        approval=ApprovalAnswer.model_validate(approval) if approval else None,
    )


def _blocked(call: Call, card_id: UUID, body: WhyBody, *, blocks: bool) -> GiftCardAnswer:
    view = block_gift_card(
        number_of(card_id), blocks, reason_text=body.reason, now=call.now, by=call.actor
    )
    return _card(view)


def _item(line: GiftCardLine) -> GiftCardItem:
    return GiftCardItem(
        id=line.id,
        number=line.shown,
        batch=line.batch,
        status=line.status,
        balance_minor=line.balance,
    )


def _card(view: GiftCardView) -> GiftCardAnswer:
    return GiftCardAnswer(
        id=view.id,
        number=masked(view.number),
        batch=view.batch,
        money=view.money,
        status=view.status,
        balance_minor=view.balance,
        parts=[CardLot(amount_minor=amount, expires_at=until) for amount, until in view.lots],
        owner=view.owner.id if view.owner else None,
        changed_at=view.changed_at,
    )
