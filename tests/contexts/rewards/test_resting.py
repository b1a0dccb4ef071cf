"""A member who changed a contact lately orders nothing for points."""

from datetime import timedelta

import pytest

from regulars.contexts.members.models import Member
from regulars.core.till.decision import MemberRests
from regulars.kit.transactions import in_transaction

pytestmark = pytest.mark.django_db


def test_who_rests_orders_nothing_and_gets_again_what_was_ordered(
    enrol, offer, order, now, everything
):
    member = enrol(points=300)
    mug = offer()
    first = order(member, mug)
    until = now + timedelta(hours=1)
    in_transaction(lambda: Member.objects.filter(id=member.id).update(rests_until=until))
    before = everything()
    with pytest.raises(MemberRests):
        order(member, mug, key="k2")
    assert everything() == before
    assert order(member, mug).id == first.id
    assert order(member, mug, key="k2", now=until).id != first.id
