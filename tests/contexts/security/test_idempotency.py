"""A request sent again is answered as before; another one with its key is refused."""

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.contexts.security.jobs import forget_what_is_over
from regulars.contexts.security.models import FailedGuesses, StoredAnswerRow
from regulars.contexts.security.types import StoredAnswer
from regulars.contexts.security.usecases.guessing import count_guess
from regulars.contexts.security.usecases.idempotency import (
    KEPT,
    UNDER_WAY_MAX,
    IdempotencyKeyMalformed,
    IdempotencyKeyMissing,
    IdempotencyKeyReused,
    IdempotencyUnderWay,
    begin_idempotent,
    digest_of_body,
    finish_idempotent,
    forget_idempotent,
    purge_stored_answers,
)
from regulars.kit.rate_limits import Guessing

pytestmark = pytest.mark.django_db
BODY, OTHER = digest_of_body({"points": 5}), digest_of_body({"points": 6})


def test_the_first_answer_is_given_again(now, later):
    assert begin_idempotent("s", "k", BODY, now=now) is None
    finish_idempotent("s", "k", 409, b"no", now=now)
    for _ in range(2):
        again = begin_idempotent("s", "k", BODY, now=later(days=44))
        assert again == StoredAnswer(409, b"no")


def test_another_request_with_the_key_is_refused_and_changes_nothing(now):
    begin_idempotent("s", "k", BODY, now=now)
    finish_idempotent("s", "k", 200, b"yes", now=now)
    with pytest.raises(IdempotencyKeyReused):
        begin_idempotent("s", "k", OTHER, now=now)
    assert begin_idempotent("s", "k", BODY, now=now) == StoredAnswer(200, b"yes")


def test_keys_of_others_do_not_meet(now):
    begin_idempotent("key 1 POST /a", "k", BODY, now=now)
    assert begin_idempotent("key 2 POST /a", "k", OTHER, now=now) is None
    assert begin_idempotent("key 1 POST /b", "k", OTHER, now=now) is None


def test_what_is_under_way_is_said_to_be_until_it_must_be_dead(now):
    begin_idempotent("s", "k", BODY, now=now)
    with pytest.raises(IdempotencyUnderWay):
        begin_idempotent("s", "k", BODY, now=now + UNDER_WAY_MAX - timedelta(microseconds=1))
    with pytest.raises(IdempotencyKeyReused):
        begin_idempotent("s", "k", OTHER, now=now + UNDER_WAY_MAX)
    assert begin_idempotent("s", "k", BODY, now=now + UNDER_WAY_MAX) is None
    with pytest.raises(IdempotencyUnderWay):
        begin_idempotent("s", "k", BODY, now=now + UNDER_WAY_MAX)


def test_a_key_that_came_to_nothing_can_be_used_again(now):
    begin_idempotent("s", "k", BODY, now=now)
    forget_idempotent("s", "k")
    assert begin_idempotent("s", "k", OTHER, now=now) is None
    finish_idempotent("s", "k", 200, b"", now=now)
    forget_idempotent("s", "k")
    assert begin_idempotent("s", "k", OTHER, now=now) == StoredAnswer(200, b"")


def test_keys_are_remembered_for_45_days(now):
    assert timedelta(hours=72) <= KEPT
    begin_idempotent("s", "k", BODY, now=now)
    finish_idempotent("s", "k", 200, b"", now=now)
    assert purge_stored_answers(now=now + KEPT - timedelta(microseconds=1)) == 0
    assert begin_idempotent("s", "k", OTHER, now=now + KEPT) is None
    assert begin_idempotent("s", "m", BODY, now=now) is None
    assert purge_stored_answers(now=now + KEPT) == 1
    assert StoredAnswerRow.objects.count() == 1


def test_the_nightly_job_forgets_what_is_over_and_nothing_else(now):
    begin_idempotent("s", "old", BODY, now=now)
    begin_idempotent("s", "new", BODY, now=now + KEPT)
    count_guess([(Guessing("pin", most=5), "card 1")], now=now)
    count_guess([(Guessing("pin", most=5), "card 2")], now=now + KEPT)
    forget_what_is_over(timestamp=int((now + KEPT).timestamp()))
    assert StoredAnswerRow.objects.count() == 1
    assert FailedGuesses.objects.count() == 1


@pytest.mark.parametrize("key", [None, ""])
def test_a_key_is_needed(key, now):
    with pytest.raises(IdempotencyKeyMissing):
        begin_idempotent("s", key, BODY, now=now)


@pytest.mark.parametrize("key", [" ", "a b", "x" * 201, "ключ", "a\n", "\x00"])
def test_a_key_is_plain_text(key, now):
    with pytest.raises(IdempotencyKeyMalformed):
        begin_idempotent("s", key, BODY, now=now)


def test_what_was_not_begun_is_not_finished(now):
    with pytest.raises(AssertionError):
        finish_idempotent("s", "k", 200, b"", now=now)


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(one=json_values, other=json_values)
def test_bodies_have_one_digest_exactly_when_they_say_the_same(one, other):
    # In Python True equals 1; in JSON it does not.
    assert (digest_of_body(one) == digest_of_body(other)) == (strict(one) == strict(other))


def strict(value):
    if isinstance(value, dict):
        return {key: strict(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [strict(inner) for inner in value]
    return (type(value), value)


def test_the_order_of_members_does_not_matter():
    assert digest_of_body({"a": 1, "b": [1, 2]}) == digest_of_body({"b": [1, 2], "a": 1})
    assert digest_of_body([1, 2]) != digest_of_body([2, 1])
    assert digest_of_body({"a": "\ud800"})
    assert digest_of_body(math.pi)
