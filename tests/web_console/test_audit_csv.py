"""The audit trail as a file: the part that is shown, safe in a spreadsheet, and told of in the trail."""

import csv
import io
import json

import pytest

from regulars.contexts.security.models import AuditRow
from regulars.contexts.security.types import Role, system_actor
from regulars.contexts.security.usecases import audit_export
from regulars.contexts.security.usecases.audit import record_audit
from regulars.kit.clock import utc_now

HERE = "/console/audit/csv/"
BY = system_actor("tests")


@pytest.fixture
def trail(django_on_fresh_database):
    """Three acts on stores, of which one was refused and one has a formula in its detail."""
    for number, refused in enumerate((None, "store.closed", None)):
        record_audit(
            "store.change", "store", f"=s{number}", {"title": "=cmd|' /C calc'!A0"}, refused,
            now=utc_now(), by=BY,
        )  # fmt: skip


def rows_of(answer):
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text)))


def test_the_part_that_is_shown_is_the_file(trail, sign_in):
    browser = sign_in(Role.AUDITOR)
    answer = browser.post(f"{HERE}?kind=store")
    assert answer["Content-Disposition"].startswith('attachment; filename="audit-')
    rows = rows_of(answer)
    assert [row["object"] for row in rows] == ["'=s2", "'=s1", "'=s0"]
    assert [row["refused"] for row in rows] == ["", "store.closed", ""]
    assert json.loads(rows[0]["detail"]) == {"title": "=cmd|' /C calc'!A0"}
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-"))]
    assert rows_of(browser.post(f"{HERE}?kind=store&until=2020-01-01")) == []


def test_that_it_was_taken_stands_in_the_trail(trail, sign_in):
    browser = sign_in()
    rows_of(browser.post(f"{HERE}?kind=store&since=2020-01-01"))
    row = AuditRow.objects.get(action="audit.export")
    assert row.staff_id == browser.staff_id
    assert row.detail["object_kind"] == "store"
    assert row.detail["since"].startswith("20")
    assert "Audit trail taken as a file" in browser.get("/console/audit/").content.decode()


def test_many_rows_come_page_after_page_and_not_without_end(trail, sign_in, monkeypatch):
    monkeypatch.setattr(audit_export, "_AT_ONCE", 2)
    browser = sign_in()
    every = rows_of(browser.post(f"{HERE}?kind=store"))
    assert len(every) == len({row["id"] for row in every}) == 3
    monkeypatch.setattr(audit_export, "ROWS_MAX", 2)
    assert rows_of(browser.post(f"{HERE}?kind=store")) == every[:2]


def test_it_is_for_those_who_read_the_trail_and_asked_for_by_a_form_of_ours(trail, sign_in):
    assert sign_in(Role.MARKETER).post(HERE).status_code == 403
    browser = sign_in(enforce_csrf_checks=True)
    assert browser.post(HERE).status_code == 403
    assert browser.get(HERE).status_code == 405
    assert not AuditRow.objects.filter(action="audit.export").exists()
