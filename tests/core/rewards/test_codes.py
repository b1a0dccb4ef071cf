"""One spelling for each code, whoever types it on whatever keyboard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seed import examples

from regulars.core.rewards.codes import CODE_LENGTH_MAX, normalised
from regulars.core.rewards.patterns import LETTERS


@pytest.mark.parametrize(
    "typed",
    [
        "SPRING-AB34",
        "spring-ab34",
        " spring ab34 ",
        "SPRlNG–AB34",
        "S P R I N G A B 3 4",
        "SРRING-АВ34",
    ],
)
def test_a_code_has_one_spelling_however_it_is_typed(typed: str) -> None:
    assert normalised(typed) == "SPR1NGAB34"


@pytest.mark.parametrize("digit", "01")
def test_look_alikes_of_digits_are_digits(digit: str) -> None:
    typed = {"0": "0OoОо", "1": "1IilL"}[digit]
    assert {normalised(f"A{sign}Z") for sign in typed} == {f"A{digit}Z"}


@pytest.mark.parametrize(
    "typed", ["", " ", "-", "—", "\0", "AB\x00C", "AB\nC\x7f", "A" * 65, "\ud800", "💥"]
)
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert normalised(typed) == ""


def test_a_word_in_russian_is_a_code() -> None:
    assert normalised("скидка-10") == normalised("СКИДКА 10") != ""


@examples(400)
@given(st.text(max_size=80))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalised(text)
    assert normalised(once) == once
    assert len(once) <= CODE_LENGTH_MAX


@examples(200)
@given(st.text(st.sampled_from("АВЕКМНОРСТУХавекмнорстухOILoil01 -–x#"), max_size=30))
def test_normalising_twice_changes_nothing_of_look_alikes(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)


@examples(200)
@given(st.text(st.sampled_from(LETTERS), min_size=1, max_size=CODE_LENGTH_MAX))
def test_what_we_make_stays_as_it_is_in_any_case(code: str) -> None:
    assert normalised(code) == code == normalised(code.lower())
