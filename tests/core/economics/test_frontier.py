"""How a candidate is scored: cost as found, reach in whole cells, value by a stated and bounded answer."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from outcomes import made_comparison

from regulars.core.economics.behaviour import Span
from regulars.core.economics.budget_text import BudgetWrong, read_amount, read_budget
from regulars.core.economics.frontier import (
    BOUNDS,
    Answer,
    AnswerWrong,
    Measure,
    NoticeWrong,
    read_answer,
    read_notice,
    score_of,
    usual_notice,
)

OUTCOME = made_comparison(1).outcomes[0]
SLOPE = Span(Fraction(1, 2), Fraction(1), Fraction(3, 2))
ANSWER = Answer(SLOPE, Fraction(1, 10), Fraction(3, 10))


def test_cost_is_that_of_the_outcome_as_a_share_of_sales_at_full_prices():
    score = score_of(OUTCOME, Measure(notice=10))
    assert score.cost == OUTCOME.cost_stated_minor / OUTCOME.totals.gross_minor


@pytest.mark.parametrize(
    ("notice", "members"), [(1, 2338), (5, 1338), (10, 1338), (20, 438), (30, 138), (50, 138), (70, 0)]
)  # fmt: skip
def test_reach_counts_only_cells_that_begin_at_the_notice(notice, members):
    score = score_of(OUTCOME, Measure(notice))
    assert score.benefit == score.low == score.high == members / 4338


def test_value_is_margin_of_what_is_bought_more_tenth_by_tenth():
    score = score_of(OUTCOME, Measure(10, ANSWER))
    more = 0.0
    for group in OUTCOME.deciles:
        figures = group.figures
        used = (
            figures.spent_minor + 0.7 * figures.outstanding_minor
        )  # of what is held 70 % is spent
        more += figures.gross_minor * ANSWER.lift(used / figures.gross_minor, Fraction(1))
    assert score.benefit == pytest.approx(0.3 * more / OUTCOME.totals.gross_minor, rel=1e-3)
    assert score.low < score.benefit < score.high


@given(st.floats(0, 5), st.floats(0, 5), st.fractions(0, 10))
def test_the_answer_rises_with_reward_and_never_passes_its_most(one, other, slope):
    low, high = sorted((one, other))
    assert 0 <= ANSWER.lift(low, slope) <= ANSWER.lift(high, slope) <= 0.1
    assert ANSWER.lift(low, slope) <= float(slope) * low + 1e-12


def test_the_first_per_cent_of_reward_brings_about_the_slope():
    assert ANSWER.lift(0.0001, Fraction(1)) == pytest.approx(0.0001, rel=0.01)


def test_an_answer_is_read():
    assert read_answer("0.5/1/1.5,most=0.2", Fraction(1, 3)) == Answer(
        SLOPE, Fraction(1, 5), Fraction(1, 3)
    )
    assert read_answer("1", Fraction(1, 3)).most == Fraction(1, 10)


@pytest.mark.parametrize(
    "text",
    ["", "x", "1/2", "2/1/3", "-1", "1,most=0", "1,most=2", "1,least=0.1", "101", "1/1/1/1", "1,", "9" * 30],
)  # fmt: skip
def test_what_is_no_answer_is_refused(text):
    if text == "1,":
        assert read_answer(text, Fraction(1)).most == Fraction(1, 10)
        return
    with pytest.raises(AnswerWrong):
        read_answer(text, Fraction(1, 3))


def test_a_notice_is_one_that_is_counted():
    assert [read_notice(f"{bound / 10:g}%") for bound in BOUNDS] == list(BOUNDS)
    for text in ("4%", "1", "0%", "x%", "101%", ""):
        with pytest.raises(NoticeWrong):
            read_notice(text)


@given(st.floats(0, 1))
def test_the_usual_notice_leaves_room_under_the_budget(share):
    notice = usual_notice(share)
    assert notice == BOUNDS[0] or notice / 1000 <= 0.75 * share + 1e-12


def test_a_budget_is_a_share_or_an_amount():
    assert read_budget("2%").as_share(Fraction(1000)) == Fraction(1, 50)
    assert read_budget("50").as_share(Fraction(1000)) == Fraction(1, 20)
    assert read_budget("50").as_share(Fraction(0)) == 0
    assert read_amount("50 000,50") == Fraction(100001, 2)
    for text in ("", "-1", "%", "101%", "1e3", "nan", "1.2.3"):
        with pytest.raises(BudgetWrong):
            read_budget(text)
