"""Key figures, scores and cohorts of any books are what their definitions say."""

from fractions import Fraction

import pytest
from analytics.ledgers import parts_of, rows_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.analytics import kpis, rfm
from regulars.analytics.books import books_of_file
from regulars.analytics.cohorts import count_cohorts
from regulars.analytics.engine import EngineUnknown, open_engine
from regulars.core.metrics.definitions import BY_CODE, FIGURES, PARTS
from regulars.core.metrics.rfm import Borders, quantile_scores, segment_of

RECEIPTS = st.lists(
    st.tuples(
        st.sampled_from([None, "a", "b", "c", "d", "e"]),
        st.integers(15_000, 15_300),
        st.integers(-500, 2_000),
        st.sampled_from(["north", "south"]),
    ),
    min_size=1,
    max_size=40,
)
FEW = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def engine():
    with open_engine("duckdb") as engine:
        yield engine


@FEW
@given(receipts=RECEIPTS, step=st.sampled_from(["week", "month"]), horizon=st.integers(7, 120))
def test_parts_are_what_their_definitions_say(engine, receipts, step, horizon):
    books = books_of_file(engine, rows_of(receipts))
    since, until = kpis.periods_of(books, step)
    found = kpis.count_parts(books, kpis.Asked(step, since, until, horizon_days=horizon))
    expected = parts_of(receipts, step, since, until, horizon)
    for number in range(since, until):
        cell = found[number, ""]
        assert {name: cell[name] for name in expected[number]} == expected[number], number


@FEW
@given(receipts=RECEIPTS)
def test_stores_add_up_to_the_whole(engine, receipts):
    books = books_of_file(engine, rows_of(receipts))
    since, until = kpis.periods_of(books, "month")
    whole = kpis.count_parts(books, kpis.Asked("month", since, until))
    stores = kpis.count_parts(books, kpis.Asked("month", since, until, "store"))
    for name in ("paid_minor", "refund_minor", "receipts", "units", "member_paid_minor"):
        for number in range(since, until):
            parts = [cell[name] for (at, _), cell in stores.items() if at == number]
            assert sum(parts) == whole[number, ""][name]


@FEW
@given(receipts=RECEIPTS)
def test_scores_share_a_value_share_a_score(engine, receipts):
    books = books_of_file(engine, rows_of(receipts))
    rows = engine.rows(rfm.score_customers(books).order_by("customer"))
    assert [row["r"] for row in rows] == quantile_scores(
        [row["recency_days"] for row in rows], rising=False
    )
    assert [row["f"] for row in rows] == quantile_scores([row["frequency"] for row in rows])
    assert [row["m"] for row in rows] == quantile_scores([row["monetary_minor"] for row in rows])
    assert [row["segment"] for row in rows] == [
        segment_of(row["r"], row["f"], row["m"]) for row in rows
    ]


def test_fixed_borders_score_by_what_was_reached(engine):
    receipts = [("a", 15_000, 500, "x"), ("b", 15_100, 100, "x"), ("b", 15_101, 100, "x")]
    books = books_of_file(engine, rows_of(receipts))
    borders = Borders((0, 10, 101, 200), (2, 3, 4, 5), (100, 200, 500, 900))
    rows = {
        row["customer"]: row for row in engine.rows(rfm.score_customers(books, borders=borders))
    }
    assert (rows["a"]["r"], rows["a"]["f"], rows["a"]["m"]) == (3, 1, 4)
    assert (rows["b"]["r"], rows["b"]["f"], rows["b"]["m"]) == (5, 2, 3)


def test_who_comes_back_is_counted_by_the_month_since(engine):
    receipts = [
        ("a", 14_975, 100, "x"),
        ("a", 15_010, 50, "x"),
        ("b", 14_980, 70, "x"),
        ("b", 15_050, -70, "x"),
    ]
    books = books_of_file(engine, rows_of(receipts))
    months = {cell[:3] for cell in count_cohorts(books)}
    assert len({cohort for cohort, _, _ in months}) == 1
    assert {(age, customers) for _, age, customers in months} == {(0, 2), (1, 1), (2, 1)}
    assert {cell.age for cell in count_cohorts(books, "purchases")} == {0, 1}


def test_a_margin_that_nobody_stated_is_not_known(engine):
    books = books_of_file(engine, rows_of([("a", 15_000, 1_001, "x")]))
    since, until = kpis.periods_of(books, "month")
    (cell,) = kpis.count_parts(books, kpis.Asked("month", since, until)).values()
    assert BY_CODE["margin"].of(cell) is None
    asked = kpis.Asked("month", since, until, margin=Fraction(1, 4))
    (cell,) = kpis.count_parts(books, asked).values()
    assert BY_CODE["margin"].of(cell) == 250


def test_a_figure_is_made_of_parts_that_are_defined():
    for figure in FIGURES:
        for _, part in (*figure.top, *figure.bottom):
            assert part in PARTS, figure.code
    assert len(BY_CODE) == len(FIGURES)


def test_an_engine_that_there_is_not_is_refused():
    with pytest.raises(EngineUnknown), open_engine("oracle://db"):
        pass
