"""What the models foretell, as plain values of an analysis."""

from fractions import Fraction

import numpy as np

from regulars.analytics import churn, kpis, lifetimes
from regulars.core.metrics import analysis as told


def tell_lifetime(
    found: lifetimes.Lifetimes, *, margin: Fraction | None, discount: float
) -> told.Lifetime:
    """The outlook of all customers together, with its interval, the models and their tests."""
    look, models = found.outlook, found.models
    spending = models.spending
    best = np.sort(look.value)[::-1]
    total = float(look.value.sum())
    error = lifetimes.total_error(models, found.counts, found.weeks)
    expected = float(look.purchases.sum())
    low, high = max(expected - 1.645 * error, 0.0), expected + 1.645 * error
    return told.Lifetime(
        model=models.of_purchases.title,
        weeks=found.weeks,
        margin=None if margin is None else float(margin),
        discount=discount,
        purchases_model=models.purchases._asdict(),
        purchases_likelihood=models.purchases_likelihood,
        spending_model={} if spending is None else spending._asdict(),
        spending_likelihood=models.spending_likelihood,
        customers=len(found.customers),
        alive=float(look.alive.sum()),
        purchases=expected,
        purchases_low=low,
        purchases_high=high,
        value_minor=total,
        value_low_minor=total * low / expected if expected else 0.0,
        value_high_minor=total * high / expected if expected else 0.0,
        deciles_minor=tuple(float(part.mean()) for part in np.array_split(best, 10) if len(part)),
        validation=None if found.hold_out is None else _validation(found.hold_out),
        tested=tuple(_validation(test) for test in found.tested),
    )


def _validation(found: lifetimes.HoldOut) -> told.Validation:
    return told.Validation(
        model=found.models.of_purchases.title,
        likelihood=found.models.purchases_likelihood,
        until=f"{kpis.day_of(found.until_day)}",
        weeks=found.weeks,
        customers=found.customers,
        expected=found.expected,
        expected_error=found.expected_error,
        actual=found.actual,
        deviation=found.deviation,
        weekly=found.weekly,
        groups=found.groups,
        error=found.error,
        error_of_rate=found.error_of_rate,
        square_error=found.square_error,
    )


def tell_losses(found: churn.Churn) -> told.Losses:
    """The risk of losing customers, and how good it was on later data."""
    quality, hazard = found.quality, found.hazard
    return told.Losses(
        horizon_days=found.horizon_days,
        customers=len(found.customers),
        expected=float(found.risk.sum()),
        fitted_on=found.fitted_on,
        judged_on=found.judged_on,
        auc=quality.auc,
        brier=quality.brier,
        brier_of_rate=quality.brier_of_rate,
        calibration=quality.calibration,
        weights={
            name: (float(weight), float(error))
            for name, weight, error in zip(
                churn.FEATURES, hazard.weights, hazard.errors, strict=True
            )
        },
    )
