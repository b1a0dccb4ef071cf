"""Points from one member to another: both accounts or neither, under any race."""

import pytest
from make import ZONE, programme

from regulars.contexts.ledger.models import LedgerAccount, LedgerLot, LedgerTransaction
from regulars.contexts.ledger.usecases.points import adjust_points
from regulars.contexts.ledger.usecases.transfers import transfer_points
from regulars.contexts.ledger.usecases.verify import LedgerAudit
from regulars.contexts.members.types import Enrolment, Identifier, IdentifierKind
from regulars.contexts.members.usecases.enrolment import enrol_member
from regulars.contexts.members.usecases.membership import block_member
from regulars.contexts.security.usecases.access import PermissionMissing
from regulars.core.ledger.audit import Standards
from regulars.core.ledger.transfer import (
    TransferNotOffered,
    TransferOutOfBounds,
    TransferToOneself,
)
from regulars.core.till.decision import MemberNotActive, PointsInsufficient
from regulars.kit.ids import new_id
from regulars.kit.transactions import in_transaction

EXPIRY = {"kind": "after", "after": {"days": 30}}


def rules(**transfer):
    return programme(
        currencies={
            "points": {"title": "Points", "expiry": EXPIRY, "transfer": transfer},
            "status": {"title": "Status"},
        },
        earning=[],
    )


RULES = rules(minimum=10, most=500, day=600)


@pytest.fixture
def enrol(now, approver):
    def make(name, points=0):
        def work():
            identifier = Identifier(IdentifierKind.EXTERNAL, name)
            found = enrol_member(Enrolment(identifiers=(identifier,)), now=now, by=approver)
            if points:
                adjust_points(
                    found.member,
                    programme=RULES,
                    currency="points",
                    amount=points,
                    source=new_id(now=now),
                    reason_text="for the test",
                    now=now,
                    by=approver,
                )
            return found.member

        return in_transaction(work)

    return make


@pytest.fixture
def give(now, approver):
    def act(giver, taker, amount, source=None, *, under=RULES, currency="points", **more):
        told = {"now": now, "by": approver} | more
        return in_transaction(
            lambda: transfer_points(
                giver,
                taker,
                programme=under,
                currency=currency,
                amount=amount,
                source=source or new_id(now=now),
                **told,
            )
        )

    return act


def balance(member):
    row = LedgerAccount.objects.filter(bucket=member.bucket, member_id=member.id).first()
    return row.state["w"]["points"][1] if row and row.version else 0


def proved():
    """The ledger's own proof; lots, postings and the sum over all that was transferred."""
    return in_transaction(
        lambda: list(LedgerAudit(Standards({}, {}, ZONE), lambda done: None).run())
    )


@pytest.mark.usefixtures("django_on_fresh_database")
class TestTransfers:
    """Every case on a database of its own: the audit looks at all there is."""

    def test_what_one_gives_the_other_has(self, enrol, give):
        anna, boris = enrol("anna", 100), enrol("boris", 500)
        given, taken = give(anna, boris, 30)
        assert (given.balances["points"].active, taken.balances["points"].active) == (70, 530)
        assert (balance(anna), balance(boris)) == (70, 530)
        kinds = LedgerTransaction.objects.filter(kind__in=["give", "receive"])
        assert sorted(kinds.values_list("kind", flat=True)) == ["give", "receive"]
        assert proved() == []

    def test_what_is_given_keeps_its_expiry_or_begins_anew(self, enrol, give, later):
        anna, boris, clara = enrol("anna", 300), enrol("boris"), enrol("clara")
        give(anna, boris, 50, now=later(days=10))
        give(anna, clara, 50, under=rules(expiry="restart"), now=later(days=10))
        lots = {lot.member_id: lot for lot in LedgerLot.objects.exclude(member_id=anna.id)}
        assert lots[boris.id].expires_at == later(days=30)
        assert lots[clara.id].expires_at == later(days=40)
        assert lots[clara.id].earned_at == later(days=10)
        assert proved() == []

    def test_the_same_transfer_again_moves_nothing_more(self, enrol, give, now):
        anna, boris, source = enrol("anna", 100), enrol("boris"), new_id(now=now)
        first = give(anna, boris, 30, source)
        assert give(anna, boris, 30, source) == first
        assert (balance(anna), balance(boris)) == (70, 30)

    @pytest.mark.parametrize(
        ("amount", "refusal"),
        [(9, TransferOutOfBounds), (501, TransferOutOfBounds), (101, PointsInsufficient)],
    )
    def test_what_goes_beyond_the_rules_or_the_balance_is_refused(
        self, amount, refusal, enrol, give
    ):
        anna, boris = enrol("anna", 100), enrol("boris")
        with pytest.raises(refusal):
            give(anna, boris, amount)
        assert (balance(anna), balance(boris)) == (100, 0)

    def test_a_day_has_its_limit(self, enrol, give, later):
        anna, boris = enrol("anna", 2000), enrol("boris")
        give(anna, boris, 400)
        with pytest.raises(TransferOutOfBounds) as refused:
            give(anna, boris, 201)
        assert refused.value.params["most"] == 200
        give(anna, boris, 200)
        give(anna, boris, 400, now=later(days=1))
        assert balance(boris) == 1000
        assert proved() == []

    def test_who_cannot_give_or_take_does_not(self, enrol, give, now, approver, cashier):
        anna, boris = enrol("anna", 100), enrol("boris")
        with pytest.raises(TransferToOneself):
            give(anna, anna, 20)
        with pytest.raises(TransferNotOffered):
            give(anna, boris, 20, currency="status")
        with pytest.raises(PermissionMissing):
            give(anna, boris, 20, by=cashier)
        in_transaction(lambda: block_member(boris, "lost", now=now, by=approver))
        with pytest.raises(MemberNotActive):
            give(anna, boris, 20)
        assert balance(anna) == 100

    def test_many_transfers_in_a_circle_at_once_lose_and_make_nothing(self, enrol, give, at_once):
        people = [enrol(name, 100) for name in ("anna", "boris", "clara")]
        pairs = [(people[n % 3], people[(n + 1 + n // 3 % 2) % 3]) for n in range(12)]
        outcomes = at_once([lambda p=pair: give(*p, 20) for pair in pairs])
        for outcome in outcomes:
            assert not isinstance(outcome, Exception) or isinstance(outcome, PointsInsufficient)
        assert sum(balance(person) for person in people) == 300
        assert proved() == []

    def test_the_last_points_are_given_once(self, enrol, give, at_once):
        anna, boris = enrol("anna", 50), enrol("boris")
        outcomes = at_once([lambda: give(anna, boris, 50)] * 8)
        refused = [o for o in outcomes if isinstance(o, PointsInsufficient)]
        assert (len(refused), balance(anna), balance(boris)) == (7, 0, 50)
