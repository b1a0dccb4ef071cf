"""The hazard finds what made the data, is calibrated, and its quality figures are the textbook's."""

import numpy as np
import pytest

from regulars.core.metrics.hazard import fit_hazard, judge, risk_of_loss


def made(rows, seed=3):
    rng = np.random.default_rng(seed)
    features = np.column_stack([rng.exponential(30, rows), rng.poisson(3, rows).astype(float)])
    risk = 1 / (1 + np.exp(2.0 - 0.03 * features[:, 0] + 0.5 * features[:, 1]))
    return features, rng.random(rows) < risk, risk


def test_it_finds_the_weights_that_made_the_data():
    features, lost, _ = made(60_000)
    found = fit_hazard(features, lost, ridge=0.0)
    assert found.intercept == pytest.approx(-2.0, abs=0.1)
    assert found.weights == pytest.approx([0.03, -0.5], rel=0.08)
    assert (np.abs(found.weights - [0.03, -0.5]) < 4 * found.errors).all()


def test_on_customers_it_has_not_seen_it_is_calibrated_and_knows_something():
    features, lost, _ = made(40_000)
    hazard = fit_hazard(features[:20_000], lost[:20_000])
    quality = judge(risk_of_loss(hazard, features[20_000:]), lost[20_000:])
    assert quality.auc > 0.75
    assert quality.skill > 0.1
    for told, happened in quality.calibration:
        assert happened == pytest.approx(told, abs=0.03)


def test_separable_data_have_an_answer():
    features = np.array([[0.0], [1.0], [2.0], [3.0]])
    risk = risk_of_loss(fit_hazard(features, np.array([False, False, True, True])), features)
    assert risk[0] < 0.5 < risk[3]


def test_a_feature_that_never_changes_does_no_harm():
    features, lost, _ = made(2_000)
    still = np.column_stack([features, np.full(len(lost), 7.0)])
    assert fit_hazard(still, lost).weights[2] == pytest.approx(0)


def test_without_both_outcomes_there_is_no_hazard():
    with pytest.raises(ValueError, match="stayed"):
        fit_hazard(np.ones((3, 1)), np.array([True, True, True]))


def test_the_area_under_the_curve_counts_ties_half():
    quality = judge(np.array([0.1, 0.5, 0.5, 0.9]), np.array([False, True, False, True]))
    assert quality.auc == pytest.approx(3.5 / 4)
    assert judge(np.array([0.2, 0.2]), np.array([True, True])).auc == 0.5
