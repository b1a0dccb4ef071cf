"""Codes that change: good in their time and once, worth nothing to who has not the device."""

from hypothesis import assume, given
from hypothesis import strategies as st

from regulars.core.member_code import (
    ALPHABET,
    LEEWAY,
    PERIOD_S,
    check,
    check_digits,
    code_of,
    device_secret,
    digits_of,
    looks_like_code,
    parse,
    period_of,
    tag_of,
)

secrets = st.binary(min_size=32, max_size=32)
periods = st.integers(1_000, 2**40)
near = st.integers(-LEEWAY, LEEWAY)
TAG = tag_of(bytes(range(10)))


def mac(secret, period):
    return parse(code_of(secret, TAG, period)).mac


@given(secrets, periods, near)
def test_a_code_is_good_within_the_leeway_and_once(secret, period, off):
    shown = mac(secret, period + off)
    verdict = check(secret, shown, period, 0)
    assert verdict == ("good", period + off)
    assert check(secret, shown, period, verdict.period).fate == "used"


@given(secrets, periods, near, near)
def test_what_is_older_than_a_code_that_was_taken_is_used_up(secret, period, one, other):
    first, second = sorted((period + one, period + other))
    assert check(secret, mac(secret, first), period, second).fate == "used"
    later = check(secret, mac(secret, second), period, first)
    assert later.fate == ("used" if first == second else "good")


@given(secrets, periods, st.integers(LEEWAY + 1, 10_000), st.sampled_from([-1, 1]))
def test_a_code_of_another_time_is_never_good(secret, period, far, way):
    assert check(secret, mac(secret, max(0, period + way * far)), period, 0).fate in (
        "stale",
        "wrong",
    )


@given(secrets, secrets, periods)
def test_another_device_shows_other_codes(one, other, period):
    assume(one != other)
    assert check(one, mac(other, period), period, 0).fate == "wrong"
    assert code_of(one, TAG, period) != code_of(one, TAG, period + 1)


@given(secrets, periods, near)
def test_the_digits_of_agreement_are_good_once_and_are_no_part_of_the_code(secret, period, off):
    digits = digits_of(secret, period + off)
    assert len(digits) == 6
    verdict = check_digits(secret, digits, period, 0)
    assert verdict.fate == "good"
    assert check_digits(secret, digits, period, period + LEEWAY).fate == "used"
    assert check_digits(secret, digits, period + 2 * LEEWAY + 1, 0).fate in ("wrong", "good")


@given(st.binary(min_size=10, max_size=10), secrets, periods)
def test_a_code_survives_a_scanner(random, secret, period):
    tag = tag_of(random)
    code = code_of(secret, tag, period)
    assert set(code) <= set(ALPHABET + "1")
    assert parse(f" {code.lower()}\r\n") == parse(code)
    assert parse(code).tag == tag
    assert looks_like_code(code)


@given(st.text(max_size=60))
def test_no_text_breaks_the_parser(text):
    parse(text)
    parse("RQ1" + text)
    assert not looks_like_code("2990000000012")


@given(st.floats(0, 4e9))
def test_periods_are_half_minutes(moment):
    period = period_of(moment)
    assert period * PERIOD_S <= moment < (period + 1) * PERIOD_S


def test_the_known_answer_that_devices_are_tested_with():
    secret = device_secret(b"installation", bytes(range(16)))
    assert code_of(secret, TAG, 59_000_000) == KNOWN
    assert digits_of(secret, 59_000_000) == KNOWN_DIGITS


KNOWN = "RQ1AAAQEAYEAUDAOCAJODJXOOLLYOHCFHSU"
KNOWN_DIGITS = "124054"
