"""Patterns: enough room to be unguessable, every code equally likely, typing errors found."""

import os
import re
from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from seed import examples

from regulars.core.rewards.codes import normalised
from regulars.core.rewards.patterns import (
    DIGITS,
    ISSUED,
    LETTERS,
    SPARSENESS,
    PatternGuessable,
    PatternInvalid,
    bytes_for,
    check_sparse,
    codes_from,
    has_right_check,
    is_of,
    issued_codes,
    read_pattern,
    shown_code,
)

LITERALS = st.text(st.sampled_from("ABIOL019ЖЁА_-"), max_size=5)
SLOTS = st.text(st.sampled_from("?#"), min_size=1, max_size=6)
PATTERNS = st.builds(
    lambda parts, check, end: "".join(a + b for a, b in parts) + check + end,
    st.lists(st.tuples(LITERALS, SLOTS), min_size=1, max_size=3),
    st.sampled_from(["", "*", "-*"]),
    LITERALS,
)


def drawn(text: str, count: int) -> list[str]:
    pattern = read_pattern(text)
    return codes_from(pattern, os.urandom(bytes_for(pattern, count)))[:count]


def test_codes_look_like_their_pattern() -> None:
    pattern = read_pattern("spring-????-##?*")
    for code in drawn("spring-????-##?*", 100):
        assert re.fullmatch(rf"SPR1NG[{LETTERS}]{{4}}[0-9]{{2}}[{LETTERS}]{{2}}", code)
        printed = shown_code(code, pattern)
        assert re.fullmatch(r"SPRING-\w{4}-\w{4}", printed)
        assert normalised(printed) == code


def test_no_look_alikes_are_drawn() -> None:
    assert not set("01OIL") & set(LETTERS)
    assert len(set(LETTERS)) == 31


@examples(100)
@given(PATTERNS, st.binary(min_size=600, max_size=900))
def test_any_pattern_gives_codes_that_read_back(text: str, randomness: bytes) -> None:
    pattern = read_pattern(text)
    codes = codes_from(pattern, randomness)
    for code in codes[:20]:
        assert normalised(code) == code
        assert normalised(shown_code(code, pattern)) == code
        assert is_of(code, pattern)
        assert has_right_check(code, pattern)


@examples(100)
@given(PATTERNS, st.binary(min_size=600, max_size=900))
def test_the_same_bytes_give_the_same_codes(text: str, randomness: bytes) -> None:
    pattern = read_pattern(text)
    assert codes_from(pattern, randomness) == codes_from(pattern, randomness)


@examples(150)
@given(st.data())
def test_one_wrong_character_fails_the_check(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(["AB-????-???*", "?#?#?#*", "########*", "?" * 29 + "*"]))
    pattern = read_pattern(text)
    code = codes_from(pattern, data.draw(st.binary(min_size=300, max_size=300)))[0]
    place = data.draw(st.integers(len(normalised(text.split("?")[0].split("#")[0])), len(code) - 1))
    other = data.draw(st.sampled_from(LETTERS if code[place] in LETTERS else DIGITS))
    wrong = code[:place] + other + code[place + 1 :]
    assume(wrong != code and is_of(wrong, pattern))
    assert not has_right_check(wrong, pattern)


@examples(150)
@given(st.binary(min_size=300, max_size=300), st.integers(0, 6))
def test_two_swapped_characters_fail_the_check(randomness: bytes, place: int) -> None:
    pattern = read_pattern("???????*")
    code = codes_from(pattern, randomness)[0]
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assume(swapped != code)
    assert not has_right_check(swapped, pattern)


def test_digits_alone_are_checked_by_luhn() -> None:
    pattern = read_pattern("#######*")
    code = next(c for c in drawn("#######*", 2000))
    digits = [int(c) for c in reversed(code)]
    doubled = [sum(divmod(2 * d, 10)) if i % 2 else d for i, d in enumerate(digits)]
    assert sum(doubled) % 10 == 0
    assert has_right_check(code, pattern)


def test_every_character_is_equally_likely() -> None:
    counts = Counter("".join(drawn("????", 50_000)))
    expected = 4 * 50_000 / 31
    assert len(counts) == 31
    # Five standard deviations of a binomial: fails by chance once in some 50,000 runs.
    assert all(abs(found - expected) < 5 * expected**0.5 for found in counts.values())


def test_codes_do_not_repeat() -> None:
    codes = drawn("????????????", 100_000)
    assert len(set(codes)) == len(codes) == 100_000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SPRING",
        "*",
        "ABC-*",
        "?*?",
        "?**",
        "?" * 31,
        "A" * 41,
        "A?\0",
        "A?%",
        "A?'",
        "?" + " " * 50 + "\t;",
    ],
)
def test_a_pattern_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(PatternInvalid) as caught:
        read_pattern(text)
    assert caught.value.pointer == "/pattern"


@pytest.mark.parametrize(("text", "most"), [("????", 0), ("?????", 28), ("########", 100)])
def test_a_pattern_says_how_many_codes_are_safe(text: str, most: int) -> None:
    pattern = read_pattern(text)
    if most:
        check_sparse(pattern, most)
    with pytest.raises(PatternGuessable) as caught:
        check_sparse(pattern, most + 1)
    assert caught.value.params["most"] == most
    longer = read_pattern(text + "?" * int(str(caught.value.params["more"])))
    check_sparse(longer, most + 1)


@examples(100)
@given(PATTERNS, st.integers(1, 10**7))
def test_what_passes_is_hit_by_a_guess_once_in_a_million(text: str, count: int) -> None:
    pattern = read_pattern(text)
    letters, digits = text.count("?"), text.count("#")
    space = 31**letters * 10**digits
    assert pattern.space == space
    if space >= SPARSENESS * count:
        check_sparse(pattern, count)
    else:
        with pytest.raises(PatternGuessable):
            check_sparse(pattern, count)


def test_issued_codes_have_eighty_random_bits() -> None:
    assert ISSUED.space >= 2**80
    codes = issued_codes(1000, os.urandom(bytes_for(ISSUED, 1000)))
    assert len(set(codes)) == 1000
    assert all(has_right_check(code, ISSUED) for code in codes)
