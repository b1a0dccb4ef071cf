"""Approving, publishing and drafting at the same instant, on a database that really commits."""

from datetime import timedelta

import pytest

from regulars.contexts.programme import queries, usecases
from regulars.core.programme.lifecycle import PublicationOver, VersionNotDraft
from regulars.kit.transactions import in_transaction

pytestmark = pytest.mark.usefixtures("django_on_fresh_database")


def test_of_two_who_approve_at_once_one_does(document, now, author, approver, at_once):
    in_transaction(lambda: usecases.draft_version(document(), now=now, by=author))
    works = [lambda: in_transaction(lambda: usecases.approve_version(1, now=now, by=approver))] * 8
    outcomes = at_once(works)
    assert sum(not isinstance(outcome, Exception) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, VersionNotDraft) for outcome in outcomes) == 7


def test_an_approval_and_a_revision_at_once_never_approve_what_nobody_saw(
    document, now, author, approver, at_once
):
    for number in range(1, 6):
        seen = in_transaction(lambda: usecases.draft_version(document(), now=now, by=author)).digest
        at_once(
            [
                lambda n=number, d=seen: in_transaction(
                    lambda: usecases.approve_version(n, seen_digest=d, now=now, by=approver)
                ),
                lambda n=number: in_transaction(
                    lambda: usecases.revise_draft(n, document(code="other"), now=now, by=author)
                ),
            ]
        )
        version = queries.get_version(number, now=now)
        assert (version.status == "approved") == (version.digest == seen)


def test_drafts_made_at_once_get_numbers_without_gap_or_double(document, now, author, at_once):
    works = [
        lambda: in_transaction(lambda: usecases.draft_version(document(), now=now, by=author))
    ] * 10
    outcomes = at_once(works)
    assert sorted(version.number for version in outcomes) == list(range(1, 11))


def test_publications_made_at_once_all_count_and_the_last_one_wins(
    document, now, author, approver, at_once
):
    for number in range(1, 11):
        in_transaction(lambda: usecases.draft_version(document(), now=now, by=author))
        in_transaction(lambda n=number: usecases.approve_version(n, now=now, by=approver))
    start = now + timedelta(hours=1)
    outcomes = at_once(
        [
            lambda n=number: in_transaction(
                lambda: usecases.publish_version(n, start, now=now, by=approver)
            )
            for number in range(1, 11)
        ]
    )
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    timeline = queries.get_timeline()
    assert timeline.revision == 10
    assert sorted(p.revision for p in timeline.timeline.publications) == list(range(1, 11))
    last = max(timeline.timeline.publications, key=lambda p: p.revision)
    assert timeline.timeline.version_at(start) == last.version


def test_a_publication_is_withdrawn_once_however_many_try(document, now, author, approver, at_once):
    in_transaction(lambda: usecases.draft_version(document(), now=now, by=author))
    in_transaction(lambda: usecases.approve_version(1, now=now, by=approver))
    start = now + timedelta(hours=1)
    made = in_transaction(lambda: usecases.publish_version(1, start, now=now, by=approver))
    outcomes = at_once(
        [
            lambda: in_transaction(
                lambda: usecases.withdraw_publication(made.id, reason="x", now=now, by=approver)
            )
        ]
        * 8
    )
    assert sum(isinstance(outcome, PublicationOver) for outcome in outcomes) == 7
    assert queries.get_revision() == 2
