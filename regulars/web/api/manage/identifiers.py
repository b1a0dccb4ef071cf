"""What members are found by, what they agreed to, and the card numbers of our own."""

from typing import Annotated, Literal
from uuid import UUID

from django.conf import settings
from pydantic import Field

from regulars.contexts.members.queries import (
    list_card_batches,
    list_card_ranges,
    list_consents,
    list_identifiers,
)
from regulars.contexts.members.types import EVERYONE, MemberRef, ref_of
from regulars.contexts.members.usecases.cards import (
    create_card_range,
    issue_cards,
    print_batch,
)
from regulars.contexts.members.usecases.identifiers import (
    add_identifier,
    block_identifier,
    remove_identifier,
    replace_card,
    unblock_identifier,
)
from regulars.contexts.members.usecases.personal import record_consent
from regulars.contexts.security.types import Permission, Plane
from regulars.core.wording.catalogue import sentence
from regulars.web.api.manage import examples
from regulars.web.api.manage.member_bodies import ConsentBody, IdentifierBody
from regulars.web.api.manage.member_shapes import (
    CardBatchAnswer,
    CardBatchLine,
    CardBatchList,
    ConsentAnswer,
    ConsentList,
    IdentifierAnswer,
    IdentifierList,
    NewRangeAnswer,
    PrintRunAnswer,
    RangeAnswer,
    RangeList,
)
from regulars.web.api.manage.views import ProblemLine
from regulars.web.api.operation import Operations
from regulars.web.api.serving import Call
from regulars.web.api.values import Closed, plain

identifiers = Operations(Plane.MANAGE, "Identifiers and consents")
cards = Operations(Plane.MANAGE, "Cards")

CARDS_AT_ONCE_MAX = 10_000
_CardNumber = Annotated[str, plain(40, least=1)]
_BatchNumber = Annotated[int, Field(ge=1, le=2**31 - 1)]
_RangeCode = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,39}$")]


class ReplaceCardBody(Closed):
    """The old number and the new."""

    old: _CardNumber
    new: _CardNumber
    form: Annotated[str, Field(pattern=r"^[a-z0-9_-]{0,20}$")] = "plastic"


class ConsentsBody(Closed):
    """What was agreed to or withdrawn."""

    consents: Annotated[tuple[ConsentBody, ...], Field(min_length=1, max_length=20)]


class RangeBody(Closed):
    """Numbers that begin with `prefix`."""

    code: _RangeCode
    prefix: Annotated[str, Field(pattern=r"^[0-9]{1,15}$")]
    length: Annotated[int, Field(ge=6, le=19)]
    checksum: Literal["ean13", "luhn", "none"]
    form: Literal["plastic", "virtual", "nfc"] = "plastic"
    issued_only: bool = Field(default=True, description="Only numbers drawn here open anything")


class CardsBody(Closed):
    """How many."""

    count: Annotated[int, Field(ge=1, le=CARDS_AT_ONCE_MAX)]


@identifiers(
    "GET",
    "/members/{member_id}/identifiers",
    permission=Permission.MEMBERS_READ,
    answers=IdentifierList,
    examples=examples.OF_MEMBER,
)
def list_member_identifiers(call: Call, member_id: UUID) -> IdentifierList:
    """What a member is found by; masked for who may not see contact data."""
    return _identifiers(call, ref_of(member_id))


@identifiers(
    "POST",
    "/members/{member_id}/identifiers",
    permission=(Permission.MEMBERS_WRITE, Permission.MEMBERS_SUPPORT),
    answers=IdentifierList,
    status=201,
    effect="stored",
    examples=examples.IDENTIFIERS,
)
def add_member_identifier(call: Call, member_id: UUID, body: IdentifierBody) -> IdentifierList:
    """Give a member one more identifier."""
    member = ref_of(member_id)
    add_identifier(
        member, body.identifier(), region=settings.PHONE_REGION, now=call.now, by=call.actor
    )
    return _identifiers(call, member)


@identifiers(
    "POST",
    "/members/{member_id}/identifiers/block",
    permission=(Permission.MEMBERS_WRITE, Permission.MEMBERS_SUPPORT),
    answers=IdentifierList,
    effect="stored",
)
def block_member_identifier(call: Call, member_id: UUID, body: IdentifierBody) -> IdentifierList:
    """Stop an identifier, such as a lost card, from opening the membership."""
    member = ref_of(member_id)
    block_identifier(
        member, body.identifier(), region=settings.PHONE_REGION, now=call.now, by=call.actor
    )
    return _identifiers(call, member)


@identifiers(
    "POST",
    "/members/{member_id}/identifiers/unblock",
    permission=Permission.MEMBERS_SUPPORT,
    answers=IdentifierList,
    effect="stored",
)
def unblock_member_identifier(call: Call, member_id: UUID, body: IdentifierBody) -> IdentifierList:
    """Let a blocked identifier open the membership again."""
    member = ref_of(member_id)
    unblock_identifier(
        member, body.identifier(), region=settings.PHONE_REGION, now=call.now, by=call.actor
    )
    return _identifiers(call, member)


@identifiers(
    "POST",
    "/members/{member_id}/identifiers/remove",
    permission=(Permission.MEMBERS_WRITE, Permission.MEMBERS_SUPPORT),
    answers=IdentifierList,
    effect="stored",
)
def remove_member_identifier(call: Call, member_id: UUID, body: IdentifierBody) -> IdentifierList:
    """Free a phone, address or outside number for its next owner. Cards stay."""
    member = ref_of(member_id)
    remove_identifier(
        member, body.identifier(), region=settings.PHONE_REGION, now=call.now, by=call.actor
    )
    return _identifiers(call, member)


@identifiers(
    "POST",
    "/members/{member_id}/replace-card",
    permission=(Permission.MEMBERS_WRITE, Permission.MEMBERS_SUPPORT),
    answers=IdentifierList,
    effect="stored",
)
def replace_member_card(call: Call, member_id: UUID, body: ReplaceCardBody) -> IdentifierList:
    """Replace a card; everything else stays as it was."""
    member = ref_of(member_id)
    replace_card(member, body.old, body.new, form=body.form, now=call.now, by=call.actor)
    return _identifiers(call, member)


@identifiers(
    "GET",
    "/members/{member_id}/consents",
    permission=Permission.CONSENTS_READ,
    answers=ConsentList,
    examples=examples.OF_MEMBER,
)
def list_member_consents(call: Call, member_id: UUID) -> ConsentList:
    """The log of what a member agreed to and withdrew."""
    return _consents(call, ref_of(member_id))


@identifiers(
    "POST",
    "/members/{member_id}/consents",
    permission=(Permission.CONSENTS_WRITE, Permission.MEMBERS_WRITE),
    answers=ConsentList,
    status=201,
    effect="stored",
    examples=examples.CONSENTS,
)
def record_member_consents(call: Call, member_id: UUID, body: ConsentsBody) -> ConsentList:
    """Add to the log what was agreed to or withdrawn."""
    member = ref_of(member_id)
    record_consent(member, [one.consent() for one in body.consents], now=call.now, by=call.actor)
    return _consents(call, member)


@cards(
    "GET",
    "/card-ranges",
    name="list_card_ranges",
    permission=Permission.CARDS_ISSUE,
    answers=RangeList,
    examples=examples.LIST,
)
def list_ranges(call: Call) -> RangeList:
    """The ranges of card numbers and how full they are."""
    views = list_card_ranges(by=call.actor)
    return RangeList(ranges=[RangeAnswer.model_validate(view) for view in views])


@cards(
    "POST",
    "/card-ranges",
    name="create_card_range",
    permission=Permission.CARDS_ISSUE,
    answers=NewRangeAnswer,
    status=201,
    effect="stored",
    examples=examples.RANGES,
)
def create_range(call: Call, body: RangeBody) -> NewRangeAnswer:
    """Reserve a range of card numbers."""
    view, warnings = create_card_range(
        body.code,
        prefix=body.prefix,
        length=body.length,
        checksum=body.checksum,
        form=body.form,
        issued_only=body.issued_only,
        now=call.now,
        by=call.actor,
    )
    return NewRangeAnswer(
        range=RangeAnswer.model_validate(view),
        warnings=[
            ProblemLine(pointer="/prefix", code=code, detail=sentence(code, {}, call.language))
            for code in warnings
        ],
    )


@cards(
    "POST",
    "/card-ranges/{range_code}/batches",
    name="issue_cards",
    permission=Permission.CARDS_ISSUE,
    answers=CardBatchAnswer,
    status=201,
    effect="stored",
    examples=examples.BATCHES,
)
def issue_batch(call: Call, range_code: _RangeCode, body: CardsBody) -> CardBatchAnswer:
    """Draw new card numbers at random."""
    batch = issue_cards(range_code, body.count, now=call.now, by=call.actor)
    return CardBatchAnswer(
        range_code=batch.range_code, batch=batch.batch, numbers=list(batch.numbers)
    )


@cards(
    "GET",
    "/card-ranges/{range_code}/batches",
    name="list_card_batches",
    permission=Permission.CARDS_ISSUE,
    answers=CardBatchList,
)
def list_batches(call: Call, range_code: _RangeCode) -> CardBatchList:
    """The batches of a range: printed how often, and how many of their cards are in use."""
    views = list_card_batches(range_code, by=call.actor)
    return CardBatchList(batches=[CardBatchLine.model_validate(view) for view in views])


@cards(
    "POST",
    "/card-ranges/{range_code}/batches/{batch}/printings",
    name="print_card_batch",
    permission=Permission.CARDS_ISSUE,
    answers=PrintRunAnswer,
    status=201,
    effect="stored",
)
def print_cards(call: Call, range_code: _RangeCode, batch: _BatchNumber) -> PrintRunAnswer:
    """Hand a batch to a print shop.

    Every printing is counted and audited: a card printed twice opens the same membership.
    """
    run = print_batch(range_code, batch, now=call.now, by=call.actor)
    return PrintRunAnswer(
        range_code=run.range_code,
        batch=run.batch,
        checksum=run.checksum,
        printings=run.printings,
        numbers=list(run.numbers),
    )


def _identifiers(call: Call, member: MemberRef) -> IdentifierList:
    views = list_identifiers(member, within=EVERYONE, by=call.actor)
    return IdentifierList(identifiers=[IdentifierAnswer.model_validate(view) for view in views])


def _consents(call: Call, member: MemberRef) -> ConsentList:
    views = list_consents(
        member, within=EVERYONE, by=call.actor._replace(permissions=_with_reading(call))
    )
    return ConsentList(consents=[ConsentAnswer.model_validate(view) for view in views])


def _with_reading(call: Call) -> frozenset[Permission]:
    # Who may add to the log is answered with it.
    return call.actor.permissions | {Permission.CONSENTS_READ}
