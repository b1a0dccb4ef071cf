"""Secrets that people carry: enough chance, a check character, digests bound to a purpose."""

from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.kit.secrets import (
    ALPHABET,
    check_character,
    digest,
    is_same,
    is_well_formed,
    keyed_digest,
    new_password,
    new_secret,
)

characters = st.sampled_from(ALPHABET)
bodies = st.text(characters, min_size=2, max_size=30)


@pytest.mark.parametrize("bits", [80, 128])
def test_a_secret_has_the_bits_it_was_asked_for_and_a_check_character(bits):
    secret = new_secret(bits)
    assert (len(secret) - 1) * log2(len(ALPHABET)) >= bits
    assert is_well_formed(secret)
    assert len({new_secret(bits) for _ in range(500)}) == 500


def test_a_password_has_more_than_90_bits_and_can_be_read_out():
    password = new_password()
    assert len(password.replace("-", "")) * log2(len(ALPHABET)) > 90
    assert not set("01lio") & set(password)


@given(body=bodies, data=st.data())
def test_any_one_wrong_character_is_noticed(body, data):
    secret = body + check_character(body)
    place = data.draw(st.integers(0, len(secret) - 1))
    wrong = secret[:place] + data.draw(characters) + secret[place + 1 :]
    assert is_well_formed(wrong) == (wrong == secret)


@given(body=bodies, data=st.data())
def test_any_two_characters_swapped_within_the_body_are_noticed(body, data):
    one, two = (data.draw(st.integers(0, len(body) - 1)) for _ in range(2))
    swapped = list(body)
    swapped[one], swapped[two] = swapped[two], swapped[one]
    wrong = "".join(swapped) + check_character(body)
    assert is_well_formed(wrong) == (swapped == list(body))


@given(text=st.text(max_size=40))
def test_any_text_may_be_asked_about(text):
    assert is_well_formed(text) in (True, False)


def test_digests_are_bound_to_their_purpose_and_key():
    assert digest("a", "secret") != digest("b", "secret")
    assert keyed_digest("k", "a", "s") != keyed_digest("l", "a", "s")
    assert keyed_digest("k", "a", "s") == keyed_digest(b"k", "a", "s")
    assert is_same(digest("a", "s"), digest("a", "s"))
    assert not is_same(digest("a", "s"), b"")
