"""Enrolling members: one at the till, thousands from a file; nobody twice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from regulars.contexts.members.checking import (
    MemberDataInvalid,
    check_birthday,
    checked_attributes,
    checked_consent,
    checked_profile,
    checked_tags,
    is_place,
)
from regulars.contexts.members.claiming import claim_all, holders, owners_of
from regulars.contexts.members.identifying import Claim, card_problems, claim_of
from regulars.contexts.members.mapping import profile_columns
from regulars.contexts.members.models import Member
from regulars.contexts.members.types import Enrolled, Enrolment, MemberRef, Profile, ref_of
from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.security.usecases.access import require_any
from regulars.contexts.security.usecases.audit import record_audit
from regulars.core.refusal import Invalid, Refused
from regulars.kit.ids import new_id

OnExisting = Literal["refuse", "return"]

IDENTIFIERS_MAX = 20
_TRIES = 10
_LANGUAGES = ("en", "ru")
_MEMBER_COLUMNS = (
    "bucket",
    "id",
    "status",
    "status_reason",
    "enrolled_at",
    "birthday",
    "language",
    "tags",
    "attributes",
    "store_enrolled",
    "referred_by_bucket",
    "referred_by_id",
    "is_staff",
    "version",
)
_CONSENT_COLUMNS = (
    "id",
    "bucket",
    "member_id",
    "purpose",
    "given",
    "at",
    "channel",
    "text_version",
    "proof",
    "by",
)


class IdentifierTaken(Refused):
    """Somebody is enrolled with this identifier; it is not told who."""

    code = "member.identifier_taken"


class IdentifierMissing(Invalid):
    """Nobody is enrolled without at least one identifier."""

    code = "member.identifier_missing"


class IdentifiersDisagree(Refused):
    """The identifiers belong to different members."""

    code = "member.identifiers_disagree"


class ReferrerNotFound(Refused):
    """Who is said to have referred this member is no active member."""

    code = "member.referrer_not_found"
    kind = "invalid"


class EnrolmentContended(Refused):
    """Others claimed the same identifiers again and again; asking once more helps."""

    code = "member.enrolment_contended"


@dataclass(frozen=True, slots=True)
class _Ready:
    """An enrolment that was checked and spelled."""

    told: Enrolment
    claims: tuple[Claim, ...]
    profile: Profile
    tags: list[str]
    attributes: dict[str, Any]


def enrol_member(
    enrolment: Enrolment,
    *,
    on_existing: OnExisting = "refuse",
    region: str = "RU",
    now: datetime,
    by: Actor,
) -> Enrolled:
    """Enrol one person; of any number of enrolments with one identifier, one makes the member.

    With `on_existing="return"` (imports only) the member that has the identifiers is the answer,
    and left as it is. Raises PermissionMissing, IdentifierMissing, IdentifierTaken,
    IdentifiersDisagree, ReferrerNotFound, EnrolmentContended, and what checking finds:
    `identifier.*`, `member.*`, `consent.*`.
    """
    (outcome,) = enrol_many([enrolment], on_existing=on_existing, region=region, now=now, by=by)
    if isinstance(outcome, Refused):
        raise outcome
    return outcome


def enrol_many(
    enrolments: Sequence[Enrolment],
    *,
    on_existing: OnExisting = "refuse",
    region: str = "RU",
    now: datetime,
    by: Actor,
) -> list[Enrolled | Refused]:
    """Enrol a batch in a handful of statements; each one's member or refusal, in the order given.

    A refused one does not keep the others out. Of two that share an identifier the earlier makes
    the member. Thousands a second in batches of about a thousand. Raises PermissionMissing,
    EnrolmentContended.
    """
    require_any(
        by,
        Permission.MEMBERS_WRITE,
        Permission.TILL_ENROL,
        Permission.MEMBERS_IMPORT,
        Permission.RECEIPTS_IMPORT,
    )
    if on_existing == "return":
        # An answer that tells who is enrolled is for those who see all members anyway.
        require_any(by, Permission.MEMBERS_IMPORT, Permission.RECEIPTS_IMPORT)
    assert connection.in_atomic_block, "claims without their members would be left behind"
    ready = _checked(enrolments, region, now)
    for _ in range(_TRIES):
        outcomes, new = _decided(ready, on_existing, now)
        claims = [(claim, ref) for ref, one in new for claim in one.claims]
        with transaction.atomic():
            if claim_all(claims, since=now):
                break
            # Somebody else was faster. What they did is committed: look again.
            transaction.set_rollback(True)
    else:
        raise EnrolmentContended
    _insert(new, now, by)
    _audit(new, len(enrolments), now, by)
    return outcomes


def _checked(enrolments: Sequence[Enrolment], region: str, now: datetime) -> list[_Ready | Refused]:
    ready: list[_Ready | Refused] = []
    for enrolment in enrolments:
        try:
            ready.append(_checked_one(enrolment, region, now))
        except Refused as refusal:
            ready.append(refusal)
    problems = card_problems(
        claim for one in ready if isinstance(one, _Ready) for claim in one.claims
    )
    referrers = _active({one.told.referred_by for one in ready if isinstance(one, _Ready)})
    return [
        one if isinstance(one, Refused) else _checked_outside(one, problems, referrers)
        for one in ready
    ]


def _checked_one(told: Enrolment, region: str, now: datetime) -> _Ready:
    if not told.identifiers:
        raise IdentifierMissing(pointer="/identifiers")
    if len(told.identifiers) > IDENTIFIERS_MAX:
        raise MemberDataInvalid("member.identifiers_too_many", pointer="/identifiers")
    claims = {
        claim.key: claim
        for place, identifier in enumerate(told.identifiers)
        for claim in [claim_of(identifier, region=region, pointer=f"/identifiers/{place}")]
    }
    if told.language not in _LANGUAGES:
        raise MemberDataInvalid(pointer="/language")
    if told.store is not None and not is_place(told.store):
        raise MemberDataInvalid(pointer="/store")
    if told.enrolled_at is not None and told.enrolled_at > now:
        raise MemberDataInvalid("member.enrolled_in_future", pointer="/enrolled_at")
    check_birthday(told.birthday, now.date())
    consents = tuple(
        checked_consent(consent, pointer=f"/consents/{place}")
        for place, consent in enumerate(told.consents)
    )
    return _Ready(
        told=replace(told, consents=consents),
        claims=tuple(claims.values()),
        profile=_reachable(checked_profile(told.profile, region=region), claims.values()),
        tags=checked_tags(told.tags),
        attributes=checked_attributes(told.attributes),
    )


def _reachable(profile: Profile, claims: Iterable[Claim]) -> Profile:
    """The profile, with phone and address from the identifiers where it has none."""
    for claim in claims:
        if claim.kind in ("phone", "email") and not getattr(profile, claim.kind):
            profile = replace(profile, **{claim.kind: claim.value})
    return profile


def _checked_outside(
    one: _Ready, problems: dict[str, Refused], referrers: frozenset[MemberRef]
) -> _Ready | Refused:
    for claim in one.claims:
        if claim.kind == "card" and claim.value in problems:
            return problems[claim.value]
    if one.told.referred_by is not None and one.told.referred_by not in referrers:
        return ReferrerNotFound(pointer="/referred_by")
    return one


def _active(refs: set[MemberRef | None]) -> frozenset[MemberRef]:
    ids = [ref.id for ref in refs if ref is not None]
    if not ids:
        return frozenset()
    buckets = [ref.bucket for ref in refs if ref is not None]
    rows = Member.objects.filter(bucket__in=buckets, id__in=ids, status="active")
    return frozenset(MemberRef(*found) for found in rows.values_list("bucket", "id"))


def _decided(
    ready: Sequence[_Ready | Refused], on_existing: OnExisting, now: datetime
) -> tuple[list[Enrolled | Refused], list[tuple[MemberRef, _Ready]]]:
    owners = owners_of(claim for one in ready if isinstance(one, _Ready) for claim in one.claims)
    outcomes: list[Enrolled | Refused] = []
    new: list[tuple[MemberRef, _Ready]] = []
    for one in ready:
        if isinstance(one, Refused):
            outcomes.append(one)
            continue
        found = holders(one.claims, owners)
        if not found:
            ref = ref_of(new_id(now=now))
            owners.update((claim.key, ref) for claim in one.claims)
            new.append((ref, one))
            outcomes.append(Enrolled(ref, is_new=True))
        elif on_existing == "refuse":
            taken = next(place for place, c in enumerate(one.claims) if c.key in owners)
            outcomes.append(IdentifierTaken(pointer=f"/identifiers/{taken}"))
        elif len(found) > 1:
            outcomes.append(IdentifiersDisagree(pointer="/identifiers"))
        else:
            outcomes.append(Enrolled(next(iter(found)), is_new=False))
    return outcomes, new


def _insert(new: Sequence[tuple[MemberRef, _Ready]], now: datetime, by: Actor) -> None:
    members, profiles, consents = [], [], []
    for ref, one in new:
        told = one.told
        referrer = told.referred_by or (None, None)
        members.append(
            (
                *ref,
                "active",
                "",
                told.enrolled_at or now,
                told.birthday,
                told.language,
                one.tags,
                Jsonb(one.attributes),
                told.store,
                *referrer,
                told.is_staff,
                1,
            )
        )
        if one.profile != Profile():
            profiles.append((*ref, *profile_columns(one.profile).values()))
        consents += [
            (
                new_id(now=now),
                *ref,
                consent.purpose,
                consent.given,
                told.enrolled_at or now,
                consent.channel,
                consent.text_version,
                Jsonb(dict(consent.proof)),
                f"{by.kind}:{by.id}",
            )
            for consent in told.consents
        ]
    _copy("members_member", _MEMBER_COLUMNS, members)
    _copy("members_profile", ("bucket", "member_id", *profile_columns(Profile())), profiles)
    _copy("members_consent", _CONSENT_COLUMNS, consents)


def _copy(table: str, columns: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
    if not rows:
        return
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _audit(new: Sequence[tuple[MemberRef, _Ready]], asked: int, now: datetime, by: Actor) -> None:
    if asked == 1 and new:
        record_audit("member.enrol", "member", str(new[0][0].id), now=now, by=by)
    elif new:
        detail = {"created": len(new), "asked": asked}
        record_audit("member.enrol_many", "members", "", detail, now=now, by=by)
