"""Maximum likelihood with analytic gradients: parameters are positive, so their logarithms are searched."""

from collections.abc import Callable, Sequence
from math import log
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

from regulars.core.metrics.clv.counts import Reals

Likelihood = Callable[[Reals], tuple[float, Reals]]
"""Parameters → log-likelihood and its gradient."""


class NoFit(ValueError):
    """The likelihood has no maximum that the search could find on these data."""


class Fit(NamedTuple):
    """The parameters in the model's order, and the log-likelihood there."""

    parameters: tuple[float, ...]
    log_likelihood: float


def maximise(
    likelihood: Likelihood, start: Sequence[float], most: Sequence[float] | None = None
) -> Fit:
    """The parameters of greatest likelihood, none above `most`; raises NoFit."""

    def negative(logs: Reals) -> tuple[float, Reals]:
        parameters = np.exp(logs)
        value, gradient = likelihood(parameters)
        return -value, -gradient * parameters

    tops = [14.0] * len(start) if most is None else [min(14.0, log(each)) for each in most]
    bounds = [(-14.0, top) for top in tops]
    found = minimize(
        negative,
        np.log(np.asarray(start, dtype=np.float64)),
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-7, "maxcor": 20},
    )
    if not np.isfinite(found.fun):
        raise NoFit("the likelihood is not finite")
    return Fit(tuple(float(p) for p in np.exp(found.x)), -float(found.fun))
