"""Corrections by hand: small ones at once, larger ones by the word of a second person."""

from datetime import timedelta
from uuid import UUID

import pytest
from till_shop import BOOKS, NOW, open_shop

from regulars.contexts.ledger.models import LedgerTransaction
from regulars.contexts.ledger.queries import list_statement
from regulars.contexts.ledger.usecases.adjustments import (
    MemberErased,
    decide_adjustment,
    request_adjustment,
)
from regulars.contexts.ledger.usecases.merging import merge_members
from regulars.contexts.ledger.usecases.points import AmountInvalid
from regulars.contexts.members.queries import MemberNotFound
from regulars.contexts.members.types import MemberRef
from regulars.contexts.members.usecases.membership import erase_member
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.security.access import ROLE_PERMISSIONS
from regulars.contexts.security.models import Approval, AuditRow, StaffUser
from regulars.contexts.security.types import Actor, Role
from regulars.contexts.security.usecases.access import PermissionMissing
from regulars.contexts.security.usecases.approvals import (
    AloneReasonNeeded,
    ApprovalDecided,
    ApprovalNotFound,
    SecondPersonNeeded,
)
from regulars.contexts.till.usecases.verify import verify_books
from regulars.core.ledger.accounts import bucket_of
from regulars.core.till.decision import CurrencyUnknown, PointsInsufficient
from regulars.kit.ids import new_id
from regulars.kit.transactions import in_transaction

LIMIT = 100
WRITTEN = (*BOOKS, "security_approval", "security_audit_row")


@pytest.fixture
def shop(django_on_fresh_database):
    with open_shop(django_on_fresh_database) as shop:
        yield shop


@pytest.fixture
def member(shop):
    ref = shop.enrol("m")
    shop.sell(ref, 1000)
    return ref


@pytest.fixture
def hire(django_on_fresh_database):
    """Somebody with an account, whose password nobody needs."""

    def make(role, name=""):
        user = StaffUser.objects.create(
            id=new_id(now=NOW),
            email=f"{name or role.value}@example.org",
            name=name,
            role=role.value,
            password="!",
            created_at=NOW,
            password_changed_at=NOW,
            language="en",
        )
        return Actor("staff", str(user.pk), user.pk, ROLE_PERMISSIONS[role])

    return make


@pytest.fixture
def support(hire):
    return hire(Role.SUPPORT)


@pytest.fixture
def controller(hire):
    return hire(Role.CONTROLLER)


def ask(member, amount, by, *, currency="points", reason="the till was broken", now=NOW):
    return in_transaction(
        lambda: request_adjustment(
            member,
            programme=compiled_at(now),
            currency=currency,
            amount=amount,
            reason_text=reason,
            limit=LIMIT,
            now=now,
            by=by,
        )
    )


def decide(approval, approve, by, *, reason="", alone=None, now=NOW):
    return in_transaction(
        lambda: decide_adjustment(
            approval.id,
            approve,
            reason,
            programme=compiled_at(now),
            alone_reason=alone,
            now=now,
            by=by,
        )
    )


@pytest.mark.parametrize("amount", [LIMIT, -LIMIT, 1])
def test_a_small_correction_is_booked_at_once_with_its_reason(shop, member, support, amount):
    outcome = ask(member, amount, support)
    assert outcome.approval is None
    assert outcome.posted.balances["points"].active == 100 + amount
    line = list_statement(member, limit=1)[0]
    assert (line.kind, line.moves["points"].active) == ("adjust", amount)
    assert line.facts["reason"] == ["ledger.adjustment", {"text": "the till was broken"}]
    assert line.facts["by"] == f"staff:{support.id}"
    audited = AuditRow.objects.get(action="ledger.adjust")
    assert (audited.object_id, audited.detail["amount"]) == (str(member.id), amount)
    assert verify_books().books_are_right


@pytest.mark.parametrize("amount", [LIMIT + 1, -LIMIT - 1])
def test_a_larger_one_waits_and_moves_nothing(shop, member, support, amount):
    shop.sell(member, 500)
    before = shop.rows(*BOOKS)
    outcome = ask(member, amount, support)
    assert outcome.posted is None
    assert outcome.approval.payload["amount"] == amount
    assert shop.rows(*BOOKS) == before


def test_a_second_person_books_it_and_both_are_named(shop, member, support, controller):
    waiting = ask(member, 500, support).approval
    outcome = decide(waiting, True, controller)
    assert outcome.posted.balances["points"].active == 600
    facts = LedgerTransaction.objects.get(kind="adjust").facts
    assert facts["approved_by"] == str(controller.staff_id)
    assert Approval.objects.get().requested_by_id == support.staff_id
    assert verify_books().books_are_right


def test_it_is_booked_once_however_often_it_is_approved(shop, member, support, controller, at_once):
    waiting = ask(member, 500, support).approval
    done = at_once([lambda: decide(waiting, True, controller)] * 4)
    assert sum(not isinstance(one, Exception) for one in done) == 1
    assert all(isinstance(one, ApprovalDecided) for one in done if isinstance(one, Exception))
    assert LedgerTransaction.objects.filter(kind="adjust").count() == 1


def test_nobody_approves_what_they_asked_for(shop, member, controller, hire):
    owner = hire(Role.OWNER)
    waiting = ask(member, 500, owner).approval
    before = shop.rows(*WRITTEN)
    with pytest.raises(SecondPersonNeeded):
        decide(waiting, True, owner, alone="I am in a hurry")
    assert shop.rows(*WRITTEN) == before


def test_who_is_alone_says_why(shop, member, hire):
    owner = hire(Role.OWNER)
    waiting = ask(member, 500, owner).approval
    with pytest.raises(AloneReasonNeeded):
        decide(waiting, True, owner)
    assert (
        decide(waiting, True, owner, alone="one-person shop").posted.balances["points"].active
        == 600
    )
    assert Approval.objects.get().alone_reason == "one-person shop"


def test_what_is_rejected_is_never_booked(shop, member, support, controller):
    waiting = ask(member, 500, support).approval
    before = shop.rows(*BOOKS)
    outcome = decide(waiting, False, controller, reason="no proof")
    assert (outcome.posted, outcome.approval.decision) == (None, "rejected")
    with pytest.raises(ApprovalDecided):
        decide(waiting, True, controller)
    assert shop.rows(*BOOKS) == before


@pytest.mark.parametrize(
    ("amount", "currency", "refusal"),
    [
        (-101, "points", None),
        (0, "points", AmountInvalid),
        (5, "gold", CurrencyUnknown),
        (5000, "gold", CurrencyUnknown),
    ],
)
def test_what_cannot_be_booked_is_refused(
    shop, member, support, controller, amount, currency, refusal
):
    if refusal is None:  # more than there is: found out when it is to be booked
        waiting = ask(member, amount, support).approval
        before = shop.rows(*WRITTEN)
        with pytest.raises(PointsInsufficient):
            decide(waiting, True, controller)
    else:
        before = shop.rows(*WRITTEN)
        with pytest.raises(refusal):
            ask(member, amount, support, currency=currency)
    assert shop.rows(*WRITTEN) == before


def test_a_small_one_takes_no_more_than_is_there(shop, support):
    poor = shop.enrol("poor")
    shop.sell(poor, 100)
    before = shop.rows(*WRITTEN)
    with pytest.raises(PointsInsufficient):
        ask(poor, -11, support)
    assert shop.rows(*WRITTEN) == before


@pytest.mark.parametrize("role", [Role.CASHIER, Role.MARKETER, Role.AUDITOR])
def test_who_may_not_correct_is_refused(shop, member, hire, role):
    somebody = hire(role)
    before = shop.rows(*WRITTEN)
    with pytest.raises(PermissionMissing):
        ask(member, 5, somebody)
    assert shop.rows(*WRITTEN) == before


def test_support_asks_and_does_not_approve(shop, member, support, hire):
    waiting = ask(member, 500, support).approval
    other = hire(Role.SUPPORT, "other")
    with pytest.raises((PermissionMissing, ApprovalNotFound)):
        decide(waiting, True, other)
    assert not LedgerTransaction.objects.filter(kind="adjust").exists()


def test_a_correction_follows_a_merge(shop, member, support, controller):
    """Asked for one member, approved after that one was merged: the one who stays gets it."""
    stays = shop.enrol("stays")
    waiting = ask(member, 500, support).approval
    in_transaction(
        lambda: merge_members(
            member, stays, programme=compiled_at(NOW), reason_text="one", now=NOW, by=shop.by
        )
    )
    assert decide(waiting, True, controller).posted.balances["points"].active == 600
    assert ask(member, 7, support).posted.balances["points"].active == 607
    assert shop.books(stays).balances["points"].active == 607
    assert verify_books().books_are_right


def test_nobody_and_the_erased_have_no_books_to_correct(shop, member, support, controller):
    waiting = ask(member, 500, support).approval
    in_transaction(lambda: erase_member(member, "asked for it", now=NOW, by=shop.by))
    before = shop.rows(*WRITTEN)
    with pytest.raises(MemberErased):
        ask(member, 5, support)
    with pytest.raises(MemberErased):
        decide(waiting, True, controller)
    nobody = UUID(int=7)
    with pytest.raises(MemberNotFound):
        ask(MemberRef(bucket_of(nobody), nobody), 5, support)
    assert shop.rows(*WRITTEN) == before


def test_what_is_given_by_hand_can_be_spent_at_once_and_expires_like_any(shop, support):
    member = shop.enrol("new")
    ask(member, 100, support, currency="late")
    assert shop.books(member).balances["late"] == (0, 100, 0)
    assert shop.books(member, NOW + timedelta(days=30)).balances["late"] == (0, 0, 0)


def test_a_correction_of_status_points_counts_for_the_tier(django_on_fresh_database, hire):
    document = {
        "format": 1, "code": "s", "title": "S", "time_zone": "UTC", "money": "EUR", "language": "en",
        "currencies": {"miles": {"title": "Miles", "kind": "status"}},
        "earning": [],
        "tiers": {
            "measure": "points", "currency": "miles", "window": {"kind": "lifetime"},
            "levels": [{"code": "base", "title": "B"}, {"code": "top", "title": "T", "threshold": 50}],
        },
    }  # fmt: skip
    with open_shop(django_on_fresh_database, document) as shop:
        member, support = shop.enrol("m"), hire(Role.SUPPORT)
        ask(member, 50, support, currency="miles")
        assert shop.books(member).tier == "top"
        ask(member, -1, support, currency="miles")
        assert verify_books().books_are_right
