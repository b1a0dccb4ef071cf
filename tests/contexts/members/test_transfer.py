"""Members from rows of text and back: every row accounted for, nobody twice, no cell runs."""

from datetime import UTC, date, datetime

import pytest
from contexts.members.conftest import card, email, external, phone
from django.db import transaction

from regulars.contexts.members.models import IdentifierRow, Member, ProfileRow
from regulars.contexts.members.queries import (
    find_member_by_identifier,
    get_consent_state,
    get_member,
    get_profile,
)
from regulars.contexts.members.types import EVERYONE, ConsentGiven
from regulars.contexts.members.usecases.membership import block_member, erase_member
from regulars.contexts.members.usecases.transfer import (
    EXPORT_COLUMNS,
    export_members,
    import_members,
)
from regulars.contexts.security.models import AuditRow
from regulars.contexts.security.types import Role
from regulars.contexts.security.usecases.access import PermissionMissing
from regulars.core.consent import is_given

pytestmark = pytest.mark.django_db
ROW = {
    "card": "2990 0000 0001 9",
    "phone": "'+7 912 345-67-89",
    "email": "Anna@Example.com",
    "external": "crm:1; crm:2",
    "given_name": "Анна",
    "family_name": "Королёва",
    "birthday": "01.04.1990",
    "gender": "ж",
    "city": "Пермь",
    "note": "'=1+1",
    "store": "s1",
    "tags": "vip; tea",
    "consent.sms": "да",
    "consent.email": "нет",
    "attribute.shoe_size": "38",
    "attribute.code": "007",
    "enrolled_at": "31.12.2024",
    "is_staff": "yes",
    "unknown column": "left alone",
}


def imported(rows, now, by, **options):
    with transaction.atomic():
        return import_members(list(enumerate(rows, 2)), now=now, by=by, **options)


def test_a_row_says_all_there_is(now, integrator, support):
    outcome = imported([ROW], now, integrator)
    assert (outcome.created, outcome.found, outcome.rejects) == (1, 0, ())
    ref = find_member_by_identifier("crm:2", within=EVERYONE).ref
    view = get_member(ref, within=EVERYONE)
    assert (view.birthday, view.store, view.is_staff) == (date(1990, 4, 1), "s1", True)
    assert view.tags == {"vip", "tea"}
    assert view.attributes == {"shoe_size": 38, "code": "007"}
    assert view.enrolled_at == datetime(2024, 12, 31, tzinfo=UTC)
    profile = get_profile(ref, within=EVERYONE, by=support)
    assert (profile.gender, profile.note, profile.phone) == ("female", "=1+1", "+79123456789")
    state = get_consent_state(ref, within=EVERYONE)
    assert (is_given(state, "sms"), is_given(state, "email")) == (True, False)
    assert state.keys() == {"sms", "email"}


def test_the_same_file_again_adds_nobody(now, later, integrator):
    rows = [{"external": f"n{n}", "phone": f"+7912000{n:04}"} for n in range(50)]
    assert imported(rows, now, integrator).created == 50
    again = imported(rows, later(days=1), integrator)
    assert (again.created, again.found, again.rejects) == (0, 50, ())
    assert (Member.objects.count(), IdentifierRow.objects.count()) == (50, 100)


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({}, "member.identifier_missing"),
        ({"given_name": "Анна"}, "member.identifier_missing"),
        ({"phone": "12"}, "identifier.phone_malformed"),
        ({"card": "x"}, "identifier.card_malformed"),
        ({"external": "1", "birthday": "1990"}, "member.date_malformed"),
        ({"external": "1", "birthday": "31.02.1990"}, "member.date_malformed"),
        ({"external": "1", "birthday": "2999-01-01"}, "member.birthday_in_future"),
        ({"external": "1", "enrolled_at": "2999-01-01"}, "member.enrolled_in_future"),
        ({"external": "1", "enrolled_at": "soon"}, "member.date_malformed"),
        ({"external": "1", "gender": "?"}, "member.data_invalid"),
        ({"external": "1", "is_staff": "perhaps"}, "member.data_invalid"),
        ({"external": "1", "consent.sms": "perhaps"}, "member.data_invalid"),
        ({"external": "1", "consent.S M S": "yes"}, "consent.malformed"),
        ({"external": "1", "attribute.Shoe Size": "1"}, "member.attribute_malformed"),
        ({"external": "1", "attributes": "novalue"}, "member.attribute_malformed"),
        ({"external": "1", "tags": "=x"}, "member.tag_malformed"),
        ({"external": "1", "language": "de"}, "member.data_invalid"),
        ({"external": "1", "given_name": "x" * 200}, "member.text_too_long"),
        ({"external": "a\x00b"}, "identifier.external_malformed"),
    ],
)
def test_a_row_that_makes_no_sense_is_named_and_keeps_no_other_out(cells, code, now, integrator):
    outcome = imported([{"external": "good"}, cells, {"external": "better"}], now, integrator)
    assert (outcome.created, outcome.found) == (2, 0)
    assert [(reject.line, reject.code) for reject in outcome.rejects] == [(3, code)]
    assert Member.objects.count() == 2


def test_rejects_repeat_nothing_of_the_row(now, integrator):
    outcome = imported([{"phone": "Анна", "external": "x" * 200}], now, integrator)
    assert "Анна" not in repr(outcome)
    assert "xxx" not in repr(outcome)


def test_rows_that_meet_two_members_are_rejected(now, integrator):
    rows = [{"external": "a"}, {"external": "b"}, {"external": "a;b"}, {"external": "a"}]
    outcome = imported(rows, now, integrator)
    assert (outcome.created, outcome.found) == (2, 1)
    assert [(r.line, r.code) for r in outcome.rejects] == [(4, "member.identifiers_disagree")]


def test_what_was_exported_can_be_imported_elsewhere(now, enrol, system, support):
    enrol(
        *(card("2990000000019"), phone("+79123456789"), email("anna@example.com")),
        *(external("crm:1"), external("crm:2")),
        birthday=date(1990, 4, 1),
        tags=frozenset({"vip", "tea"}),
        attributes={"shoe_size": 38, "code": "007", "kids": True, "sum": "=1+1"},
        consents=(ConsentGiven("sms", True, "till"), ConsentGiven("email", False, "till")),
        language="en",
        store="s1",
        is_staff=True,
    )
    enrol(external("@SUM(A1)"), given_name="=cmd|' /C calc'!A0", family_name="")
    before = list(export_members(now=now, by=system))
    assert [list(row) for row in before] == [list(EXPORT_COLUMNS)] * 2
    cells = [cell for row in before for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    for table in (IdentifierRow, ProfileRow, Member):
        table.objects.all().delete()
    rows = [{name: text for name, text in row.items() if name != "id"} for row in before]
    assert imported(rows, now, system).created == 2
    after = list(export_members(now=now, by=system))
    key = "external"
    assert sorted(({**row, "id": ""} for row in after), key=lambda row: row[key]) == sorted(
        ({**row, "id": ""} for row in before), key=lambda row: row[key]
    )


def test_an_export_goes_on_where_a_page_ended(now, system, integrator, monkeypatch):
    monkeypatch.setattr("regulars.contexts.members.usecases.transfer._EXPORTED_AT_ONCE", 3)
    for count in (3, 7):
        imported([{"external": f"n{n}"} for n in range(count)], now, integrator)
        rows = list(export_members(now=now, by=system))
        assert sorted(row["external"] for row in rows) == sorted(f"n{n}" for n in range(count))


def test_an_export_leaves_out_who_is_gone_unless_asked(now, enrol, support, system):
    blocked, erased = enrol(), enrol()
    block_member(blocked, "lost", now=now, by=support)
    erase_member(erased, "asked for it", now=now, by=support)
    assert [row["status"] for row in export_members(now=now, by=system)] == ["blocked"]
    rows = {row["status"]: row for row in export_members(with_erased=True, now=now, by=system)}
    assert set(rows) == {"blocked", "erased"}
    kept = {name: text for name, text in rows["erased"].items() if text}
    assert kept.keys() == {"id", "status", "language", "enrolled_at"}


def test_only_who_may_takes_contacts_out_and_it_is_noted(now, person, system, enrol):
    enrol()
    for role in set(Role) - {Role.OWNER}:
        with pytest.raises(PermissionMissing):
            export_members(now=now, by=person(1, role))
        if role is not Role.INTEGRATOR:
            with pytest.raises(PermissionMissing):
                import_members([(2, ROW)], now=now, by=person(1, role))
    assert not AuditRow.objects.filter(action="member.export").exists()
    list(export_members(now=now, by=system))
    assert AuditRow.objects.filter(action="member.export").count() == 1
