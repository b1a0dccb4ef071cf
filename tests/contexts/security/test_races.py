"""Two at the same instant: first starts, owners, approvals, keys, repeated requests, guesses."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections, transaction

from regulars.contexts.security.models import ApiKey, AuditRow, FailedGuesses, StaffUser
from regulars.contexts.security.types import Permission, Plane, Role, Scope
from regulars.contexts.security.usecases.approvals import (
    ApprovalDecided,
    decide_approval,
    request_approval,
)
from regulars.contexts.security.usecases.guessing import TooManyGuesses, count_guess
from regulars.contexts.security.usecases.idempotency import (
    IdempotencyUnderWay,
    begin_idempotent,
    digest_of_body,
    finish_idempotent,
)
from regulars.contexts.security.usecases.keys import (
    KeyRefused,
    TillHasTwoKeys,
    authenticate_key,
    issue_api_key,
    revoke_api_key,
)
from regulars.contexts.security.usecases.staff import (
    LastOwner,
    create_first_administrator,
    deactivate_staff,
)
from regulars.kit.rate_limits import Guessing

pytestmark = pytest.mark.usefixtures("django_on_fresh_database")
BODY = digest_of_body({"points": 5})


def committed(work):
    with transaction.atomic():
        return work()


def test_two_first_starts_make_one_owner(at_once, now):
    made = at_once([lambda: committed(lambda: create_first_administrator(now=now))] * 4)
    assert sum(one is not None for one in made) == 1
    assert StaffUser.objects.count() == 1


def test_two_owners_cannot_unmake_each_other(at_once, hire, now):
    one, other = hire(Role.OWNER), hire(Role.OWNER)
    outcomes = at_once(
        [
            lambda: committed(lambda: deactivate_staff(other.staff_id, now=now, by=one)),
            lambda: committed(lambda: deactivate_staff(one.staff_id, now=now, by=other)),
        ]
    )
    assert StaffUser.objects.filter(is_active=True).count() == 1
    assert sum(isinstance(outcome, LastOwner) for outcome in outcomes) == 1


def test_of_two_who_decide_at_once_one_is_heard(at_once, hire, now):
    asks = hire(Role.SUPPORT)
    deciders = [hire(Role.CONTROLLER) for _ in range(4)]
    approval = request_approval(
        *("ledger.adjust", "member", {"points": 5}),
        permission=Permission.LEDGER_APPROVE,
        reason="goodwill",
        now=now,
        by=asks,
    )
    decisions = ["approved", "rejected", "approved", "rejected"]
    outcomes = at_once(
        [
            lambda by=by, word=word: committed(
                lambda: decide_approval(approval.id, word, reason="so it is", now=now, by=by)
            )
            for by, word in zip(deciders, decisions, strict=True)
        ]
    )
    heard = [outcome for outcome in outcomes if not isinstance(outcome, Exception)]
    assert len(heard) == 1
    assert all(isinstance(o, ApprovalDecided) for o in outcomes if o is not heard[0])
    assert AuditRow.objects.filter(action="approval.decide").count() == 1


def till_key(owner, now):
    return issue_api_key(
        name="till",
        plane=Plane.TILL,
        scopes=[Scope.TILL_SALES],
        store="s1",
        till="t1",
        now=now,
        by=owner,
    )


def test_a_till_never_gets_a_third_key(at_once, owner, now):
    outcomes = at_once([lambda: committed(lambda: till_key(owner, now))] * 6)
    assert sum(isinstance(outcome, TillHasTwoKeys) for outcome in outcomes) == 4
    assert sorted(ApiKey.objects.values_list("slot", flat=True)) == [1, 2]


def test_a_revoked_key_lets_nobody_in_from_then_on(at_once, owner, now):
    key = till_key(owner, now)
    revoked = []

    def use():
        outcomes = []
        for step in range(60):
            was_revoked = bool(revoked)
            try:
                moment = now + timedelta(minutes=step)
                committed(lambda moment=moment: authenticate_key(key.token, now=moment))
                outcomes.append((was_revoked, True))
            except KeyRefused:
                outcomes.append((was_revoked, False))
        return outcomes

    def revoke():
        time.sleep(0.05)
        committed(lambda: revoke_api_key(key.id, now=now, by=owner))
        revoked.append(True)
        return []

    seen = [one for outcomes in at_once([use, use, use, revoke]) for one in outcomes]
    assert (True, True) not in seen
    assert (False, True) in seen
    with pytest.raises(KeyRefused):
        authenticate_key(key.token, now=now)


def test_a_request_sent_many_times_at_once_is_done_once(at_once, now):
    done = []

    def request():
        with transaction.atomic():
            stored = begin_idempotent("key/POST /x", "k1", BODY, now=now)
            if stored is not None:
                return stored.answer
            done.append(True)
            time.sleep(0.1)
            finish_idempotent("key/POST /x", "k1", 201, b"made", now=now)
            return b"made"

    assert at_once([request] * 8) == [b"made"] * 8
    assert len(done) == 1


def test_when_the_first_one_fails_the_next_one_does_the_work(at_once, now):
    done = []

    def request():
        with transaction.atomic():
            stored = begin_idempotent("key/POST /x", "k1", BODY, now=now)
            if stored is not None:
                return stored.answer
            done.append(True)
            time.sleep(0.1)
            if len(done) == 1:
                raise ZeroDivisionError
            finish_idempotent("key/POST /x", "k1", 201, b"made", now=now)
            return b"made"

    outcomes = at_once([request] * 5)
    assert sum(isinstance(outcome, ZeroDivisionError) for outcome in outcomes) == 1
    assert outcomes.count(b"made") == 4
    assert len(done) == 2


def test_who_waits_too_long_is_told_to_come_back_and_can_go_on(now, monkeypatch):
    monkeypatch.setattr("regulars.contexts.security.usecases.idempotency.LOCK_TIMEOUT_MS", 100)

    def impatient():
        try:
            with transaction.atomic():
                with pytest.raises(IdempotencyUnderWay) as refusal:
                    begin_idempotent("s", "k1", BODY, now=now)
                # The transaction goes on, and other locks are waited for as before.
                StaffUser.objects.count()
                with connections["default"].cursor() as cursor:
                    cursor.execute("SHOW lock_timeout")
                    return refusal.value.params, cursor.fetchone()[0]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as threads, transaction.atomic():
        begin_idempotent("s", "k1", BODY, now=now)
        assert threads.submit(impatient).result(timeout=20) == ({"retry_after_s": 2}, "0")


def test_guesses_at_the_same_instant_cannot_outrun_the_count(at_once, now):
    rule = Guessing("pin", most=5)
    axes = [(rule, "card 1"), (Guessing("address", most=100), "::1")]

    def guess():
        return committed(lambda: count_guess(axes, now=now))

    outcomes = at_once([guess] * 20)
    assert outcomes.count(None) == 5
    assert sum(isinstance(outcome, TooManyGuesses) for outcome in outcomes) == 15
    assert sorted(FailedGuesses.objects.values_list("failures", flat=True)) == [5, 5]
