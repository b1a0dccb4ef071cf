"""Batches of coupons: made, filled by a pattern, changed, revoked; who may, and what is left behind."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from regulars.contexts.programme.queries import NoProgrammeInForce
from regulars.contexts.rewards.models import Coupon, CouponBatch
from regulars.contexts.rewards.queries.coupons import (
    BatchNotFound,
    get_batch,
    get_batch_figures,
    list_batches,
    list_coupons,
)
from regulars.contexts.rewards.types import BatchTerms
from regulars.contexts.rewards.usecases import coupon_batches
from regulars.contexts.rewards.usecases.coupon_batches import (
    BatchCodeTaken,
    BatchNotGenerated,
    BatchRevoked,
    CountInvalid,
    change_batch,
    create_batch,
    generate_codes,
    revoke_batch,
)
from regulars.contexts.security.models import AuditRow
from regulars.contexts.security.types import Role
from regulars.contexts.security.usecases.access import PermissionMissing
from regulars.core.rewards.batches import BatchInvalid, CouponPromotionUnknown
from regulars.core.rewards.codes import normalised
from regulars.core.rewards.patterns import PatternGuessable, PatternInvalid, codes_from

pytestmark = pytest.mark.django_db
PATTERN = "SPRING-????-????"
TERMS = BatchTerms(title="Spring letter", promotion="spring")


@pytest.fixture
def batch(programme, now, author):
    create_batch("spring", TERMS, pattern=PATTERN, now=now, by=author)
    return "spring"


def test_a_batch_is_made_and_written_down(programme, now, author):
    view = create_batch("spring", TERMS, pattern=PATTERN.lower(), now=now, by=author)
    assert view == get_batch("spring", by=author)
    assert (view.kind, view.pattern, view.made, view.status) == ("made", PATTERN, 0, "open")
    assert view.terms == TERMS
    row = AuditRow.objects.get(action="coupon.create_batch")
    assert (row.object_id, row.detail) == ("spring", {"promotion": "spring"})


def test_a_second_batch_of_the_same_code_is_refused(batch, now, author):
    with pytest.raises(BatchCodeTaken):
        create_batch("spring", TERMS, pattern=PATTERN, now=now, by=author)
    assert CouponBatch.objects.count() == 1


@pytest.mark.parametrize("promotion", ["everybody", "nothing", "", "spring\0", "x" * 500])
def test_only_a_promotion_that_coupons_switch_on_has_batches(programme, now, author, promotion):
    with pytest.raises(CouponPromotionUnknown) as caught:
        create_batch("b", BatchTerms(title="B", promotion=promotion), now=now, by=author)
    assert caught.value.pointer == "/promotion"
    assert not CouponBatch.objects.exists()


def test_without_a_programme_there_are_no_batches(now, author):
    with pytest.raises(NoProgrammeInForce):
        create_batch("b", TERMS, now=now, by=author)


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"uses_max": 0}, "/uses_max"),
        ({"uses_max": 10**7}, "/uses_max"),
        ({"valid_days": 0}, "/valid_days"),
        ({"valid_days": 10**6}, "/valid_days"),
        (
            {"since": datetime(2026, 2, 1, tzinfo=UTC), "until": datetime(2026, 2, 1, tzinfo=UTC)},
            "/until",
        ),
        ({"title": " "}, "/title"),
        ({"title": "a\0"}, "/title"),
        ({"title": "x" * 201}, "/title"),
    ],
)
def test_terms_out_of_bounds_are_refused_where_they_lie(programme, now, author, changed, pointer):
    terms = BatchTerms(**{"title": "B", "promotion": "spring", **changed})
    with pytest.raises(Exception, match=r"malformed|batch_invalid") as caught:
        create_batch("b", terms, pattern=PATTERN, now=now, by=author)
    assert caught.value.pointer == pointer
    assert not CouponBatch.objects.exists()


@pytest.mark.parametrize("code", ["", "A", "a b", "issued:spring", "a" * 41, "../x", "é", "a\0"])
def test_a_batch_needs_a_plain_code(programme, now, author, code):
    with pytest.raises(BatchInvalid) as caught:
        create_batch(code, TERMS, pattern=PATTERN, now=now, by=author)
    assert caught.value.pointer == "/code"


def test_a_bad_pattern_is_refused(programme, now, author):
    with pytest.raises(PatternInvalid):
        create_batch("b", TERMS, pattern="SPRING", now=now, by=author)


def test_codes_are_made_by_the_pattern_and_stored(batch, now, author):
    view = generate_codes(batch, 500, now=now, by=author)
    assert view.made == 500 == Coupon.objects.count()
    found = list_coupons(batch, limit=1000, now=now, by=author)
    assert len({code for code, _ in found}) == 500
    for code, coupon in found:
        assert coupon.code.startswith("SPRING-")
        assert normalised(coupon.code) == code
        assert (coupon.status, coupon.uses_max, coupon.uses) == ("ready", 1, 0)
        assert coupon.issued_at == now
    assert AuditRow.objects.get(action="coupon.generate").detail["count"] == 500


def test_more_codes_may_follow(batch, now, author, later):
    generate_codes(batch, 20, now=now, by=author)
    view = generate_codes(batch, 30, now=later(days=1), by=author)
    assert view.made == 50 == Coupon.objects.count()
    figures = get_batch_figures(batch, by=author)
    assert (figures.coupons, figures.issued, figures.used, figures.revoked) == (50, 50, 0, 0)


def test_codes_of_a_bound_batch_wait_for_their_owners(programme, now, author):
    terms = BatchTerms(title="B", promotion="spring", bound=True, valid_days=3)
    create_batch("bound", terms, pattern=PATTERN, now=now, by=author)
    generate_codes("bound", 3, now=now, by=author)
    assert {c.status for _, c in list_coupons("bound", now=now, by=author)} == {"waiting"}
    assert {c.until for _, c in list_coupons("bound", now=now, by=author)} == {None}


def test_days_of_validity_end_with_the_last_day_in_the_business_zone(programme, now, author, later):
    terms = BatchTerms(title="B", promotion="spring", valid_days=3)
    create_batch("days", terms, pattern=PATTERN, now=now, by=author)
    generate_codes("days", 1, now=now, by=author)
    ((_, coupon),) = list_coupons("days", now=now, by=author)
    assert coupon.until == datetime(2026, 5, 4, 21, tzinfo=UTC)  # midnight in Moscow
    ((_, coupon),) = list_coupons("days", now=coupon.until, by=author)
    assert coupon.status == "expired"


def test_the_window_of_the_batch_narrows_that_of_its_coupons(batch, now, author, later):
    generate_codes(batch, 1, now=now, by=author)
    terms = BatchTerms(title="S", promotion="spring", since=later(days=1), until=later(days=2))
    change_batch(batch, terms, now=now, by=author)
    stands = [
        list_coupons(batch, now=at, by=author)[0][1].status
        for at in (now, later(days=1), later(days=2))
    ]
    assert stands == ["not_yet", "ready", "expired"]


@pytest.mark.parametrize("count", [0, -1, 10**8])
def test_so_many_at_once_are_refused(batch, now, author, count):
    with pytest.raises(CountInvalid):
        generate_codes(batch, count, now=now, by=author)
    assert not Coupon.objects.exists()


def test_a_pattern_that_could_be_guessed_makes_no_codes(programme, now, author):
    create_batch("short", TERMS, pattern="S-?????", now=now, by=author)
    generate_codes("short", 28, now=now, by=author)
    with pytest.raises(PatternGuessable) as caught:
        generate_codes("short", 1, now=now, by=author)
    assert caught.value.params == {"count": 29, "most": 28, "more": 1}
    assert Coupon.objects.count() == 28


def test_batches_of_one_pattern_count_together(programme, now, author):
    for code in ("one", "two"):
        create_batch(code, TERMS, pattern="S-?????", now=now, by=author)
    generate_codes("one", 20, now=now, by=author)
    with pytest.raises(PatternGuessable):
        generate_codes("two", 20, now=now, by=author)


def test_a_code_that_exists_already_is_drawn_again(batch, now, author, monkeypatch):
    generate_codes(batch, 50, now=now, by=author)
    taken = list(Coupon.objects.values_list("code", flat=True))
    calls = []

    def partly_taken(pattern, randomness):
        fresh = codes_from(pattern, randomness)
        calls.append(len(fresh))
        return taken[:10] + fresh if len(calls) == 1 else fresh

    monkeypatch.setattr(coupon_batches, "codes_from", partly_taken)
    view = generate_codes(batch, 50, now=now, by=author)
    assert len(calls) == 2
    assert view.made == 100 == Coupon.objects.count()


def test_codes_from_elsewhere_are_not_made_here(programme, now, author):
    create_batch("partner", TERMS, now=now, by=author)
    with pytest.raises(BatchNotGenerated):
        generate_codes("partner", 1, now=now, by=author)


def test_a_revoked_batch_is_over(batch, now, author):
    generate_codes(batch, 2, now=now, by=author)
    assert revoke_batch(batch, now=now, by=author).status == "revoked"
    before = AuditRow.objects.count()
    assert revoke_batch(batch, now=now, by=author).status == "revoked"
    assert AuditRow.objects.count() == before
    for attempt in (
        lambda: generate_codes(batch, 1, now=now, by=author),
        lambda: change_batch(batch, TERMS, now=now, by=author),
    ):
        with pytest.raises(BatchRevoked):
            attempt()
    assert {c.status for _, c in list_coupons(batch, now=now, by=author)} == {"batch_revoked"}


def test_what_was_promised_with_coupons_is_not_changed(batch, now, author):
    generate_codes(batch, 1, now=now, by=author)
    with pytest.raises(BatchInvalid) as caught:
        change_batch(batch, BatchTerms("S", "spring", bound=True), now=now, by=author)
    assert caught.value.pointer == "/bound"
    assert get_batch(batch, by=author).terms == TERMS


def test_batches_are_listed_by_code_in_parts(programme, now, author):
    for code in ("b", "c", "a"):
        create_batch(code, TERMS, pattern=PATTERN, now=now, by=author)
    assert [view.code for view in list_batches(limit=2, by=author)] == ["a", "b"]
    assert [view.code for view in list_batches(after="b", by=author)] == ["c"]
    assert list_batches(promotion="everybody", by=author) == ()


@pytest.mark.parametrize("code", ["nothing", "", "x" * 1000, "a\0b", "'; DROP TABLE x --"])
def test_an_unknown_batch_is_not_found(programme, now, author, code):
    for attempt in (
        lambda: get_batch(code, by=author),
        lambda: revoke_batch(code, now=now, by=author),
        lambda: generate_codes(code, 1, now=now, by=author),
        lambda: list_coupons(code, now=now, by=author),
    ):
        with pytest.raises(BatchNotFound):
            attempt()


@pytest.mark.parametrize("role", [Role.CASHIER, Role.AUDITOR, Role.SUPPORT, Role.INTEGRATOR])
def test_others_make_no_coupons_and_see_no_codes(batch, now, author, person, role):
    generate_codes(batch, 1, now=now, by=author)
    other = person(9, role)
    before = (Coupon.objects.count(), AuditRow.objects.count())
    for attempt in (
        lambda: create_batch("x", TERMS, now=now, by=other),
        lambda: change_batch(batch, TERMS, now=now, by=other),
        lambda: revoke_batch(batch, now=now, by=other),
        lambda: generate_codes(batch, 1, now=now, by=other),
        lambda: list_coupons(batch, now=now, by=other),
    ):
        with pytest.raises(PermissionMissing):
            attempt()
    assert before == (Coupon.objects.count(), AuditRow.objects.count())
    assert get_batch(batch, by=author).status == "open"


def test_codes_are_in_no_log_and_no_audit(batch, now, author):
    generate_codes(batch, 5, now=now, by=author)
    for code, view in list_coupons(batch, now=now, by=author):
        assert code not in repr(view)
        assert view.code not in repr(view)
        assert code not in str(Coupon.objects.get(code=code))
        assert not [row for row in AuditRow.objects.all() if code in str(row.detail)]


def test_the_database_itself_holds_the_bounds(batch, now, author):
    generate_codes(batch, 1, now=now, by=author)
    with pytest.raises(Exception, match="rewards_coupon_uses_within"), connection.cursor() as c:
        c.execute("UPDATE rewards_coupon SET uses = 2")
