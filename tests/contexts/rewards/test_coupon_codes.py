"""Codes made elsewhere come in once, bad rows are told; codes go out for who may have them."""

from datetime import UTC, datetime

import pytest

from regulars.contexts.members.models import IdentifierRow
from regulars.contexts.rewards.models import Coupon
from regulars.contexts.rewards.queries.coupons import get_batch, list_coupons
from regulars.contexts.rewards.types import BatchTerms, CodeRow
from regulars.contexts.rewards.usecases.coupon_batches import (
    BatchRevoked,
    create_batch,
    generate_codes,
    revoke_batch,
)
from regulars.contexts.rewards.usecases.coupon_codes import (
    EXPORT_COLUMNS,
    export_codes,
    import_codes,
)
from regulars.contexts.security.models import AuditRow
from regulars.contexts.security.types import Role
from regulars.contexts.security.usecases.access import PermissionMissing

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch(programme, now, author):
    create_batch("partner", BatchTerms("Partner", "spring"), now=now, by=author)
    return "partner"


def rows(*codes, **cells):
    return [CodeRow(line, {"code": code, **cells}) for line, code in enumerate(codes, 2)]


def told(outcome):
    return [(reject.line, reject.code) for reject in outcome.rejects]


def test_codes_come_in_as_they_are_printed(batch, now, author):
    outcome = import_codes(batch, rows("Kino-7788", " AB 12 34 ", "ПРИВЕТ"), now=now, by=author)
    assert (outcome.added, outcome.found, outcome.rejects) == (3, 0, ())
    assert get_batch(batch, by=author).made == 3
    shown = {view.code for _, view in list_coupons(batch, now=now, by=author)}
    assert shown == {"Kino-7788", "AB 12 34", "ПРИВЕТ"}


def test_the_same_file_again_adds_nothing(batch, now, author):
    file = rows("AAAA-1111", "BBBB-2222", "aaaa-1111", "x")
    first = import_codes(batch, file, now=now, by=author)
    assert (first.added, first.found, told(first)) == (2, 1, [(5, "coupon.code_malformed")])
    before = list(Coupon.objects.order_by("code").values())
    second = import_codes(batch, file, now=now, by=author)
    assert (second.added, second.found, told(second)) == (0, 3, [(5, "coupon.code_malformed")])
    assert list(Coupon.objects.order_by("code").values()) == before
    assert get_batch(batch, by=author).made == 2


def test_a_file_cut_short_is_finished_by_sending_it_again(batch, now, author):
    file = rows(*(f"CODE-{n:04}" for n in range(50)))
    import_codes(batch, file[:20], now=now, by=author)
    outcome = import_codes(batch, file, now=now, by=author)
    assert (outcome.added, outcome.found) == (30, 20)
    assert Coupon.objects.count() == 50


@pytest.mark.parametrize("again", [False, True])
def test_codes_that_people_cannot_tell_apart_are_one(batch, now, author, again):
    file = rows("C0DE-10", "CODE-IO")
    if again:
        import_codes(batch, file, now=now, by=author)
    outcome = import_codes(batch, file, now=now, by=author)
    assert told(outcome) == [(3, "coupon.code_confusable")]
    assert Coupon.objects.count() == 1


def test_a_code_of_another_batch_is_not_taken_twice(batch, now, author):
    create_batch("other", BatchTerms("Other", "spring"), now=now, by=author)
    import_codes("other", rows("SHARED-1"), now=now, by=author)
    outcome = import_codes(batch, rows("SHARED-1", "OWN-1"), now=now, by=author)
    assert (outcome.added, told(outcome)) == (1, [(2, "coupon.code_taken")])
    assert Coupon.objects.get(code="SHARED1").batch == "other"


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"code": ""}, "coupon.code_malformed"),
        ({"code": "abc"}, "coupon.code_malformed"),
        ({"code": "A" * 65}, "coupon.code_malformed"),
        ({"code": "ABCD\0EF"}, "coupon.code_malformed"),
        ({"code": "ABCD\ud800"}, "coupon.code_malformed"),
        ({}, "coupon.code_malformed"),
        ({"code": "ABCD", "uses": "0"}, "coupon.row_invalid"),
        ({"code": "ABCD", "uses": "many"}, "coupon.row_invalid"),
        ({"code": "ABCD", "uses": "9999999"}, "coupon.row_invalid"),
        ({"code": "ABCD", "until": "tomorrow"}, "coupon.row_invalid"),
        ({"code": "ABCD", "until": "31.02.2026"}, "coupon.row_invalid"),
        ({"code": "ABCD", "until": "9999-12-31"}, "coupon.row_invalid"),
        ({"code": "ABCD", "since": "2026-05-02", "until": "2026-05-01"}, "coupon.row_invalid"),
        ({"code": "ABCD", "card": "1", "external": "2"}, "coupon.row_invalid"),
        ({"code": "ABCD", "external": "nobody"}, "coupon.owner_unknown"),
    ],
)
def test_a_bad_row_is_told_and_keeps_no_other_out(batch, now, author, cells, code):
    outcome = import_codes(batch, [CodeRow(7, cells), *rows("GOOD-1")], now=now, by=author)
    assert (outcome.added, told(outcome)) == (1, [(7, code)])
    assert Coupon.objects.get().code == "G00D1"


def test_a_row_may_say_uses_window_and_owner(batch, now, author, enrol):
    member = enrol()
    number = IdentifierRow.objects.get(member_id=member.id).value
    cells = {"uses": "3", "since": "01.05.2026", "until": "31.05.2026", "external": number}
    import_codes(batch, rows("MAY-2026", **cells), now=now, by=author)
    ((_, coupon),) = list_coupons(batch, now=now, by=author)
    assert coupon.uses_max == 3
    assert coupon.since == datetime(2026, 4, 30, 21, tzinfo=UTC)  # midnight in Moscow
    assert coupon.until == datetime(2026, 5, 31, 21, tzinfo=UTC)
    assert coupon.owner == member


def test_a_cell_guarded_against_formulas_is_the_code_itself(batch, now, author):
    import_codes(batch, rows("'=CODE1", "-CODE-2"), now=now, by=author)
    exported = {row["code"] for row in export_codes(batch, now=now, by=author)}
    assert exported == {"'=CODE1", "'-CODE-2"}
    again = [CodeRow(n, {"code": code}) for n, code in enumerate(sorted(exported))]
    outcome = import_codes(batch, again, now=now, by=author)
    assert (outcome.added, outcome.found) == (0, 2)


def test_an_export_has_every_code_and_is_written_down(programme, now, author):
    terms = BatchTerms("S", "spring", valid_days=2, until=datetime(2026, 6, 1, tzinfo=UTC))
    create_batch("s", terms, pattern="S-????-????", now=now, by=author)
    generate_codes("s", 300, now=now, by=author)
    exported = list(export_codes("s", now=now, by=author))
    assert [tuple(row) for row in exported] == [EXPORT_COLUMNS] * 300
    assert {row["code"] for row in exported} == {
        view.code for _, view in list_coupons("s", limit=300, now=now, by=author)
    }
    assert {row["until"] for row in exported} == {"2026-05-03T21:00:00+00:00"}
    audit = AuditRow.objects.get(action="coupon.export")
    assert (audit.object_id, audit.detail["count"]) == ("s", 300)


def test_codes_of_a_revoked_batch_go_out_as_revoked(programme, now, author):
    create_batch("s", BatchTerms("S", "spring"), pattern="S-????-????", now=now, by=author)
    generate_codes("s", 2, now=now, by=author)
    revoke_batch("s", now=now, by=author)
    assert {row["status"] for row in export_codes("s", now=now, by=author)} == {"revoked"}
    with pytest.raises(BatchRevoked):
        import_codes("s", rows("ABCD"), now=now, by=author)


@pytest.mark.parametrize("role", [Role.CASHIER, Role.SUPPORT, Role.AUDITOR, Role.INTEGRATOR])
def test_others_neither_bring_codes_in_nor_out(batch, now, author, person, role):
    with pytest.raises(PermissionMissing):
        import_codes(batch, rows("ABCD"), now=now, by=person(9, role))
    with pytest.raises(PermissionMissing):
        export_codes(batch, now=now, by=person(9, role))
    assert not Coupon.objects.exists()
    assert not AuditRow.objects.filter(action__in=["coupon.import", "coupon.export"]).exists()
