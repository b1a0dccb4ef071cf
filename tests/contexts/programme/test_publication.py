"""Publishing, withdrawing and rolling back: what is in force, and from when."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.contexts.programme import queries, usecases
from regulars.contexts.programme.models import Publication, TimelineState, Version
from regulars.contexts.programme.queries import NoProgrammeInForce
from regulars.contexts.programme.usecases import PublicationNotFound
from regulars.contexts.security.models import AuditRow
from regulars.core.plain_text import TextMalformed
from regulars.core.programme.lifecycle import (
    LEAD,
    BackdatingRefused,
    NothingLeftInForce,
    PublicationOver,
    VersionNeverLive,
    VersionNotApproved,
)
from regulars.core.programme.succession import SuccessionBroken
from regulars.core.refusal import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def approved(document, now, author, approver):
    """Makes an approved version and gives its number."""

    def make(**parts):
        number = usecases.draft_version(document(**parts), now=now, by=author).number
        return usecases.approve_version(number, now=now, by=approver).number

    return make


def everything() -> tuple:
    return tuple(
        tuple(model.objects.order_by("pk").values_list())
        for model in (Version, Publication, TimelineState, AuditRow)
    )


def test_a_publication_starts_after_the_lead_and_lasts_until_the_next(
    approved, now, later, approver
):
    first, second = approved(), approved()
    made = usecases.publish_version(first, now=now, by=approver)
    assert now + LEAD <= made.live_from < now + LEAD + timedelta(minutes=1)
    usecases.publish_version(second, later(hours=2), now=later(hours=1), by=approver)
    listed = queries.list_publications()
    assert [(p.version, p.live_until) for p in listed] == [(1, later(hours=2)), (2, None)]
    assert queries.get_version_at(later(hours=1), now=now).number == first
    assert queries.get_version_at(later(hours=2), now=now).number == second
    assert queries.compiled_at(later(hours=2)).version == second
    with pytest.raises(NoProgrammeInForce):
        queries.get_version_at(now, now=now)
    assert queries.get_version(first, now=later(hours=1)).status == "live"
    assert queries.get_version(second, now=later(hours=1)).status == "approved"
    assert queries.get_version(first, now=later(hours=3)).status == "retired"


def test_the_time_a_publication_waited_is_added_to_its_lead(approved, now, approver):
    number = approved()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.2)")
    made = usecases.publish_version(number, now=now, by=approver)
    assert made.live_from >= now + LEAD + timedelta(seconds=0.2)


def test_a_date_in_the_past_is_taken_only_backdated_and_only_without_sales(
    approved, now, later, approver
):
    number = approved()
    long_ago = later(days=-500)
    assert usecases.publish_version(number, long_ago, now=now, by=approver).live_from > now
    before = everything()
    with pytest.raises(BackdatingRefused):
        usecases.publish_version(
            number, long_ago, backdated=True, has_sales=True, now=now, by=approver
        )
    assert everything() == before
    made = usecases.publish_version(
        number, long_ago, backdated=True, has_sales=False, now=now, by=approver
    )
    assert made.live_from == long_ago
    assert queries.get_version_number_at(later(days=-1)) == number


def test_only_an_approved_version_is_published(document, approved, now, author, approver):
    draft = usecases.draft_version(document(), now=now, by=author).number
    dropped = approved()
    usecases.retire_version(dropped, now=now, by=author)
    before = everything()
    for number in (draft, dropped):
        with pytest.raises(VersionNotApproved):
            usecases.publish_version(number, now=now, by=approver)
    assert everything() == before


def test_the_emergency_stop_puts_back_what_was_in_force(approved, now, later, approver):
    good, bad = approved(), approved()
    usecases.publish_version(good, now=now, by=approver)
    stopped = usecases.publish_version(bad, now=later(hours=1), by=approver)
    revision = queries.get_revision()
    view = usecases.withdraw_publication(
        stopped.id, reason="gives everything away", now=later(hours=2), by=approver
    )
    assert (view.withdrawn_at, view.withdrawn_reason) == (later(hours=2), "gives everything away")
    assert queries.get_version_number_at(later(hours=2)) == good
    assert queries.get_revision() == revision + 1
    assert queries.get_version(bad, now=later(hours=2)).status == "retired"
    before = everything()
    for publication, refusal in (
        (stopped.id, PublicationOver),
        (UUID(int=7), PublicationNotFound),
        (queries.list_publications()[0].id, NothingLeftInForce),
    ):
        with pytest.raises(refusal):
            usecases.withdraw_publication(publication, reason="x", now=later(hours=3), by=approver)
    with pytest.raises(TextMalformed):
        usecases.withdraw_publication(stopped.id, reason=" ", now=later(hours=3), by=approver)
    assert everything() == before


def test_rolling_back_publishes_an_earlier_version_again(approved, now, later, approver):
    first, second, never = approved(), approved(), approved()
    usecases.publish_version(first, now=now, by=approver)
    usecases.publish_version(second, now=later(hours=1), by=approver)
    before = everything()
    with pytest.raises(VersionNeverLive):
        usecases.roll_back_to(never, now=later(hours=2), by=approver)
    assert everything() == before
    usecases.roll_back_to(first, now=later(hours=2), by=approver)
    assert queries.get_version_number_at(later(hours=3)) == first
    assert len(queries.list_publications()) == 3


@pytest.mark.parametrize(
    ("parts", "code", "pointer"),
    [
        ({"money": "EUR"}, "programme.money_changed", "/money"),
        (
            {"currencies": {"stars": {"title": "Stars"}}},
            "programme.currency_dropped",
            "/currencies/points",
        ),
        (
            {"currencies": {"points": {"title": "Points", "scale": 2}}},
            "programme.currency_scale_changed",
            "/currencies/points/scale",
        ),
        (
            {"currencies": {"points": {"title": "Points", "kind": "status"}}},
            "programme.currency_kind_changed",
            "/currencies/points/kind",
        ),
    ],
)
def test_a_version_that_would_change_the_worth_of_balances_is_neither_approved_nor_published(
    parts, code, pointer, document, approved, now, author, approver
):
    sound, too_early = approved(), approved(**parts)
    usecases.publish_version(sound, now=now, by=approver)
    number = usecases.draft_version(document(**parts), now=now, by=author).number
    before = everything()
    for attempt in (
        lambda: usecases.approve_version(number, now=now, by=approver),
        lambda: usecases.publish_version(too_early, now=now, by=approver),
    ):
        with pytest.raises(SuccessionBroken) as refused:
            attempt()
        assert (refused.value.code, refused.value.pointer) == (code, pointer)
    assert everything() == before


def test_publications_can_be_asked_for_since_a_moment(approved, now, later, approver):
    number = approved()
    first = usecases.publish_version(number, now=now, by=approver)
    second = usecases.publish_version(number, now=later(hours=5), by=approver)
    third = usecases.publish_version(number, now=later(hours=6), by=approver)
    usecases.withdraw_publication(second.id, reason="x", now=later(hours=5), by=approver)
    assert [p.id for p in queries.list_publications(since=later(hours=6))] == [third.id]
    assert {p.id for p in queries.list_publications(since=later(hours=1))} == {second.id, third.id}
    assert queries.list_publications()[0].id == first.id


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE programme_publication SET live_from = live_from - interval '1 day'",
        "DELETE FROM programme_publication",
    ],
)
def test_the_database_itself_keeps_publications(statement, approved, now, approver):
    usecases.publish_version(approved(), now=now, by=approver)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["publish", "withdraw", "roll_back", "retire"]),
        st.integers(0, 2),
        st.integers(-3, 8),
    ),
    max_size=12,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=ACTS)
def test_whatever_is_published_and_withdrawn_something_sound_is_in_force(
    acts, document, now, later, author, approver
):
    """The use cases against the definition, with what was refused leaving no trace."""
    with transaction.atomic():
        for number in (1, 2, 3):
            usecases.draft_version(document(), now=now, by=author)
            usecases.approve_version(number, now=now, by=approver)
        began = False
        for hour, (act, which, offset) in enumerate(acts, start=1):
            moment = later(hours=hour)
            before = everything()
            try:
                _do(act, which, later(hours=hour + offset), moment, approver)
            except Refused:
                assert everything() == before
            else:
                grown = before[2][0][1] if before[2] else 0
                assert queries.get_revision() == grown + (act != "retire")
            _check_timeline(moment, later)
            in_force = queries.get_timeline().timeline.version_at(moment)
            assert in_force is not None or not began
            began = began or in_force is not None
        transaction.set_rollback(True)


def _do(act, which, live_from, moment, by):
    if act == "publish":
        usecases.publish_version(which + 1, live_from, now=moment, by=by)
    elif act == "roll_back":
        usecases.roll_back_to(which + 1, now=moment, by=by)
    elif act == "retire":
        usecases.retire_version(which + 1, now=moment, by=by)
    else:
        publications = sorted(queries.list_publications(), key=lambda p: p.published_at)
        chosen = publications[which].id if which < len(publications) else UUID(int=which)
        usecases.withdraw_publication(chosen, reason="x", now=moment, by=by)


def _check_timeline(moment, later):
    rows = list(Publication.objects.all())
    timeline = queries.get_timeline().timeline
    for hour in range(0, 24, 3):
        at = later(hours=hour)
        open_rows = [r for r in rows if r.withdrawn_at is None and r.live_from <= at]
        best = max(open_rows, key=lambda r: (r.live_from, r.revision), default=None)
        assert timeline.version_at(at) == (best and best.version_id)
    statuses = [queries.get_version(n, now=moment).status for n in (1, 2, 3)]
    assert statuses.count("live") <= 1
    assert all(r.live_from >= r.published_at + LEAD for r in rows)
