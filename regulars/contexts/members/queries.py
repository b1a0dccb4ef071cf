"""Reading members: by what they show, by id, as lists; never further than the caller may see."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q

from regulars.contexts.members.card_lists import batches_of, waits_to_be_given
from regulars.contexts.members.going_on import after
from regulars.contexts.members.holding import MemberNotFound
from regulars.contexts.members.identifying import Claim, claim_of, guesses_of
from regulars.contexts.members.mapping import (
    card_range_view,
    code_device_view,
    consent_view,
    identifier_view,
    masked_value,
    member_view,
    profile_of,
)
from regulars.contexts.members.models import (
    CardRange,
    CodeDevice,
    ConsentRow,
    IdentifierRow,
    Member,
    ProfileRow,
)
from regulars.contexts.members.naming import list_named, narrowed
from regulars.contexts.members.people import people_of
from regulars.contexts.members.types import (
    CardBatchView,
    CardRangeView,
    CodeDeviceView,
    ConsentView,
    Found,
    Identifier,
    IdentifierKind,
    IdentifierStatus,
    IdentifierView,
    MemberFilter,
    MemberRef,
    MemberStatus,
    MemberView,
    Person,
    Profile,
    Reach,
    ref_of,
)
from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.security.usecases.access import require
from regulars.core.consent import Consent, fold
from regulars.core.identifiers import storable
from regulars.core.refusal import Refused
from regulars.kit.paging import (
    Page,
    cursor_id,
    make_cursor,
    page_size,
    read_cursor,
)

FOUND_MAX = 20
_ALL = MemberFilter()


class IdentifierAmbiguous(Refused):
    """The text leads to several members: as a card to one, as a phone to another."""

    code = "member.identifier_ambiguous"


def find_member_by_identifier(
    text: str, kind: IdentifierKind | None = None, *, within: Reach, region: str = "RU"
) -> Found | None:
    """The member that a card number, phone, address, app token or outside number opens.

    Without `kind` the text is tried as all that it could be. Blocked and replaced identifiers are
    found too, with their status: the caller decides what they are good for. Raises
    IdentifierMalformed for a text that is none of its `kind`, IdentifierAmbiguous.
    """
    if kind is None:
        claims = guesses_of(text, region=region)
    else:
        claims = (claim_of(Identifier(kind, text), region=region, pointer="/value"),)
    rows = _holders(claims)
    refs = {MemberRef(row.bucket, row.member_id) for row in rows}
    seen = _seen(refs, within)
    rows = [row for row in rows if MemberRef(row.bucket, row.member_id) in seen]
    if len({row.member_id for row in rows}) > 1:
        raise IdentifierAmbiguous
    if not rows:
        return None
    order = {claim.key: place for place, claim in enumerate(claims)}
    row = min(rows, key=lambda row: order[row.kind, row.value])
    member = seen[MemberRef(row.bucket, row.member_id)]
    return _found(member, row, ProfileRow.objects.filter(pk=(row.bucket, row.member_id)).first())


def spell_identifier(
    kind: IdentifierKind, text: str, *, region: str = "RU", pointer: str | None = None
) -> str:
    """`text` in the one spelling that identifiers of its kind are stored in, known or not.

    Raises IdentifierMalformed.
    """
    return claim_of(Identifier(kind, text), region=region, pointer=pointer).value


def find_holders(
    kind: IdentifierKind, spellings: Sequence[str]
) -> dict[str, tuple[MemberRef, IdentifierStatus]]:
    """Who holds each of many identifiers, given as `spell_identifier` spells them.

    Those that nobody holds are left out. A member that was merged is represented by the one it was
    merged into.
    """
    rows = IdentifierRow.objects.filter(kind=kind.value, value__in=list(spellings))
    held = {
        value: (MemberRef(bucket, member_id), IdentifierStatus(status))
        for value, bucket, member_id, status in rows.values_list(
            "value", "bucket", "member_id", "status"
        )
    }
    refs = {ref for ref, _ in held.values()}
    merged = Member.objects.filter(_is_one_of(refs), status=MemberStatus.MERGED.value)
    heirs = {
        member_id: MemberRef(bucket, heir)
        for member_id, bucket, heir in merged.values_list(
            "id", "merged_into_bucket", "merged_into_id"
        )
    }
    return {value: (heirs.get(ref.id, ref), status) for value, (ref, status) in held.items()}


def look_up(
    text: str, *, limit: int = 10, within: Reach, region: str = "RU", by: Actor
) -> tuple[Found, ...]:
    """Whoever the cashier may mean: by any identifier, else by how the name begins.

    At most 20, contacts masked; of a name 3 letters are needed. Names are searched only for who may
    identify or read members. Raises PermissionMissing.
    """
    if Permission.TILL_IDENTIFY not in by.permissions:
        require(by, Permission.MEMBERS_READ)
    rows = _holders(guesses_of(text, region=region))
    seen = _seen({MemberRef(row.bucket, row.member_id) for row in rows}, within)
    exact = [row for row in rows if MemberRef(row.bucket, row.member_id) in seen]
    if exact:
        profiles = _profiles(seen)
        return tuple(
            _found(seen[ref], row, profiles.get(ref))
            for row in exact
            for ref in [MemberRef(row.bucket, row.member_id)]
        )
    return _by_name(text, max(1, min(limit, FOUND_MAX)), within)


def get_found(ref: MemberRef, *, within: Reach) -> Found:
    """A member known by id, as much of them as a cashier sees. Raises MemberNotFound."""
    row = _in_reach(Member.objects.all(), within).filter(bucket=ref.bucket, id=ref.id).first()
    if row is None:
        raise MemberNotFound
    return _found(row, None, ProfileRow.objects.filter(pk=tuple(ref)).first())


def get_member(ref: MemberRef, *, within: Reach) -> MemberView:
    """One member without contact data. Raises MemberNotFound, also for one out of reach."""
    row = _in_reach(Member.objects.all(), within).filter(bucket=ref.bucket, id=ref.id).first()
    if row is None:
        raise MemberNotFound
    return member_view(row)


def get_member_by_id(member_id: UUID, *, within: Reach) -> MemberView:
    """The same by the id alone."""
    return get_member(ref_of(member_id), within=within)


def get_survivor(ref: MemberRef, *, within: Reach) -> MemberView:
    """The member, or the one it was merged into at last. Raises MemberNotFound."""
    view = get_member(ref, within=within)
    passed = {view.ref}
    while view.merged_into is not None and view.merged_into not in passed:
        view = get_member(view.merged_into, within=within)
        passed.add(view.ref)
    return view


def get_profile(ref: MemberRef, *, within: Reach, by: Actor) -> Profile:
    """Contact data, for the member and who may see it.

    Raises PermissionMissing, MemberNotFound.
    """
    if not _is_self(ref, by):
        require(by, Permission.MEMBERS_CONTACTS)
    get_member(ref, within=within)
    return profile_of(ProfileRow.objects.filter(pk=tuple(ref)).first())


def list_identifiers(ref: MemberRef, *, within: Reach, by: Actor) -> tuple[IdentifierView, ...]:
    """A member's identifiers, the oldest first; masked for who may not see contact data.

    Raises MemberNotFound.
    """
    get_member(ref, within=within)
    masked = not _is_self(ref, by) and Permission.MEMBERS_CONTACTS not in by.permissions
    rows = IdentifierRow.objects.filter(bucket=ref.bucket, member_id=ref.id)
    return tuple(identifier_view(row, masked=masked) for row in rows.order_by("since", "kind"))


def list_consents(ref: MemberRef, *, within: Reach, by: Actor) -> tuple[ConsentView, ...]:
    """The log of consents, the oldest first. Raises PermissionMissing, MemberNotFound."""
    if not _is_self(ref, by):
        require(by, Permission.CONSENTS_READ)
    get_member(ref, within=within)
    rows = ConsentRow.objects.filter(bucket=ref.bucket, member_id=ref.id)
    return tuple(map(consent_view, rows.order_by("at", "id")))


def get_consent_state(ref: MemberRef, *, within: Reach) -> dict[str, Consent]:
    """What the member agrees to now, per purpose; a purpose that is missing was never agreed to.

    Raises MemberNotFound.
    """
    get_member(ref, within=within)
    rows = ConsentRow.objects.filter(bucket=ref.bucket, member_id=ref.id)
    return fold(Consent(*row) for row in rows.values_list("purpose", "given", "at"))


def list_members(
    wanted: MemberFilter = _ALL,
    *,
    cursor: str | None = None,
    limit: int = 50,
    within: Reach,
    region: str = "RU",
) -> Page[MemberView]:
    """Members, the newest first, in pages of at most 500.

    Erased and merged ones are shown only when asked for. `search` is an identifier, or how a name
    begins: then they come in the order of names. Raises CursorInvalid.
    """
    rows = _in_reach(Member.objects.all(), within).filter(**_conditions(wanted))
    if wanted.status is None:
        rows = rows.filter(status__in=(MemberStatus.ACTIVE, MemberStatus.BLOCKED))
    if wanted.search.strip():
        holders = _holders(guesses_of(wanted.search, region=region))
        if not holders:
            return _page_by_name(wanted, cursor, page_size(limit), within)
        rows = rows.filter(_is_one_of({MemberRef(row.bucket, row.member_id) for row in holders}))
    if cursor:
        at, after_id = read_cursor(cursor, str, str)
        rows = rows.filter(after(at, cursor_id(after_id)))
    size = page_size(limit)
    found = tuple(map(member_view, rows.order_by("-enrolled_at", "-id")[: size + 1]))
    if len(found) <= size:
        return Page(found, None)
    last = found[size - 1]
    return Page(found[:size], make_cursor(last.enrolled_at.isoformat(), last.ref.id.hex))


def list_people(refs: Iterable[MemberRef], *, by: Actor) -> dict[MemberRef, Person]:
    """What members are called, for a list of them: in full for who may see contact data, else masked.

    Raises PermissionMissing.
    """
    require(by, Permission.MEMBERS_READ)
    return people_of(list(refs), masked=Permission.MEMBERS_CONTACTS not in by.permissions)


def list_card_ranges(*, by: Actor) -> tuple[CardRangeView, ...]:
    """The ranges of card numbers. Raises PermissionMissing."""
    require(by, Permission.CARDS_ISSUE)
    return tuple(map(card_range_view, CardRange.objects.order_by("code")))


def list_card_batches(
    range_code: str, *, batch: int | None = None, by: Actor
) -> tuple[CardBatchView, ...]:
    """What became of the cards of a range, by batch, the newest first. Raises PermissionMissing."""
    require(by, Permission.CARDS_ISSUE)
    return batches_of(range_code, batch)


def is_card_to_give(text: str, *, region: str = "RU", by: Actor) -> bool:
    """Whether the text is the number of an issued card that is nobody's. Raises PermissionMissing."""
    require(by, Permission.TILL_IDENTIFY)
    return waits_to_be_given(guesses_of(text, region=region))


def list_code_devices(ref: MemberRef, *, by: Actor) -> tuple[CodeDeviceView, ...]:
    """The devices that show the member's codes, the newest first. Raises PermissionMissing."""
    if not _is_self(ref, by):
        require(by, Permission.MEMBERS_SUPPORT)
    rows = CodeDevice.objects.filter(bucket=ref.bucket, member_id=ref.id)
    return tuple(map(code_device_view, rows.order_by("-made_at")))


def _conditions(wanted: MemberFilter) -> dict[str, Any]:
    conditions = {
        "status": wanted.status,
        "tags__contains": [storable(wanted.tag)] if wanted.tag else None,
        "store_enrolled": storable(wanted.store) if wanted.store else None,
        "enrolled_at__gte": wanted.enrolled_since,
        "enrolled_at__lt": wanted.enrolled_until,
        "is_staff": wanted.is_staff,
    }
    return {name: value for name, value in conditions.items() if value is not None}


def _page_by_name(
    wanted: MemberFilter, cursor: str | None, size: int, within: Reach
) -> Page[MemberView]:
    after_id = cursor_id(read_cursor(cursor, str)[0]) if cursor else None
    refs = list_named(wanted.search, *narrowed(wanted, within), after=after_id, limit=size + 1)
    seen = _seen(set(refs), within)
    more = make_cursor(refs[size - 1].id.hex) if len(refs) > size else None
    return Page(tuple(member_view(seen[ref]) for ref in refs[:size]), more)


def _by_name(text: str, limit: int, within: Reach) -> tuple[Found, ...]:
    refs = list_named(text, limit=FOUND_MAX * 25)
    seen = _seen(set(refs), within)
    shown = [ref for ref in refs if ref in seen and seen[ref].status == MemberStatus.ACTIVE][:limit]
    profiles = _profiles(shown)
    return tuple(_found(seen[ref], None, profiles.get(ref)) for ref in shown)


def _holders(claims: Iterable[Claim]) -> list[IdentifierRow]:
    any_of = Q()
    for claim in claims:
        any_of |= Q(kind=claim.kind, value=claim.value)
    return list(IdentifierRow.objects.filter(any_of)) if any_of else []


def _seen(refs: set[MemberRef], within: Reach) -> dict[MemberRef, Member]:
    if not refs:
        return {}
    rows = _in_reach(Member.objects.all(), within).filter(_is_one_of(refs))
    return {MemberRef(row.bucket, row.id): row for row in rows}


def _profiles(refs: Iterable[MemberRef]) -> dict[MemberRef, ProfileRow]:
    wanted = list(refs)
    rows = ProfileRow.objects.filter(
        bucket__in={ref.bucket for ref in wanted}, member_id__in=[ref.id for ref in wanted]
    )
    return {MemberRef(row.bucket, row.member_id): row for row in rows}


def _is_one_of(refs: set[MemberRef]) -> Q:
    # An id is in one bucket only, so the two lists cannot match across each other.
    return Q(bucket__in={ref.bucket for ref in refs}, id__in={ref.id for ref in refs})


def _in_reach(rows: Any, within: Reach) -> Any:
    if within.stores is not None:
        rows = rows.filter(store_enrolled__in=within.stores)
    if within.member is not None:
        rows = rows.filter(bucket=within.member.bucket, id=within.member.id)
    return rows


def _is_self(ref: MemberRef, by: Actor) -> bool:
    return by.kind == "member" and by.id == str(ref.id)


def _found(member: Member, row: IdentifierRow | None, profile: ProfileRow | None) -> Found:
    held = profile_of(profile)
    initial = f" {held.family_name[:1]}." if held.family_name else ""
    kind = IdentifierKind(row.kind) if row else None
    contact = held.phone and masked_value(IdentifierKind.PHONE, held.phone)
    return Found(
        ref=MemberRef(member.bucket, member.id),
        status=MemberStatus(member.status),
        by=kind or "name",
        identifier_status=IdentifierStatus(row.status) if row else None,
        shown_name=f"{held.given_name}{initial}".strip(),
        shown_contact=contact or masked_value(IdentifierKind.EMAIL, held.email),
        is_staff=member.is_staff,
    )
