"""Personal offers: to whom, from when until when, activated by whom."""

from datetime import timedelta

import pytest

from regulars.contexts.members.usecases.membership import block_member
from regulars.contexts.rewards.models import PersonalOffer
from regulars.contexts.rewards.queries.offers import list_offers
from regulars.contexts.rewards.usecases.offers import (
    activate_offer,
    offer_promotion,
    withdraw_offer,
)
from regulars.contexts.rewards.usecases.orders import MemberNotActive
from regulars.contexts.security.models import AuditRow
from regulars.contexts.security.usecases.access import PermissionMissing
from regulars.core.rewards.personal import (
    OfferNotGranted,
    OfferOver,
    OfferPeriodEmpty,
    OfferPromotionUnknown,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]


def shown(member, now):
    return {
        view.promotion: (view.granted, view.activated_at) for view in list_offers(member, now=now)
    }


def test_an_offer_is_seen_by_the_member_it_was_made_to_while_it_holds(enrol, now, later, author):
    member, other = enrol(), enrol()
    made = offer_promotion(
        member, "mine", since=later(days=1), until=later(days=2), now=now, by=author
    )
    assert (made.promotion, made.granted, made.since) == ("mine", False, later(days=1))
    assert shown(member, now) == {"tap": (False, None)}
    assert shown(member, later(days=1)) == {"mine": (True, None), "tap": (False, None)}
    assert shown(member, later(days=2)) == {"tap": (False, None)}
    assert shown(other, later(days=1)) == {"tap": (False, None)}
    row = PersonalOffer.objects.get()
    assert (row.granted_by, row.granted_at) == (str(author.staff_id), now)


def test_an_offer_made_again_changes_its_period_and_keeps_its_activation(
    enrol, now, later, author, cashier
):
    member = enrol()
    offer_promotion(member, "mine", until=later(days=2), now=now, by=author)
    first = activate_offer(member, "mine", now=later(hours=1), by=cashier)
    assert activate_offer(member, "mine", now=later(hours=2), by=cashier) == first
    offer_promotion(member, "mine", until=later(days=9), now=later(hours=3), by=author)
    assert shown(member, later(days=8))["mine"] == (True, later(hours=1))
    assert PersonalOffer.objects.count() == 1


def test_everybody_may_activate_what_is_there_to_be_activated(enrol, now, cashier):
    member = enrol()
    view = activate_offer(member, "tap", now=now, by=cashier)
    assert (view.granted, view.activated_at) == (True, now)
    assert shown(member, now)["tap"] == (True, now)


def test_a_personal_promotion_is_activated_by_those_it_was_offered_to(
    enrol, now, later, author, cashier
):
    member = enrol()
    with pytest.raises(OfferNotGranted):
        activate_offer(member, "mine", now=now, by=cashier)
    offer_promotion(member, "mine", until=later(days=1), now=now, by=author)
    with pytest.raises(OfferNotGranted):
        activate_offer(member, "mine", now=later(days=1), by=cashier)
    activate_offer(member, "mine", now=later(hours=1), by=cashier)


def test_what_is_no_offer_is_refused_and_nothing_is_written(enrol, now, later, author, cashier):
    member = enrol()
    audited = AuditRow.objects.count()
    for promotion in ("everybody", "spring", "no-such", "x" * 500, "\x00"):
        with pytest.raises(OfferPromotionUnknown):
            offer_promotion(member, promotion, now=now, by=author)
        with pytest.raises(OfferPromotionUnknown):
            activate_offer(member, promotion, now=now, by=cashier)
    with pytest.raises(OfferOver):
        activate_offer(member, "gone", now=now, by=cashier)
    for since, until in ((None, now), (later(days=2), later(days=2)), (None, later(days=-1))):
        with pytest.raises(OfferPeriodEmpty):
            offer_promotion(member, "mine", since=since, until=until, now=now, by=author)
    assert PersonalOffer.objects.count() == 0
    assert AuditRow.objects.count() == audited


def test_an_offer_is_withdrawn_once(enrol, now, author):
    member = enrol()
    offer_promotion(member, "mine", now=now, by=author)
    assert withdraw_offer(member, "mine", now=now, by=author) is True
    assert withdraw_offer(member, "mine", now=now, by=author) is False
    assert shown(member, now) == {"tap": (False, None)}


def test_a_blocked_member_is_offered_nothing(enrol, now, author, approver, cashier):
    member = enrol()
    block_member(member, "lost", now=now, by=approver)
    with pytest.raises(MemberNotActive):
        offer_promotion(member, "mine", now=now, by=author)
    with pytest.raises(MemberNotActive):
        activate_offer(member, "tap", now=now, by=cashier)


def test_who_may_not_make_offers_makes_none(enrol, now, cashier, author):
    member = enrol()
    with pytest.raises(PermissionMissing):
        offer_promotion(member, "mine", now=now, by=cashier)
    with pytest.raises(PermissionMissing):
        withdraw_offer(member, "mine", now=now, by=cashier)
    with pytest.raises(PermissionMissing):
        activate_offer(member, "tap", now=now, by=author)


def test_offers_end_in_time_to_the_microsecond(enrol, now, later, author):
    member = enrol()
    offer_promotion(member, "mine", until=later(days=1), now=now, by=author)
    assert "mine" in shown(member, later(days=1) - timedelta(microseconds=1))
    assert "mine" not in shown(member, later(days=1))
