"""Rows of members turned into values, and references into conditions."""

from regulars.contexts.members.models import (
    CardRange,
    CodeDevice,
    ConsentRow,
    IdentifierRow,
    Member,
    ProfileRow,
)
from regulars.contexts.members.types import (
    CardRangeView,
    CodeDeviceView,
    ConsentView,
    IdentifierKind,
    IdentifierStatus,
    IdentifierView,
    MemberRef,
    MemberStatus,
    MemberView,
    Profile,
)
from regulars.core.identifiers import mask_email, mask_number, mask_phone
from regulars.core.membership import name_key

PROFILE_FIELDS = ("given_name", "family_name", "phone", "email", "gender", "city", "note")
NAME_KEY_MAX = 250


def member_view(row: Member) -> MemberView:
    return MemberView(
        ref=MemberRef(row.bucket, row.id),
        status=MemberStatus(row.status),
        status_reason=row.status_reason,
        enrolled_at=row.enrolled_at,
        birthday=row.birthday,
        language=row.language,
        tags=frozenset(row.tags),
        attributes=row.attributes,
        store=row.store_enrolled,
        is_staff=row.is_staff,
        referred_by=_ref(row.referred_by_bucket, row.referred_by_id),
        merged_into=_ref(row.merged_into_bucket, row.merged_into_id),
        version=row.version,
        rests_until=row.rests_until,
    )


def profile_of(row: ProfileRow | None) -> Profile:
    if row is None:
        return Profile()
    return Profile(**{name: getattr(row, name) for name in PROFILE_FIELDS})


def profile_columns(profile: Profile) -> dict[str, str]:
    """The columns of a profile's row, search keys included."""
    columns = {name: getattr(profile, name) for name in PROFILE_FIELDS}
    columns["name_key"] = name_key(profile.family_name, profile.given_name)[:NAME_KEY_MAX]
    columns["name_key_reversed"] = name_key(profile.given_name, profile.family_name)[:NAME_KEY_MAX]
    return columns


def identifier_view(row: IdentifierRow, *, masked: bool) -> IdentifierView:
    kind = IdentifierKind(row.kind)
    return IdentifierView(
        kind=kind,
        value=masked_value(kind, row.value) if masked else row.value,
        form=row.form,
        status=IdentifierStatus(row.status),
        since=row.since,
        until=row.until,
    )


def masked_value(kind: IdentifierKind, value: str) -> str:
    """Enough of an identifier to be recognised; nothing of an app's token."""
    if kind is IdentifierKind.PHONE:
        return mask_phone(value)
    if kind is IdentifierKind.EMAIL:
        return mask_email(value)
    return "" if kind is IdentifierKind.APP else mask_number(value)


def consent_view(row: ConsentRow) -> ConsentView:
    return ConsentView(
        id=row.id,
        purpose=row.purpose,
        given=row.given,
        at=row.at,
        channel=row.channel,
        text_version=row.text_version,
        proof=row.proof,
        by=row.by,
    )


def card_range_view(row: CardRange) -> CardRangeView:
    return CardRangeView(
        code=row.code,
        prefix=row.prefix,
        length=row.length,
        checksum=row.checksum,
        form=row.form,
        issued_only=row.issued_only,
        issued=row.issued,
        capacity=10 ** body_digits(row),
        next_batch=row.next_batch,
    )


def code_device_view(row: CodeDevice) -> CodeDeviceView:
    return CodeDeviceView(row.pk, row.name, row.made_at, row.revoked_at)


def body_digits(row: CardRange) -> int:
    """How many digits of a number are drawn: neither prefix nor check digit."""
    return row.length - len(row.prefix) - (row.checksum != "none")


def _ref(bucket: int | None, member_id: object) -> MemberRef | None:
    return None if bucket is None else MemberRef(bucket, member_id)  # type: ignore[arg-type]
