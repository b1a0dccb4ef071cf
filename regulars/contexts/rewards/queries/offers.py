"""Reads of personal offers: what a member has, and what they could switch on."""

from datetime import datetime

from regulars.contexts.members.types import MemberRef
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.rewards.models import PersonalOffer
from regulars.contexts.rewards.types import OfferView
from regulars.core.calendar import micros
from regulars.core.programme.promotions import Promotion
from regulars.core.rewards.personal import is_good, is_offerable, is_over


def list_offers(member: MemberRef, *, now: datetime) -> tuple[OfferView, ...]:
    """What the programme in force offers this member personally, or lets them activate, at `now`.

    `granted` says whether it was offered to them and still holds; of personal promotions only
    those are told. In the order of the document. Raises NoProgrammeInForce.
    """
    programme = compiled_at(now)
    rows = {
        row.promotion: row
        for row in PersonalOffer.objects.filter(bucket=member.bucket, member_id=member.id)
    }
    views = (
        offer_view(promotion, rows.get(promotion.id), now=now)
        for promotion in programme.document.promotions
        if is_offerable(promotion) and not is_over(promotion, programme.zone, micros(now))
    )
    triggers = {promotion.id: promotion.trigger.kind for promotion in programme.document.promotions}
    return tuple(view for view in views if view.granted or triggers[view.promotion] == "activated")


def offer_view(promotion: Promotion, row: PersonalOffer | None, *, now: datetime) -> OfferView:
    """A promotion with the offer of it, if there is one that holds; for this context only."""
    good = row is not None and is_good(row.since, row.until, now)
    return OfferView(
        promotion=promotion.id,
        title=promotion.title,
        kind=promotion.kind,
        params=promotion.params.model_dump(mode="json"),
        activated_at=row.activated_at if row and good else None,
        since=row.since if row else None,
        until=row.until if row else None,
        granted_by=row.granted_by if row else "",
        granted=good,
    )
