"""Who stands at the till: identify, enrol, balance, statement, and events that are no purchase."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.conf import settings
from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.contexts.members.queries import (
    IdentifierAmbiguous,
    find_member_by_identifier,
    get_found,
    get_survivor,
    is_card_to_give,
    look_up,
)
from regulars.contexts.members.types import (
    EVERYONE,
    ConsentGiven,
    Enrolment,
    Found,
    Identifier,
    IdentifierKind,
    IdentifierStatus,
    MemberRef,
    MemberStatus,
    Profile,
    ref_of,
)
from regulars.contexts.members.usecases.codes import take_shown_code
from regulars.contexts.security.types import Permission, Plane
from regulars.contexts.till.types import (
    BooksView,
    IdentifierBlocked,
    MemberKey,
    MemberUnknown,
    ReadBooks,
)
from regulars.contexts.till.usecases.enrolment import enrol_with_referral
from regulars.contexts.till.usecases.events import award_event
from regulars.contexts.till.usecases.sales import read_books
from regulars.core.member_code import looks_like_code
from regulars.core.programme.compiled import Compiled
from regulars.core.purchase import Event
from regulars.core.refusal import NotFound
from regulars.core.till.decision import MemberNotActive
from regulars.core.wording.telling import Units, tell
from regulars.kit.transactions import in_transaction
from regulars.web.api.operation import Operations
from regulars.web.api.serving import Call
from regulars.web.api.till import examples
from regulars.web.api.till.answers import balances_json, books_json, event_json, units_json
from regulars.web.api.till.proof_guard import note_proof
from regulars.web.api.till.receipts import EventBody, MemberName
from regulars.web.api.till.shapes import (
    BooksAnswer,
    EnrolAnswer,
    EventAnswer,
    IdentifyAnswer,
)
from regulars.web.api.values import (
    Closed,
    Day,
    QueryMoment,
    absent,
    plain,
)

people = Operations(Plane.TILL, "Members")

_CANDIDATES_MAX = 10


class CardNotActivated(NotFound):
    """A printed card of ours that was given to nobody yet."""

    code = "card.not_activated"


class IdentifyBody(Closed):
    """What the cashier typed or scanned, or a member named precisely."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    text: Annotated[str, plain(300, least=1)] = absent()
    member: MemberName = absent()

    @model_validator(mode="after")
    def _one_of_them(self) -> "IdentifyBody":
        if len(self.model_fields_set) != 1:
            raise PydanticCustomError("request.member_named_once", "name one")
        return self


class TillConsentBody(Closed):
    """One purpose agreed to or refused."""

    purpose: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,39}$")]
    given: bool
    text_version: Annotated[str, plain(80)] = ""


class TillEnrolBody(Closed):
    """A person who joins; at least one of card, phone and e-mail."""

    card: Annotated[str, plain(40, least=1)] | None = None
    phone: Annotated[str, plain(40, least=1)] | None = None
    email: Annotated[str, plain(254, least=1)] | None = None
    given_name: Annotated[str, plain(120)] = ""
    family_name: Annotated[str, plain(120)] = ""
    birthday: Day | None = None
    language: Literal["en", "ru"] | None = Field(default=None, description="Default: the answer's")
    consents: Annotated[tuple[TillConsentBody, ...], Field(max_length=20)] = ()
    referred_by: UUID | None = None
    referral_code: Annotated[str, plain(40)] = Field(
        default="", description="Of the friend who brought them"
    )

    def enrolment(self, store: str, language: str) -> Enrolment:
        """What is known of the person."""
        identifiers = tuple(
            Identifier(IdentifierKind(kind), value)
            for kind in ("card", "phone", "email")
            if (value := getattr(self, kind)) is not None
        )
        return Enrolment(
            identifiers,
            Profile(given_name=self.given_name, family_name=self.family_name),
            self.birthday,
            tuple(
                ConsentGiven(one.purpose, one.given, "till", one.text_version)
                for one in self.consents
            ),
            language=self.language or language,  # type: ignore[arg-type]
            store=store,
            referred_by=ref_of(self.referred_by) if self.referred_by else None,
        )


class AsOf(Closed):
    """At which moment."""

    as_of: QueryMoment | None = None


@people(
    "POST",
    "/identify",
    name="identify_member",
    permission=Permission.TILL_IDENTIFY,
    answers=IdentifyAnswer,
    problems=(404, 409),
    looks_up=True,
    examples=examples.IDENTIFICATIONS,
)
async def identify(call: Call, body: IdentifyBody) -> dict[str, Any]:
    """Find out who it is.

    `text` may be a card number, phone, e-mail, app code, outside number, or how a name begins (three
    letters): a name leads to candidates, each to be identified by `id`. A code that the member's app
    shows (`RQ1…`) works once and for half a minute, and says that the member is here: `by` is `code`.
    Nobody found is 404; `card.not_activated` is a printed card of ours that is nobody's yet. Too
    many tries that find nobody are answered with 429.
    """
    runtime = call.runtime
    by, found = await runtime.work(lambda: in_transaction(lambda: _found(call, body)))
    units = runtime.units_at(call.now)
    if by == "name":
        return {"by": by, "member": None, "candidates": _candidates(found), "units": _units(units)}
    if len(found) > 1:
        raise IdentifierAmbiguous
    if not found and by == "card":
        raise CardNotActivated(pointer="/text")
    if not found:
        raise MemberUnknown(pointer="/text" if "text" in body.model_fields_set else "/member")
    one = _usable(found[0])
    books = await read_books(
        runtime.desk, ReadBooks(MemberKey(ref=one.ref), call.now), by=call.actor
    )
    programme = runtime.desk.programme_at(call.now)
    assert programme is not None, "the desk has just answered under it"
    units = await runtime.units(books.version)
    member = _greeted(one, books, programme)
    return {"by": by, "member": member, "candidates": [], "units": units_json(units)}


@people(
    "POST",
    "/members",
    name="enrol_at_till",
    permission=Permission.TILL_ENROL,
    answers=EnrolAnswer,
    status=201,
    effect="stored",
    examples=examples.ENROLMENTS,
)
def enrol(call: Call, body: TillEnrolBody) -> dict[str, Any]:
    """Enrol a person.

    Awards the sign-up at once. A referral that does not count keeps nobody out: `referral_refused`
    says why. Who is enrolled with one of these identifiers already is answered
    with 409, without saying who that is.
    """
    enrolment = body.enrolment(call.store, call.language)
    enrolled, award, refused = enrol_with_referral(
        enrolment, body.referral_code, now=call.now, by=call.actor
    )
    sign_up = None
    if award is not None:
        units = call.runtime.units_in_thread(award.version)
        sign_up = event_json(award, units, call.language)
    return {
        "member": str(enrolled.member.id),
        "is_new": enrolled.is_new,
        "sign_up": sign_up,
        "referral_refused": {
            "code": refused.code,
            "text": tell(refused.code, refused.params, None, call.language),
        }
        if refused
        else None,
    }


@people(
    "POST",
    "/events",
    permission=Permission.TILL_ENROL,
    answers=EventAnswer,
    status=201,
    effect="stored",
    problems=(404,),
    looks_up=True,
    examples=examples.EVENTS,
)
def report_event(call: Call, body: EventBody) -> dict[str, Any]:
    """Report what a member did that is no purchase.

    A review, a check-in, or something of the business's own: the rules of the programme say what it
    earns and how often. It may be as old, or ahead of the clock, as a receipt may.
    """
    event = Event(body.kind, body.occurred_at, body.reference, body.attributes)
    view = award_event(find_member(body.member), event, now=call.now, by=call.actor)
    return event_json(view, call.runtime.units_in_thread(view.version), call.language)


@people(
    "GET",
    "/members/{member_id}/balance",
    name="get_balance_at_till",
    permission=Permission.TILL_IDENTIFY,
    answers=BooksAnswer,
    problems=(409,),
    looks_up=True,
    examples=examples.OF_MEMBER,
)
async def get_balance(call: Call, member_id: UUID, query: AsOf) -> dict[str, Any]:
    """Balances, tier and lots of a member.

    Right by the clock, now or at `as_of`, also where nothing was booked since.
    """
    command = ReadBooks(MemberKey(ref=ref_of(member_id)), query.as_of or call.now)
    view = await read_books(call.runtime.desk, command, by=call.actor)
    return books_json(view, await call.runtime.units(view.version))


def find_member(name: MemberName) -> MemberRef:
    """The member a request names, for what runs on the ORM. Raises MemberUnknown, IdentifierBlocked."""
    (kind,) = name.model_fields_set
    if kind == "id":
        return get_survivor(ref_of(name.id), within=EVERYONE).ref
    found = find_member_by_identifier(
        getattr(name, kind), IdentifierKind(kind), within=EVERYONE, region=settings.PHONE_REGION
    )
    if found is None or found.status in (MemberStatus.ERASED, MemberStatus.MERGED):
        raise MemberUnknown(pointer="/member")
    if found.identifier_status is not IdentifierStatus.ACTIVE:
        raise IdentifierBlocked(pointer="/member")
    return found.ref


def _found(call: Call, body: IdentifyBody) -> tuple[str, tuple[Found, ...]]:
    """By what, and who; nobody is found by nothing in particular."""
    region = settings.PHONE_REGION
    if "text" in body.model_fields_set:
        if looks_like_code(body.text):
            ref = take_shown_code(body.text, now=call.now, by=call.actor)
            shown = get_survivor(ref, within=EVERYONE).ref
            note_proof(call, shown)
            return "code", (get_found(shown, within=EVERYONE),)
        several = look_up(
            body.text, limit=_CANDIDATES_MAX, within=EVERYONE, region=region, by=call.actor
        )
        if not several and is_card_to_give(body.text, region=region, by=call.actor):
            return "card", ()
        return (str(several[0].by) if several else ""), several
    name = body.member
    (kind,) = name.model_fields_set
    if kind == "id":
        survivor = get_survivor(ref_of(name.id), within=EVERYONE)
        return kind, (get_found(survivor.ref, within=EVERYONE),)
    text = getattr(name, kind)
    one = find_member_by_identifier(text, IdentifierKind(kind), within=EVERYONE, region=region)
    return kind, ((one,) if one else ())


def _usable(found: Found) -> Found:
    if found.status in (MemberStatus.ERASED, MemberStatus.MERGED):
        raise MemberUnknown
    if found.identifier_status not in (None, IdentifierStatus.ACTIVE):
        raise IdentifierBlocked
    if found.status is not MemberStatus.ACTIVE:
        raise MemberNotActive(status=found.status.value)
    return found


def _greeted(found: Found, books: BooksView, programme: Compiled) -> dict[str, Any]:
    spendable = [
        {
            "currency": code,
            "balance": books.balances[code].active,
            "worth_minor": max(0, books.balances[code].active) * money.worth[0] // money.worth[1],
        }
        for code, currency in programme.currencies.items()
        if (money := currency.money) and code in books.balances
    ]
    return {
        "id": str(found.ref.id),
        "name": found.shown_name,
        "contact": found.shown_contact,
        "is_staff": found.is_staff,
        "tier": books.tier,
        "next_tier": books.next_tier,
        "missing_to_next_tier": books.missing,
        "balances": balances_json(books.balances),
        "spendable": spendable,
    }


def _candidates(found: tuple[Found, ...]) -> list[dict[str, str]]:
    return [
        {"id": str(one.ref.id), "name": one.shown_name, "contact": one.shown_contact}
        for one in found
    ]


def _units(units: Units | None) -> dict[str, Any] | None:
    return None if units is None else units_json(units)
