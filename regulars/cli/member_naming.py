"""Whom a text on the command line means."""

from uuid import UUID

from django.conf import settings

from regulars.contexts.members.queries import find_member_by_identifier, get_survivor
from regulars.contexts.members.types import EVERYONE, MemberView, ref_of
from regulars.contexts.till.types import MemberUnknown


def member_named(text: str) -> MemberView:
    """The member of a card, phone, e-mail, outside number or id.

    Raises MemberUnknown, IdentifierAmbiguous.
    """
    try:
        return get_survivor(ref_of(UUID(text)), within=EVERYONE)
    except ValueError:
        found = find_member_by_identifier(text, within=EVERYONE, region=settings.PHONE_REGION)
    if found is None:
        raise MemberUnknown
    return get_survivor(found.ref, within=EVERYONE)
