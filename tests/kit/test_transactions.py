"""Work in one transaction: tried again on conflicts, never on anything else, never half done."""

import threading
from contextlib import suppress

import pytest
from django.contrib.sessions.models import Session
from django.db import IntegrityError, OperationalError, connection, transaction

from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction, sqlstate

pytestmark = pytest.mark.usefixtures("django_on_fresh_database")


def put(key):
    Session.objects.create(session_key=key, session_data="0", expire_date=utc_now())


def fail_with(state):
    with connection.cursor() as cursor:
        cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}'; END $$")


@pytest.mark.parametrize("state", ["40001", "40P01", "55P03"])
def test_a_conflict_is_tried_again_from_the_start(state):
    tries = []

    def work():
        tries.append(len(tries))
        put("once")
        if len(tries) < 3:
            fail_with(state)
        return "done"

    assert in_transaction(work) == "done"
    assert len(tries) == 3
    assert Session.objects.count() == 1


def test_after_the_last_try_the_conflict_comes_through():
    tries = []

    def work():
        tries.append(1)
        put("never")
        fail_with("40001")

    with pytest.raises(OperationalError) as failed:
        in_transaction(work, tries=2)
    assert sqlstate(failed.value) == "40001"
    assert len(tries) == 2
    assert Session.objects.count() == 0


def test_any_other_failure_is_not_tried_again_and_leaves_nothing():
    tries = []

    def work():
        tries.append(1)
        put("twice")
        put("twice")

    with pytest.raises(IntegrityError):
        in_transaction(work)
    assert len(tries) == 1
    assert Session.objects.count() == 0


def test_inside_a_transaction_it_simply_runs():
    tries = []

    def work():
        tries.append(1)
        fail_with("40001")

    with pytest.raises(OperationalError), transaction.atomic():
        in_transaction(work)
    assert len(tries) == 1


def test_two_that_lock_crosswise_both_end_well():
    for key in ("a", "b"):
        put(key)
    barrier = threading.Barrier(2, timeout=10)
    ended = []

    def work(first, second):
        Session.objects.select_for_update().get(pk=first)
        # Both hold their first row now; on the second try nobody else comes here.
        with suppress(threading.BrokenBarrierError):
            barrier.wait(1)
        Session.objects.select_for_update().get(pk=second)

    def run(first, second):
        try:
            in_transaction(lambda: work(first, second))
            ended.append(first)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in ("ab", "ba")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(ended) == ["a", "b"]
