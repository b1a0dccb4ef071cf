"""The audit trail: added to, never changed, nothing personal in it, read in pages."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from regulars.contexts.security.models import AuditRow
from regulars.contexts.security.queries import list_audit_rows
from regulars.contexts.security.types import Role
from regulars.contexts.security.usecases.access import PermissionMissing
from regulars.contexts.security.usecases.audit import record_audit
from regulars.kit.paging import CursorInvalid

pytestmark = pytest.mark.django_db


def test_what_looks_like_contact_data_is_blotted_out(now, system):
    detail = {"note": "+7 912 345-67-89 or anna@example.com", "count": 79123456789, "ok": True}
    record_audit("x.do", "x", "1", detail | {"bad": "a\x00\ud800b"}, now=now, by=system)
    assert AuditRow.objects.get().detail == {
        "note": "••• or •••",
        "count": 79123456789,
        "ok": True,
        "bad": "a??b",
    }


@pytest.mark.parametrize(
    "statement", ["UPDATE security_audit_row SET action = 'x'", "DELETE FROM security_audit_row"]
)
def test_the_application_cannot_change_it(statement, now, system):
    record_audit("x.do", "x", "1", now=now, by=system)
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditRow.objects.get().action == "x.do"


def test_it_is_read_in_pages_by_what_one_looks_for(now, owner, system, hire):
    for number in range(7):
        moment = now + timedelta(hours=number + 1)
        record_audit("x.do", "thing", str(number % 2), {"n": number}, now=moment, by=system)
    seen, cursor = [], None
    while True:
        page = list_audit_rows(object_kind="thing", cursor=cursor, limit=3, by=owner)
        seen += [row.detail["n"] for row in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [6, 5, 4, 3, 2, 1, 0]
    period = {"since": now + timedelta(hours=2), "until": now + timedelta(hours=4)}
    rows = list_audit_rows(object_kind="thing", **period, by=owner).items
    assert [row.detail["n"] for row in rows] == [2, 1]
    rows = list_audit_rows(object_kind="thing", object_id="1", by=owner).items
    assert [row.detail["n"] for row in rows] == [5, 3, 1]
    assert list_audit_rows(object_id="\x00", by=owner).items == ()
    with pytest.raises(CursorInvalid):
        list_audit_rows(cursor="nonsense", by=owner)
    with pytest.raises(PermissionMissing):
        list_audit_rows(by=hire(Role.MARKETER))


def test_a_period_takes_in_its_start_and_not_its_end_to_the_microsecond(now, owner, system):
    tick = timedelta(microseconds=1)
    since, until = (
        now + timedelta(hours=1, microseconds=500),
        now + timedelta(hours=2, microseconds=500),
    )
    for number, moment in enumerate((since - tick, since, until - tick, until)):
        record_audit("x.do", "thing", str(number), now=moment, by=system)
    rows = list_audit_rows(since=since, until=until, object_kind="thing", by=owner).items
    assert [row.object_id for row in rows] == ["2", "1"]
    assert list_audit_rows(since=until + tick, until=since, by=owner).items == ()


def test_a_refusal_is_kept_with_its_code(now, system):
    record_audit("sale.commit", "sale", "", refused="quote.changed", now=now, by=system)
    row = AuditRow.objects.get()
    assert (row.refused, row.detail) == ("quote.changed", {})
