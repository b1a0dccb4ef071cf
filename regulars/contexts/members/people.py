"""What members are called, for lists of them: two queries, however long the list."""

from collections.abc import Sequence

from regulars.contexts.members.mapping import masked_value
from regulars.contexts.members.models import IdentifierRow, ProfileRow
from regulars.contexts.members.types import IdentifierKind, MemberRef, Person

_SHOWN = (IdentifierKind.CARD, IdentifierKind.PHONE, IdentifierKind.EMAIL, IdentifierKind.EXTERNAL)


def people_of(refs: Sequence[MemberRef], *, masked: bool) -> dict[MemberRef, Person]:
    """Name, contact and card of each; `masked`: as much as recognises, not enough to be copied."""
    within = {"bucket__in": {ref.bucket for ref in refs}, "member_id__in": [r.id for r in refs]}
    profiles = {MemberRef(row.bucket, row.member_id): row for row in _rows(ProfileRow, within)}
    claims: dict[MemberRef, dict[str, str]] = {}
    for row in _rows(IdentifierRow, within, status="active", kind__in=_SHOWN):
        of = claims.setdefault(MemberRef(row.bucket, row.member_id), {})
        kind = IdentifierKind(row.kind)
        of.setdefault(row.kind, masked_value(kind, row.value) if masked else row.value)
    return {ref: _person(profiles.get(ref), claims.get(ref, {}), masked) for ref in refs}


def _person(row: ProfileRow | None, claims: dict[str, str], masked: bool) -> Person:
    contact = claims.get("phone") or claims.get("email") or ""
    card = claims.get("card") or claims.get("external") or ""
    if row is None:
        return Person("", contact, card)
    family = f"{row.family_name[:1]}." if masked and row.family_name else row.family_name
    if not contact:
        phone = masked_value(IdentifierKind.PHONE, row.phone) if masked else row.phone
        email = masked_value(IdentifierKind.EMAIL, row.email) if masked else row.email
        contact = phone or email
    return Person(f"{row.given_name} {family}".strip(), contact, card)


def _rows(model, within, **conditions):  # type: ignore[no-untyped-def]
    return model.objects.filter(**within, **conditions)
