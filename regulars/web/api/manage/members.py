"""Members on the management plane: enrolled, searched, changed, blocked, merged, erased."""

from typing import Any
from uuid import UUID

from django.conf import settings

from regulars.contexts.ledger.usecases.merging import merge_members
from regulars.contexts.members.queries import (
    MemberFilter,
    get_member,
    get_profile,
    list_members,
)
from regulars.contexts.members.types import (
    EVERYONE,
    MemberRef,
    MemberStatus,
    ref_of,
)
from regulars.contexts.members.usecases.membership import (
    block_member,
    erase_member,
    unblock_member,
)
from regulars.contexts.members.usecases.personal import (
    change_birthday,
    change_profile,
    set_attributes,
    set_language,
    set_staff_mark,
    set_tags,
)
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.security.types import Permission, Plane
from regulars.contexts.till.types import MemberKey, ReadBooks
from regulars.contexts.till.usecases.enrolment import enrol_with_referral
from regulars.contexts.till.usecases.sales import read_books
from regulars.web.api.manage import examples
from regulars.web.api.manage.member_bodies import (
    ChangeBody,
    EnrolBody,
    MergeBody,
    ReasonBody,
    SearchBody,
)
from regulars.web.api.manage.member_shapes import (
    EnrolledAnswer,
    MemberAnswer,
    MemberList,
    MemberVersion,
    ProfileAnswer,
)
from regulars.web.api.operation import Operations
from regulars.web.api.serving import Call
from regulars.web.api.till.answers import books_json, earned
from regulars.web.api.till.people import AsOf
from regulars.web.api.till.shapes import BooksAnswer, StatementAnswer
from regulars.web.api.till.statement import StatementQuery, statement_json

members = Operations(Plane.MANAGE, "Members")


@members(
    "POST",
    "/members",
    permission=Permission.MEMBERS_WRITE,
    answers=EnrolledAnswer,
    status=201,
    effect="stored",
    examples=examples.ENROLMENTS,
)
def enrol_member(call: Call, body: EnrolBody) -> EnrolledAnswer:
    """Enrol a person and award the sign-up."""
    enrolled, award, refused = enrol_with_referral(
        body.enrolment(), body.referral_code, now=call.now, by=call.actor
    )
    return EnrolledAnswer(
        member=enrolled.member.id,
        is_new=enrolled.is_new,
        sign_up=earned(award.awards) if award else {},
        referral_refused=refused.code if refused else None,
    )


@members(
    "POST",
    "/members/search",
    permission=Permission.MEMBERS_READ,
    answers=MemberList,
    examples=examples.SEARCHES,
)
def search_members(call: Call, body: SearchBody) -> MemberList:
    """Search members.

    The newest first, or by name where names are searched for; merged and erased ones only when asked for.
    """
    wanted = MemberFilter(
        status=MemberStatus(body.status) if body.status else None,
        tag=body.tag,
        store=body.store,
        enrolled_since=body.enrolled_since,
        enrolled_until=body.enrolled_until,
        is_staff=body.is_staff,
        search=body.search,
    )
    page = list_members(
        wanted,
        cursor=body.cursor,
        limit=body.limit,
        within=EVERYONE,
        region=settings.PHONE_REGION,
    )
    found = [MemberAnswer.model_validate(view) for view in page.items]
    return MemberList(members=found, next=page.next_cursor)


@members(
    "GET",
    "/members/{member_id}",
    name="get_member",
    permission=Permission.MEMBERS_READ,
    answers=MemberAnswer,
    examples=examples.OF_MEMBER,
)
def get_a_member(call: Call, member_id: UUID) -> MemberAnswer:
    """A member without contact data."""
    return MemberAnswer.model_validate(get_member(ref_of(member_id), within=EVERYONE))


@members(
    "GET",
    "/members/{member_id}/profile",
    permission=Permission.MEMBERS_CONTACTS,
    answers=ProfileAnswer,
    examples=examples.OF_MEMBER,
)
def get_member_profile(call: Call, member_id: UUID) -> ProfileAnswer:
    """The contact data of a member."""
    profile = get_profile(ref_of(member_id), within=EVERYONE, by=call.actor)
    return ProfileAnswer.model_validate(profile)


@members(
    "PATCH",
    "/members/{member_id}",
    permission=Permission.MEMBERS_WRITE,
    answers=MemberVersion,
    problems=(409,),
    examples=examples.CHANGES,
)
def change_member(call: Call, member_id: UUID, body: ChangeBody) -> MemberVersion:
    """Change what is known of a member: all of it, or nothing."""
    return MemberVersion(version=_changed(call, ref_of(member_id), body))


@members(
    "POST",
    "/members/{member_id}/block",
    name="block_member",
    permission=Permission.MEMBERS_SUPPORT,
    answers=MemberVersion,
    effect="stored",
    examples=examples.BLOCKS,
)
def block(call: Call, member_id: UUID, body: ReasonBody) -> MemberVersion:
    """Freeze a membership: nothing is earned or spent."""
    member = ref_of(member_id)
    return MemberVersion(
        version=block_member(member, body.reason, version=body.version, now=call.now, by=call.actor)
    )


@members(
    "POST",
    "/members/{member_id}/unblock",
    name="unblock_member",
    permission=Permission.MEMBERS_SUPPORT,
    answers=MemberVersion,
    effect="stored",
    examples=examples.UNBLOCKS,
)
def unblock(call: Call, member_id: UUID, body: ReasonBody) -> MemberVersion:
    """Open a frozen membership again."""
    member = ref_of(member_id)
    return MemberVersion(
        version=unblock_member(
            member, body.reason, version=body.version, now=call.now, by=call.actor
        )
    )


@members(
    "POST",
    "/members/{member_id}/merge",
    name="merge_members",
    permission=Permission.MEMBERS_SUPPORT,
    answers=MemberAnswer,
    effect="stored",
)
def merge(call: Call, member_id: UUID, body: MergeBody) -> MemberAnswer:
    """Merge a membership into another of the same person.

    Cards, points, tier history and past sales belong to the other from now on. Again is harmless.
    """
    winner = ref_of(body.into)
    merge_members(
        ref_of(member_id),
        winner,
        programme=compiled_at(call.now),
        reason_text=body.reason,
        now=call.now,
        by=call.actor,
    )
    return MemberAnswer.model_validate(get_member(winner, within=EVERYONE))


@members(
    "POST",
    "/members/{member_id}/erase",
    name="erase_member",
    permission=Permission.MEMBERS_ERASE,
    answers=MemberAnswer,
    effect="stored",
)
def erase(call: Call, member_id: UUID, body: ReasonBody) -> MemberAnswer:
    """Forget who a member is.

    The ledger keeps a number without a person. It cannot be undone.
    """
    member = ref_of(member_id)
    erase_member(member, body.reason, now=call.now, by=call.actor)
    return MemberAnswer.model_validate(get_member(member, within=EVERYONE))


@members(
    "GET",
    "/members/{member_id}/balance",
    permission=Permission.LEDGER_READ,
    answers=BooksAnswer,
    problems=(409,),
    examples=examples.OF_MEMBER,
)
async def get_member_balance(call: Call, member_id: UUID, query: AsOf) -> dict[str, Any]:
    """Balances, tier and lots of a member, right by the clock, now or at `as_of`."""
    command = ReadBooks(MemberKey(ref=ref_of(member_id)), query.as_of or call.now)
    view = await read_books(call.runtime.desk, command, by=call.actor)
    return books_json(view, await call.runtime.units(view.version))


@members(
    "GET",
    "/members/{member_id}/statement",
    permission=Permission.LEDGER_READ,
    answers=StatementAnswer,
    examples=examples.OF_MEMBER,
)
def get_member_statement(call: Call, member_id: UUID, query: StatementQuery) -> dict[str, Any]:
    """Every movement of a member with its reasons, the newest first."""
    return statement_json(call, member_id, query)


def _changed(call: Call, member: MemberRef, body: ChangeBody) -> int:
    """Apply the changes one after another; each counts the version on. Returns the last."""
    version = body.version
    said = body.model_fields_set
    if body.profile is not None:
        version = change_profile(
            member,
            body.profile.told(),
            region=settings.PHONE_REGION,
            version=version,
            now=call.now,
            by=call.actor,
        )
    if "birthday" in said:
        version = change_birthday(
            member, body.birthday, version=version, now=call.now, by=call.actor
        )
    if body.language is not None:
        version = set_language(member, body.language, version=version, now=call.now, by=call.actor)
    if body.tags is not None:
        version = set_tags(
            member, frozenset(body.tags), version=version, now=call.now, by=call.actor
        )
    if body.attributes is not None:
        version = set_attributes(
            member, body.attributes, version=version, now=call.now, by=call.actor
        )
    if body.is_staff is not None:
        version = set_staff_mark(
            member, body.is_staff, version=version, now=call.now, by=call.actor
        )
    if version is None:
        version = get_member(member, within=EVERYONE).version
    return version
