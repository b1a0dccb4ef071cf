"""Guessing codes is slowed, then stopped, whatever process answers; typing slips are borne."""

from datetime import timedelta

import pytest

from regulars.contexts.rewards.usecases.wrong_codes import (
    ADDRESS,
    KEY,
    MEMBER,
    OVERALL,
    CodeSources,
    count_codes_ahead,
    count_wrong_codes,
    forgive_codes,
    suspicion_of_codes,
)
from regulars.contexts.security.models import FailedGuesses
from regulars.kit.transactions import in_transaction

pytestmark = pytest.mark.django_db
WEB = CodeSources(key="k1", till="s1/1", member="card:1", address="10.0.0.1")


def find_code_pause(sources, *, now):
    return suspicion_of_codes(sources, now=now).pause_s


def guess(sources, count, now, start=0):
    codes = [f"GUESS{n}" for n in range(start, start + count)]
    count_wrong_codes(sources, codes, now=now)


def test_a_few_slips_are_borne(now):
    guess(WEB, MEMBER.most - 1, now)
    assert find_code_pause(WEB, now=now) == 0


def test_after_too_many_the_member_pauses_and_others_do_not(now):
    guess(WEB, MEMBER.most, now)
    assert find_code_pause(WEB, now=now) == 60
    assert find_code_pause(WEB._replace(member="card:2"), now=now) == 0
    assert find_code_pause(WEB, now=now + timedelta(seconds=60)) == 0


def test_the_same_code_again_is_no_new_guess(now):
    for _ in range(50):
        count_wrong_codes(WEB, ["OLDC0DE", "0THER"], now=now)
    assert find_code_pause(WEB, now=now) == 0


def test_pauses_double_up_to_a_day(now):
    pauses = []
    at = now
    for round_ in range(13):
        guess(WEB, MEMBER.most, at, start=round_ * 1000)
        pauses.append(find_code_pause(WEB, now=at))
        at += timedelta(seconds=pauses[-1])
    assert pauses[:4] == [60, 120, 240, 480]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 24 * 3600
    made = 13 * MEMBER.most
    # What a member's guesses can hit in these days, where a guess hits once in a million.
    assert made / 1_000_000 < 0.001
    assert at - now > timedelta(days=2)


def test_guesses_during_a_pause_are_not_heard_and_do_not_make_it_longer(now):
    guess(WEB, MEMBER.most, now)
    guess(WEB, 20, now + timedelta(seconds=30), start=5000)
    assert find_code_pause(WEB, now=now + timedelta(seconds=61)) == 0


@pytest.mark.parametrize(
    ("rule", "changing"), [(KEY, ("member", "address")), (ADDRESS, ("member", "key", "till"))]
)
def test_a_source_is_stopped_by_whatever_stays_the_same(now, rule, changing):
    for number in range(rule.most):
        sources = WEB._replace(**{name: f"{name}{number}" for name in changing})
        count_wrong_codes(sources, [f"GUESS{number}"], now=now)
    fresh = WEB._replace(**dict.fromkeys(changing, "fresh"))
    assert find_code_pause(fresh, now=now) == 60


def test_many_sources_at_once_are_stopped_together(now):
    for number in range(OVERALL.most // 50):
        source = CodeSources(key=f"k{number}", till=f"t{number}", address=f"a{number}")
        guess(source, 50, now, start=number * 1000)
    assert find_code_pause(CodeSources(key="innocent"), now=now) == 60
    assert find_code_pause(CodeSources(key="innocent"), now=now + timedelta(minutes=1)) == 0


def test_right_codes_cost_nothing(now):
    count_wrong_codes(WEB, [], now=now)
    assert not FailedGuesses.objects.exists()


def test_neither_codes_nor_sources_are_kept(now):
    guess(WEB, 3, now)
    kept = b"".join(
        bytes(row.recent) + bytes(row.subject_digest) for row in FailedGuesses.objects.all()
    )
    assert b"GUESS" not in kept
    assert b"card" not in kept


def test_only_who_guessed_wrong_of_late_is_counted_ahead(now):
    assert not suspicion_of_codes(WEB, now=now).is_suspected
    guess(WEB, MEMBER.most // 2, now)
    assert suspicion_of_codes(WEB, now=now) == (0, True)
    assert not suspicion_of_codes(WEB._replace(member="card:2"), now=now).is_suspected
    assert not suspicion_of_codes(WEB, now=now + MEMBER.forget).is_suspected


def test_right_codes_that_were_counted_ahead_are_forgiven(now):
    guess(WEB, MEMBER.most - 2, now)
    for _ in range(20):
        assert count_codes_ahead(WEB, ["G00D1", "G00D2"], now=now) == 0
        forgive_codes(WEB, ["G00D1", "G00D2"], now=now)
    assert find_code_pause(WEB, now=now) == 0
    assert count_codes_ahead(WEB, ["BAD1", "BAD2"], now=now) == 0
    count_wrong_codes(WEB, ["BAD1", "BAD2"], now=now)
    assert max(row.failures for row in FailedGuesses.objects.all()) == MEMBER.most
    assert find_code_pause(WEB, now=now) == 60


def test_more_guesses_than_there_is_room_for_are_not_heard_at_all(now):
    guess(WEB, MEMBER.most - 1, now)
    before = list(FailedGuesses.objects.order_by("subject_digest").values())
    assert count_codes_ahead(WEB, ["BAD1", "BAD2"], now=now) > 0
    assert list(FailedGuesses.objects.order_by("subject_digest").values()) == before


@pytest.mark.django_db(transaction=True)
def test_who_was_stopped_before_gains_nothing_by_asking_all_at_once(
    django_on_fresh_database, now, at_once
):
    in_transaction(lambda: guess(WEB, MEMBER.most, now))
    later = now + timedelta(seconds=60)
    assert suspicion_of_codes(WEB, now=later) == (0, True)

    def one(number):
        return lambda: in_transaction(lambda: count_codes_ahead(WEB, [f"MORE{number}"], now=later))

    pauses = at_once([one(number) for number in range(2 * MEMBER.most)])
    assert sorted(pause > 0 for pause in pauses) == [False] * MEMBER.most + [True] * MEMBER.most
    assert find_code_pause(WEB, now=later) == 120


@pytest.mark.django_db(transaction=True)
def test_racing_guesses_are_all_counted(django_on_fresh_database, now, at_once):
    def one(number):
        return lambda: in_transaction(lambda: count_wrong_codes(WEB, [f"GUESS{number}"], now=now))

    failures = [each for each in at_once([one(n) for n in range(10)]) if each is not None]
    assert not failures
    assert find_code_pause(WEB, now=now) == 60
    assert FailedGuesses.objects.filter(failures=10).count() == len(WEB.axes)
