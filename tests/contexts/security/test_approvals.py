"""A second person's word: another person, with the right, once; and what one alone must say."""

from uuid import UUID

import pytest

from regulars.contexts.security.models import Approval, AuditRow
from regulars.contexts.security.queries import get_approval, list_open_approvals
from regulars.contexts.security.types import Permission, Role
from regulars.contexts.security.usecases.access import PermissionMissing
from regulars.contexts.security.usecases.approvals import (
    AloneReasonNeeded,
    ApprovalDecided,
    ApprovalNotFound,
    DecisionInvalid,
    ReasonInvalid,
    SecondPersonNeeded,
    decide_approval,
    request_approval,
    require_second_person,
)
from regulars.contexts.security.usecases.staff import deactivate_staff

pytestmark = pytest.mark.django_db
APPROVE = Permission.LEDGER_APPROVE


@pytest.fixture
def ask(now):
    def make(by, permission=APPROVE, reason="goodwill after a complaint"):
        payload = {"currency": "points", "amount": 500}
        return request_approval(
            *("ledger.adjust", "member 1", payload),
            permission=permission,
            reason=reason,
            now=now,
            by=by,
        )

    return make


def test_another_person_with_the_right_approves(ask, hire, now, later):
    asks, decides = hire(Role.SUPPORT), hire(Role.CONTROLLER)
    request = ask(asks)
    assert [one.id for one in list_open_approvals(by=decides)] == [request.id]
    done = decide_approval(request.id, "approved", now=later(hours=1), by=decides)
    assert (done.decision, done.decided_by, done.alone_reason) == (
        *("approved", decides.staff_id, None),
    )
    assert done.payload == {"currency": "points", "amount": 500}
    assert get_approval(request.id, by=asks) == done
    assert list_open_approvals(by=decides) == ()


def test_who_asked_cannot_agree_while_somebody_else_could(ask, hire, owner, now):
    controller = hire(Role.CONTROLLER)
    request = ask(owner)
    for alone in (None, "nobody was there"):
        with pytest.raises(SecondPersonNeeded):
            decide_approval(request.id, "approved", alone_reason=alone, now=now, by=owner)
    assert Approval.objects.get().decision is None
    deactivate_staff(controller.staff_id, now=now, by=owner)
    with pytest.raises(AloneReasonNeeded):
        decide_approval(request.id, "approved", alone_reason=" ", now=now, by=owner)
    done = decide_approval(
        request.id, "approved", alone_reason="I run the shop alone", now=now, by=owner
    )
    assert done.alone_reason == "I run the shop alone"
    row = AuditRow.objects.get(action="approval.decide")
    assert row.detail["alone_reason"] == "I run the shop alone"


def test_a_key_of_the_person_who_asked_is_no_second_person(ask, hire, owner, now):
    hire(Role.CONTROLLER)
    request = ask(owner)
    with pytest.raises(SecondPersonNeeded):
        decide_approval(request.id, "approved", now=now, by=owner._replace(kind="key", id="k"))


def test_a_reason_for_being_alone_is_not_noted_where_there_was_a_second_person(
    ask, hire, owner, now
):
    request = ask(hire(Role.SUPPORT))
    done = decide_approval(request.id, "approved", alone_reason="alone!", now=now, by=owner)
    assert done.alone_reason is None


def test_who_may_not_decide_does_not_even_learn_of_it(ask, hire, owner, now):
    request = ask(owner)
    for actor in (hire(Role.CASHIER), hire(Role.SUPPORT), hire(Role.MARKETER)):
        with pytest.raises(PermissionMissing):
            decide_approval(request.id, "approved", now=now, by=actor)
        with pytest.raises(ApprovalNotFound):
            get_approval(request.id, by=actor)
    with pytest.raises(PermissionMissing):
        list_open_approvals(by=hire(Role.CASHIER))
    assert list_open_approvals(by=hire(Role.SUPPORT)) == ()
    with pytest.raises(ApprovalNotFound):
        decide_approval(UUID(int=1), "approved", now=now, by=owner)


def test_the_program_itself_gives_no_second_word(ask, hire, system, now):
    request = ask(hire(Role.SUPPORT))
    with pytest.raises(PermissionMissing):
        decide_approval(request.id, "approved", now=now, by=system)


def test_what_was_decided_stays_decided(ask, hire, owner, now):
    request = ask(hire(Role.SUPPORT))
    decide_approval(request.id, "rejected", reason="no receipt", now=now, by=owner)
    for word in ("approved", "rejected"):
        with pytest.raises(ApprovalDecided):
            decide_approval(request.id, word, reason="again", now=now, by=hire(Role.CONTROLLER))
    assert Approval.objects.get().decision == "rejected"


def test_a_rejection_has_a_reason_and_the_asker_may_take_back(ask, hire, owner, now):
    asks = hire(Role.SUPPORT)
    request = ask(asks)
    with pytest.raises(ReasonInvalid):
        decide_approval(request.id, "rejected", now=now, by=owner)
    assert decide_approval(request.id, "rejected", reason="my mistake", now=now, by=asks)


def test_a_decision_is_one_of_two_words(ask, hire, owner, now):
    request = ask(hire(Role.SUPPORT))
    with pytest.raises(DecisionInvalid):
        decide_approval(request.id, "maybe", now=now, by=owner)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_a_request_has_a_reason(reason, ask, owner):
    with pytest.raises(ReasonInvalid):
        ask(owner, reason=reason)
    assert not Approval.objects.exists()


def test_contacts_in_a_reason_are_blotted_out(ask, owner):
    request = ask(owner, reason="called from +7 912 345-67-89, anna@example.com")
    assert request.reason == "called from •••, •••"
    assert "912" not in str(list(AuditRow.objects.values_list("detail", flat=True)))


def test_others_can_ask_for_the_same_rule(hire, owner):
    author = hire(Role.MARKETER)
    publish = Permission.PROGRAMME_APPROVE
    assert require_second_person(author.staff_id, publish, None, by=owner) is None
    with pytest.raises(SecondPersonNeeded):
        require_second_person(author.staff_id, publish, "alone", by=author)
    with pytest.raises(PermissionMissing):
        require_second_person(author.staff_id, publish, None, by=hire(Role.CASHIER))
