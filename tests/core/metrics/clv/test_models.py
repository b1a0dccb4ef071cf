"""Lifetime models on Fader and Hardie's CDNOW sample: the published figures, and gradients that are right."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from regulars.core.metrics.clv import bg_nbd, gamma_gamma, pareto_nbd
from regulars.core.metrics.clv.bg_nbd import BgNbd
from regulars.core.metrics.clv.counts import Counts, as_counts, count_purchases
from regulars.core.metrics.clv.special import digamma, gauss, gauss_next

CALIBRATED = date(1997, 9, 30)


@pytest.fixture(scope="module")
def cdnow(shared_data: Path) -> Counts:
    """The calibration sample; weeks have two decimals, as in the published spreadsheets."""
    purchases = []
    for row in (shared_data / "CDNOW_sample.txt").read_text().splitlines():
        _, who, day, _, spent = row.split()
        purchases.append((who, date.fromisoformat(f"{day[:4]}-{day[4:6]}-{day[6:]}"), float(spent)))
    rows = count_purchases(purchases, until=CALIBRATED).values()
    return as_counts((x, round(last, 2), round(age, 2), value) for x, last, age, value in rows)


def test_bg_nbd_has_the_published_parameters_and_likelihood(cdnow):
    model, likelihood = bg_nbd.fit(cdnow)
    assert len(cdnow.frequency) == 2357
    assert model == pytest.approx((0.24259, 4.41353, 0.79289, 2.42575), rel=2e-5)
    assert round(likelihood, 3) == -9582.426


def test_pareto_nbd_has_the_published_parameters_and_likelihood(cdnow):
    model, likelihood = pareto_nbd.fit(cdnow)
    assert [round(p, 4) for p in model] == [0.5533, 10.5776, 0.6062, 11.6679]
    assert model == pytest.approx((0.5533, 10.5779, 0.6061, 11.6627), rel=5e-4)
    assert round(likelihood, 3) == -9594.974


def test_gamma_gamma_is_at_least_as_likely_as_the_published_parameters(cdnow):
    model, likelihood = gamma_gamma.fit(cdnow)
    repeated = cdnow.frequency > 0
    assert repeated.sum() == 946
    assert model == pytest.approx((6.249, 3.745, 15.448), rel=5e-4)
    published, _ = gamma_gamma._likelihood(
        6.249, 3.745, 15.448, cdnow.frequency[repeated], cdnow.value[repeated]
    )
    assert 0 <= likelihood - published < 1e-3


def test_the_repeat_purchases_to_week_78_are_the_published_ones(cdnow):
    model = BgNbd(0.24259, 4.41353, 0.79289, 2.42575)
    expected = sum(bg_nbd.expected_of_new(model, age + 39) for age in cdnow.age)
    assert expected == pytest.approx(4160.6, abs=0.5)
    assert expected / 4339 - 1 == pytest.approx(-0.0411, abs=2e-4)


@pytest.mark.parametrize("likelihood", [bg_nbd._likelihood, pareto_nbd._likelihood])
@pytest.mark.parametrize("at", [(0.3, 5.0, 0.8, 2.0), (0.6, 13.0, 0.7, 9.0), (1.2, 2.0, 1.5, 30.0)])
def test_the_gradient_is_the_derivative(cdnow, likelihood, at):
    at = np.array(at)
    _, gradient = likelihood(*at, cdnow.frequency, cdnow.recency, cdnow.age)
    step = 1e-5
    by_differences = [
        (
            likelihood(*(at + step * axis), cdnow.frequency, cdnow.recency, cdnow.age)[0]
            - likelihood(*(at - step * axis), cdnow.frequency, cdnow.recency, cdnow.age)[0]
        )
        / (2 * step)
        for axis in np.eye(4)
    ]
    assert gradient == pytest.approx(by_differences, rel=1e-5, abs=1e-3)


def test_who_bought_lately_is_surelier_there_and_expected_to_buy_more(cdnow):
    counts = as_counts([(4, 30.0, 38.0, 10.0), (4, 10.0, 38.0, 10.0), (0, 0.0, 38.0, 0.0)])
    for model in (bg_nbd, pareto_nbd):
        fitted, _ = model.fit(cdnow)
        alive = model.p_alive(fitted, counts)
        ahead = model.expected_purchases(fitted, counts, 39.0)
        assert alive[0] > alive[1]
        assert ahead[0] > ahead[1] > 0
        assert ((alive >= 0) & (alive <= 1)).all()


def test_both_models_foretell_about_the_same_in_all(cdnow):
    totals = [
        m.expected_purchases(m.fit(cdnow)[0], cdnow, 39.0).sum() for m in (bg_nbd, pareto_nbd)
    ]
    assert totals[0] == pytest.approx(totals[1], rel=0.05)
    assert totals[0] == pytest.approx(1788, rel=0.15)  # purchases of the sample in those weeks


def test_a_spender_seen_once_is_drawn_to_the_mean_and_one_seen_often_is_not(cdnow):
    model, _ = gamma_gamma.fit(cdnow)
    seen = as_counts([(1, 1.0, 2.0, 100.0), (50, 1.0, 2.0, 100.0), (0, 0.0, 2.0, 0.0)])
    once, often, never = gamma_gamma.expected_value(model, seen)
    assert model.mean == pytest.approx(never)
    assert model.mean < once < often < 100.0


def test_special_functions_agree_with_scipy():
    from scipy import special  # noqa: PLC0415  (the reference, of the test only)

    for x in (0.01, 0.7, 1.0, 6.0, 300.0):
        assert digamma(x) == pytest.approx(special.digamma(x), rel=1e-10, abs=1e-11)
    for a, b, z in ((0.7, 1.2, 0.3), (12.0, 3.0, 0.9), (5.0, 1.6, 0.0)):
        assert gauss_next(a, b, z)[0] == pytest.approx(special.hyp2f1(a, b, a + 1, z), rel=1e-10)
        assert gauss(a, b, a + 2.5, z) == pytest.approx(special.hyp2f1(a, b, a + 2.5, z), rel=1e-10)
