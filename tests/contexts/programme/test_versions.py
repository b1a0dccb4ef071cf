"""From a draft to an approved version, by two people; what is refused leaves nothing behind."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from regulars.contexts.programme import queries, usecases
from regulars.contexts.programme.models import Publication, TimelineState, Version
from regulars.contexts.programme.queries import VersionNotFound
from regulars.contexts.programme.usecases import VersionChangedMeanwhile
from regulars.contexts.security.models import AuditRow
from regulars.contexts.security.queries import find_staff_actor
from regulars.contexts.security.types import Role, system_actor
from regulars.contexts.security.usecases.access import PermissionMissing
from regulars.contexts.security.usecases.approvals import AloneReasonNeeded, SecondPersonNeeded
from regulars.contexts.security.usecases.staff import create_staff
from regulars.core.plain_text import TextMalformed
from regulars.core.programme.check import ProgrammeInvalid
from regulars.core.programme.lifecycle import VersionDropped, VersionInUse, VersionNotDraft

pytestmark = pytest.mark.django_db


def everything() -> tuple:
    """All that this context and the audit trail hold, to prove that nothing was written."""
    return tuple(
        tuple(model.objects.order_by("pk").values_list())
        for model in (Version, Publication, TimelineState, AuditRow)
    )


def test_a_draft_gets_the_next_number_and_its_document_comes_back(document, now, author):
    first = usecases.draft_version(document(), note=" try ", now=now, by=author)
    second = usecases.draft_version(document(code="other"), now=now, by=author)
    assert (first.number, second.number) == (1, 2)
    assert (first.status, first.note, first.author) == ("draft", "try", str(author.staff_id))
    assert first.digest != second.digest
    assert queries.get_programme(2).code == "other"
    assert queries.get_document(1).digest == first.digest
    assert [v.number for v in queries.list_versions(now=now)] == [2, 1]
    assert [v.number for v in queries.list_versions(before=2, now=now)] == [1]


def test_a_second_person_approves_and_then_nothing_changes_it(document, now, author, approver):
    usecases.draft_version(document(), now=now, by=author)
    approved = usecases.approve_version(1, now=now, by=approver)
    assert (approved.status, approved.approved_by) == ("approved", str(approver.staff_id))
    assert approved.approved_at == now
    before = everything()
    with pytest.raises(VersionNotDraft):
        usecases.revise_draft(1, document(code="other"), now=now, by=author)
    with pytest.raises(VersionNotDraft):
        usecases.approve_version(1, now=now, by=approver)
    assert everything() == before


@pytest.mark.parametrize(
    "change",
    [
        "document = jsonb_set(document, '{code}', '\"x\"')",
        "digest = repeat('0', 64)",
        "title = '{}'",
        "approved_by = 'somebody'",
        "editors = '{}'",
        "status = 'draft', approved_by = NULL, approved_at = NULL",
    ],
)
def test_the_database_itself_keeps_an_approved_version(change, document, now, author, approver):
    usecases.draft_version(document(), now=now, by=author)
    usecases.approve_version(1, now=now, by=approver)
    before = everything()
    for statement in (f"UPDATE programme_version SET {change}", "DELETE FROM programme_version"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert everything() == before


def test_the_author_cannot_approve_nor_can_anybody_who_wrote_a_part(
    document, now, author, approver
):
    create_staff(
        email="third@example.org",
        name="Third",
        role=Role.OWNER,
        language="en",
        now=now,
        by=system_actor("test"),
    )
    usecases.draft_version(document(), now=now, by=author)
    usecases.revise_draft(1, document(code="revised"), now=now, by=approver)
    before = everything()
    for writer in (author, approver):
        with pytest.raises(SecondPersonNeeded):
            usecases.approve_version(1, alone_reason="in a hurry", now=now, by=writer)
    assert everything() == before
    third = find_staff_actor("third@example.org")
    assert usecases.approve_version(1, now=now, by=third).status == "approved"


def test_where_there_is_one_person_the_reason_for_being_alone_is_recorded(document, now):
    create_staff(
        email="only@example.org",
        name="Only",
        role=Role.OWNER,
        language="en",
        now=now,
        by=system_actor("test"),
    )
    only = find_staff_actor("only@example.org")
    usecases.draft_version(document(), now=now, by=only)
    with pytest.raises(AloneReasonNeeded):
        usecases.approve_version(1, now=now, by=only)
    approved = usecases.approve_version(1, alone_reason="one-man shop", now=now, by=only)
    assert approved.alone_reason == "one-man shop"
    row = AuditRow.objects.get(action="programme.approve")
    assert row.detail["alone_reason"] == "one-man shop"


def test_one_approves_what_one_has_seen(document, now, author, approver):
    seen = usecases.draft_version(document(), now=now, by=author).digest
    usecases.revise_draft(1, document(code="slipped_in"), now=now, by=author)
    before = everything()
    with pytest.raises(VersionChangedMeanwhile):
        usecases.approve_version(1, seen_digest=seen, now=now, by=approver)
    with pytest.raises(VersionChangedMeanwhile):
        usecases.revise_draft(1, document(), seen_digest=seen, now=now, by=author)
    assert everything() == before


def test_who_may_not_is_refused_and_nothing_is_written(document, now, author, cashier):
    usecases.draft_version(document(), now=now, by=author)
    number = usecases.draft_version(document(), now=now, by=author).number
    before = everything()
    tries = (
        lambda: usecases.draft_version(document(), now=now, by=cashier),
        lambda: usecases.import_version("", now=now, by=cashier),
        lambda: usecases.revise_draft(number, document(), now=now, by=cashier),
        lambda: usecases.approve_version(number, now=now, by=cashier),
        lambda: usecases.publish_version(number, now=now, by=cashier),
        lambda: usecases.roll_back_to(number, now=now, by=cashier),
        lambda: usecases.retire_version(number, now=now, by=cashier),
    )
    for attempt in tries:
        with pytest.raises(PermissionMissing):
            attempt()
    assert everything() == before


@pytest.mark.parametrize(
    "parts",
    [
        {"format": 2},
        {"time_zone": "Mars/Olympus"},
        {"unknown": 1},
        {"currencies": {}},
        {"title": {"en": 5}},
    ],
)
def test_a_document_that_is_not_sound_makes_no_version(parts, document, now, author):
    before = everything()
    with pytest.raises(ProgrammeInvalid):
        usecases.draft_version(document(**parts), now=now, by=author)
    assert everything() == before


@pytest.mark.parametrize("text", ["a\0b", "half \ud800 pair"])
def test_what_a_row_cannot_hold_is_refused_with_its_pointer(text, document, now, author):
    with pytest.raises(ProgrammeInvalid) as refused:
        usecases.draft_version(document(title={"en": text}), now=now, by=author)
    assert refused.value.pointer == "/title/en"
    with pytest.raises(TextMalformed):
        usecases.draft_version(document(), note=text, now=now, by=author)
    assert not Version.objects.exists()


def test_there_is_nothing_under_an_unknown_number(document, now, author, approver):
    for attempt in (
        lambda: queries.get_version(7, now=now),
        lambda: queries.get_document(7),
        lambda: queries.compiled(7),
        lambda: queries.export_version(7),
        lambda: usecases.revise_draft(7, document(), now=now, by=author),
        lambda: usecases.approve_version(7, now=now, by=approver),
        lambda: usecases.publish_version(7, now=now, by=approver),
        lambda: usecases.retire_version(7, now=now, by=approver),
    ):
        with pytest.raises(VersionNotFound):
            attempt()


def test_what_is_not_to_be_used_is_dropped_unless_it_is_in_use(document, now, author, approver):
    for _ in range(3):
        usecases.draft_version(document(), now=now, by=author)
    assert usecases.retire_version(1, now=now, by=author).status == "withdrawn"
    with pytest.raises(VersionDropped):
        usecases.retire_version(1, now=now, by=author)
    usecases.approve_version(2, now=now, by=approver)
    usecases.publish_version(2, now=now, by=approver)
    with pytest.raises(VersionInUse):
        usecases.retire_version(2, now=now, by=author)
    usecases.approve_version(3, now=now, by=approver)
    usecases.publish_version(3, now + timedelta(hours=1), now=now, by=approver)
    assert usecases.retire_version(2, now=now + timedelta(hours=2), by=author).status == "retired"


def test_a_compiled_version_is_made_once_and_a_revised_draft_anew(document, now, author):
    usecases.draft_version(document(), now=now, by=author)
    first = queries.compiled(1)
    assert queries.compiled(1) is first
    assert (first.version, first.document.code) == (1, "corner_shop")
    usecases.revise_draft(1, document(code="revised"), now=now, by=author)
    assert queries.compiled(1).document.code == "revised"


def test_a_document_changed_behind_our_back_is_found(document, now, author):
    for _ in range(3):
        usecases.draft_version(document(), now=now, by=author)
    assert queries.list_altered_versions() == ()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE programme_version SET document = jsonb_set(document, '{code}', '\"x\"')"
            " WHERE number = 2"
        )
    assert queries.list_altered_versions() == (2,)
