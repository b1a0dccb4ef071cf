"""Events and jobs live and die with the transaction that made them."""

import asyncio

import asyncpg
import pytest
from django.db import transaction
from procrastinate.contrib.django import app as jobs
from procrastinate.contrib.django.models import ProcrastinateJob

from regulars.kit.outbox import (
    EVENTS_PER_JOB_MAX,
    Event,
    NotInTransaction,
    announce,
    announce_on,
    defer,
    job,
    run_worker,
    subscriber,
)

pytestmark = pytest.mark.usefixtures("django_on_fresh_database")


class TeaDrunk(Event):
    """Something that happens in tests only."""

    cups: int


class NobodyCares(Event):
    """An event without subscribers."""


told = []
ran = []


@subscriber(TeaDrunk)
def note_tea(events):
    """Remember what was told."""
    told.append([event.cups for event in events])


@job("tests.note_run")
def note_run(number):
    """Remember that it ran."""
    ran.append(number)


@pytest.fixture(autouse=True)
def _forget():
    told.clear()
    ran.clear()


def test_what_commits_is_told():
    with transaction.atomic():
        announce(TeaDrunk(cups=1), TeaDrunk(cups=2), NobodyCares())
        assert told == []
    run_worker(wait=False)
    assert told == [[1, 2]]


def test_what_is_rolled_back_is_not_told():
    def fail():
        announce(TeaDrunk(cups=1))
        defer("tests.note_run", number=1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        fail()
    assert ProcrastinateJob.objects.count() == 0


def test_without_a_transaction_nothing_is_announced():
    with pytest.raises(NotInTransaction):
        announce(TeaDrunk(cups=1))
    assert ProcrastinateJob.objects.count() == 0


def test_many_events_become_few_jobs():
    with transaction.atomic():
        announce(*(TeaDrunk(cups=i) for i in range(EVENTS_PER_JOB_MAX + 1)))
    assert ProcrastinateJob.objects.count() == 2
    run_worker(wait=False)
    assert sorted(cups for batch in told for cups in batch) == list(range(EVENTS_PER_JOB_MAX + 1))


def test_an_event_nobody_subscribes_to_costs_nothing(django_assert_num_queries):
    with transaction.atomic(), django_assert_num_queries(0):
        announce(NobodyCares())


@pytest.mark.parametrize("commits", [True, False])
def test_the_till_path_announces_in_its_own_transaction(fresh_database, commits):
    async def story():
        connection = await asyncpg.connect(fresh_database.app.url)
        try:
            with pytest.raises(NotInTransaction):
                await announce_on(connection, TeaDrunk(cups=3))
            async with connection.transaction():
                await announce_on(connection, TeaDrunk(cups=3), NobodyCares())
                if not commits:
                    raise ZeroDivisionError
        except ZeroDivisionError:
            pass
        finally:
            await connection.close()

    asyncio.run(story())
    run_worker(wait=False)
    assert told == ([[3]] if commits else [])


def test_a_deferred_job_runs_with_its_arguments():
    with transaction.atomic():
        defer("tests.note_run", number=7)
    run_worker(wait=False)
    assert ran == [7]


def test_the_housekeeping_is_declared():
    jobs.perform_import_paths()
    assert {"kit.retry_stalled_jobs", "kit.remove_old_jobs"} <= jobs.tasks.keys()
