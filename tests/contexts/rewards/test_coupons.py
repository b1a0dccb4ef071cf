"""Single coupons: given to a member, found by support, revoked."""

from datetime import timedelta
from uuid import UUID

import pytest

from regulars.contexts.members.queries import MemberNotFound
from regulars.contexts.members.types import MemberRef
from regulars.contexts.members.usecases.membership import block_member
from regulars.contexts.rewards.models import Coupon, CouponBatch, CouponEvent
from regulars.contexts.rewards.queries.coupons import (
    CouponMistyped,
    CouponNotFound,
    get_coupon_life,
    list_coupons_of,
)
from regulars.contexts.rewards.types import BatchTerms, CodeRow
from regulars.contexts.rewards.usecases.coupon_batches import create_batch, generate_codes
from regulars.contexts.rewards.usecases.coupon_codes import import_codes
from regulars.contexts.rewards.usecases.coupons import (
    CouponOwnerNotActive,
    CouponsGone,
    issue_coupon,
    issue_from_batch,
    revoke_coupon,
    revoke_issued,
)
from regulars.contexts.security.models import AuditRow
from regulars.contexts.security.types import Role
from regulars.contexts.security.usecases.access import PermissionMissing
from regulars.core.calendar import micros
from regulars.core.rewards.batches import CouponPromotionUnknown
from regulars.core.rewards.patterns import LETTERS
from regulars.kit.transactions import in_transaction

ONE, TWO = UUID(int=1), UUID(int=2)


@pytest.fixture
def support(person):
    return person(7, Role.SUPPORT)


@pytest.fixture
def make_batch(programme, now, author):
    def make(code="s", pattern="S-????-???*", **terms):
        wanted = BatchTerms("S", "spring", **terms)
        in_transaction(lambda: create_batch(code, wanted, pattern=pattern, now=now, by=author))
        return code

    return make


@pytest.mark.django_db
def test_a_member_gets_a_coupon_of_their_own(make_batch, enrol, now, support):
    member = enrol()
    view = issue_from_batch(make_batch(valid_days=7), member, source=ONE, now=now, by=support)
    assert (view.status, view.owner, view.issued_at) == ("ready", member, now)
    assert view.until - now > timedelta(days=7)
    assert [coupon.code for coupon in list_coupons_of(member, now=now, by=support)] == [view.code]
    assert CouponBatch.objects.get().made == 1


@pytest.mark.django_db
def test_the_same_request_again_gives_the_same_coupon(make_batch, enrol, now, support):
    member, batch = enrol(), make_batch()
    first = issue_from_batch(batch, member, source=ONE, now=now, by=support)
    assert issue_from_batch(batch, member, source=ONE, now=now, by=support) == first
    assert issue_from_batch(batch, member, source=TWO, now=now, by=support).code != first.code
    assert Coupon.objects.count() == 2
    assert CouponEvent.objects.filter(what="issued").count() == 2


@pytest.mark.django_db
def test_coupons_made_ahead_are_given_before_new_ones_are_made(make_batch, enrol, now, author):
    batch = make_batch(bound=True)
    generate_codes(batch, 2, now=now, by=author)
    for number in range(3):
        issue_from_batch(batch, enrol(), source=UUID(int=number), now=now, by=person_of(author))
    assert Coupon.objects.count() == 3 == CouponBatch.objects.get().made


def person_of(author):
    return author._replace(permissions=frozenset({"rewards.redeem"}))


@pytest.mark.django_db
def test_codes_from_elsewhere_are_given_until_they_are_gone(
    make_batch, enrol, now, author, support
):
    batch = make_batch("partner", None, bound=True)
    import_codes(batch, [CodeRow(1, {"code": "KINO-1"})], now=now, by=author)
    assert issue_from_batch(batch, enrol(), source=ONE, now=now, by=support).code == "KINO-1"
    with pytest.raises(CouponsGone):
        issue_from_batch(batch, enrol(), source=TWO, now=now, by=support)


@pytest.mark.django_db(transaction=False)
def test_nobody_is_given_a_coupon_who_is_no_member(make_batch, enrol, now, support, approver):
    batch, member = make_batch(), enrol()
    block_member(member, "lost", now=now, by=approver)
    with pytest.raises(CouponOwnerNotActive):
        issue_from_batch(batch, member, source=ONE, now=now, by=support)
    with pytest.raises(MemberNotFound):
        issue_from_batch(batch, MemberRef(1, ONE), source=ONE, now=now, by=support)
    assert not Coupon.objects.exists()


@pytest.mark.django_db
def test_a_use_case_issues_a_coupon_of_a_promotion(enrol, now, later, support):
    member, until = enrol(), later(days=30)
    code = issue_coupon("spring", member, until=until, source=ONE, now=now, by=support)
    assert issue_coupon("spring", member, until=until, source=ONE, now=now, by=support) == code
    assert len(code) == 20
    assert set(code) <= {*LETTERS, "-"}
    life = get_coupon_life(code.lower().replace("-", " "), now=now, by=support)
    assert (life.coupon.status, life.coupon.owner, life.coupon.until) == ("ready", member, until)
    assert [moment.what for moment in life.moments] == ["issued"]
    with pytest.raises(CouponPromotionUnknown):
        issue_coupon("everybody", member, source=TWO, now=now, by=support)


@pytest.mark.django_db
def test_what_was_issued_can_be_taken_back_until_it_is_used(enrol, now, support):
    member = enrol()
    issue_coupon("spring", member, source=ONE, now=now, by=support)
    issue_coupon("spring", member, source=TWO, now=now, by=support)
    Coupon.objects.filter(source=TWO).update(uses=1)
    assert revoke_issued(ONE, now=now, by=support)
    assert revoke_issued(ONE, now=now, by=support)
    assert not revoke_issued(TWO, now=now, by=support)
    assert list(Coupon.objects.order_by("source").values_list("status", flat=True)) == [
        "revoked",
        "ready",
    ]
    assert CouponEvent.objects.filter(what="revoked").count() == 1


@pytest.mark.django_db
def test_a_coupon_tells_where_it_stands(make_batch, enrol, now, later, support):
    view = issue_from_batch(make_batch(), enrol(), source=ONE, now=now, by=support)

    def stands(**changed):
        Coupon.objects.update(**changed)
        return get_coupon_life(view.code, now=now, by=support).coupon.status

    assert stands(reserved={str(ONE): micros(later(minutes=5))}) == "reserved"
    assert stands(reserved={str(ONE): micros(now)}) == "ready"
    assert stands(since=later(days=1)) == "not_yet"
    assert stands(since=None, until=now) == "expired"
    assert stands(uses=1) == "used"
    assert revoke_coupon(view.code, now=now, by=support).status == "revoked"


@pytest.mark.django_db
def test_a_life_is_told_from_its_beginning(make_batch, enrol, now, later, support):
    member = enrol()
    view = issue_from_batch(make_batch(), member, source=ONE, now=now, by=support)
    code = Coupon.objects.get().code
    for minutes, what in ((1, "reserved"), (2, "used"), (3, "given_back")):
        CouponEvent.objects.create(
            code=code,
            source=TWO,
            what=what,
            at=later(minutes=minutes),
            bucket=0,
            member_id=UUID(int=0),
        )
    revoke_coupon(view.code, now=later(minutes=4), by=support)
    life = get_coupon_life(view.code, now=later(minutes=5), by=support)
    assert [moment.what for moment in life.moments] == [
        "issued",
        "reserved",
        "used",
        "given_back",
        "revoked",
    ]
    assert [moment.member for moment in life.moments] == [member, None, None, None, member]
    assert life.moments[0].by == str(support.staff_id)


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["", "nothing", "\0", "x" * 1000, "'; --", "%", "💥"])
def test_what_is_no_coupon_is_not_found(make_batch, now, support, typed):
    make_batch()
    for attempt in (get_coupon_life, revoke_coupon):
        with pytest.raises(CouponNotFound):
            attempt(typed, now=now, by=support)
    assert not AuditRow.objects.filter(action="coupon.revoked").exists()


@pytest.mark.django_db
def test_a_slip_of_the_pen_is_told_apart(make_batch, enrol, now, support):
    view = issue_from_batch(make_batch(), enrol(), source=ONE, now=now, by=support)
    last = next(letter for letter in LETTERS if letter != view.code[-1])
    with pytest.raises(CouponMistyped):
        get_coupon_life(view.code[:-1] + last, now=now, by=support)


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.CASHIER, Role.AUDITOR, Role.INTEGRATOR])
def test_others_neither_give_nor_see_coupons(make_batch, enrol, now, support, person, role):
    batch, member, other = make_batch(), enrol(), person(9, role)
    view = issue_from_batch(batch, member, source=ONE, now=now, by=support)
    before = (list(Coupon.objects.values()), AuditRow.objects.count())
    for attempt in (
        lambda: issue_from_batch(batch, member, source=TWO, now=now, by=other),
        lambda: revoke_coupon(view.code, now=now, by=other),
        lambda: get_coupon_life(view.code, now=now, by=other),
    ):
        with pytest.raises(PermissionMissing):
            attempt()
    assert before == (list(Coupon.objects.values()), AuditRow.objects.count())


@pytest.mark.django_db
def test_a_whole_code_is_in_no_audit(make_batch, enrol, now, support):
    view = issue_from_batch(make_batch(), enrol(), source=ONE, now=now, by=support)
    revoke_coupon(view.code, now=now, by=support)
    code = Coupon.objects.get().code
    for row in AuditRow.objects.all():
        assert code not in f"{row.object_id}{row.detail}"
        assert view.code not in row.object_id


def test_racing_requests_for_one_source_get_one_coupon(
    django_on_fresh_database, make_batch, enrol, now, support, at_once
):
    member, batch = enrol(), make_batch()

    def ask():
        return in_transaction(
            lambda: issue_from_batch(batch, member, source=ONE, now=now, by=support)
        ).code

    def order():
        return in_transaction(
            lambda: issue_coupon("spring", member, source=TWO, now=now, by=support)
        )

    codes = at_once([ask] * 6 + [order] * 6)
    assert len(set(codes[:6])) == 1
    assert len(set(codes[6:])) == 1
    assert Coupon.objects.count() == 2


def test_racing_members_get_each_a_code_of_their_own(
    django_on_fresh_database, make_batch, enrol, now, author, support, at_once
):
    batch = make_batch("partner", None, bound=True)
    rows = [CodeRow(n, {"code": f"KINO-{n:04}"}) for n in range(5)]
    in_transaction(lambda: import_codes(batch, rows, now=now, by=author))
    members = [enrol() for _ in range(8)]

    def ask(number):
        return lambda: (
            in_transaction(
                lambda: issue_from_batch(
                    batch, members[number], source=UUID(int=number), now=now, by=support
                )
            ).code
        )

    found = at_once([ask(number) for number in range(8)])
    codes = [code for code in found if isinstance(code, str)]
    assert len(codes) == len(set(codes)) == 5
    assert all(isinstance(each, CouponsGone) for each in found if not isinstance(each, str))


def test_racing_makers_of_one_batch_both_get_all_their_codes(
    django_on_fresh_database, make_batch, now, author, at_once
):
    batch = make_batch()

    def make():
        return in_transaction(lambda: generate_codes(batch, 200, now=now, by=author)).made

    assert sorted(at_once([make] * 4)) == [200, 400, 600, 800]
    assert Coupon.objects.count() == CouponBatch.objects.get().made == 800
