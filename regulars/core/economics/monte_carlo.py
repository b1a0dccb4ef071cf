"""What a plan may come to: its assumptions drawn many times from their ranges, seeded and correlated.

Marginals are triangular, PERT (a beta with weight 4 on the likely value) or normal (90 % between low
and high, cut at what the assumption can be), joined by a Gaussian copula: the stated correlations
are those of the normal scores. The same seed gives the same paths, and more paths begin with the same.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.special import betaincinv, ndtr

from regulars.core.economics.document import Estimate, Plan
from regulars.core.economics.model import Reals, flows_of, likely_values
from regulars.core.economics.plan import PlanInvalid, assumptions
from regulars.core.economics.sensitivity import discount_factors
from regulars.core.programme.problems import Problem

PATHS_MAX = 1_000_000
_CHUNK = 2_000  # a chunk's arrays stay in the cache; also what makes paths the same for every count
_Z90 = 1.6448536269514722
_GRID = np.linspace(-8.0, 8.0, 4001)
_BINS = 40


class Band(NamedTuple):
    """What one path in ten is below, the middle one, and what one in ten is above."""

    p10: float
    p50: float
    p90: float


class Risk(NamedTuple):
    """What came of all paths; money in whole units, times in months.

    `loss` is the share of paths whose present value is below zero, `loss_error` its standard error.
    `fan` has the cumulative flow by month. `never` is the share that does not pay back by the end,
    `payback` the band of times, None where the path at that place never pays back. `histogram`
    has the edges and the paths between them.
    """

    paths: int
    seed: int
    uncertain: tuple[str, ...]
    npv_mean: float
    npv_error: float
    npv: Band
    loss: float
    loss_error: float
    fan: tuple[Band, ...]
    funding: Band
    never: float
    payback: tuple[float | None, float | None, float | None]
    edges: tuple[float, ...]
    counts: tuple[int, ...]


def simulate(plan: Plan, *, paths: int = 100_000, seed: int = 1) -> Risk:
    """Draw `paths` paths (1 to 1,000,000) of `plan`; a plan without ranges has the same path always.

    Raises PlanInvalid where the stated correlations contradict each other.
    """
    if not 1 <= paths <= PATHS_MAX:
        raise ValueError(f"between 1 and {PATHS_MAX} paths")
    known = assumptions(plan)
    names = tuple(name for name, estimate in known.items() if estimate.uncertain)
    root = _root_of_correlations(plan, names)
    npvs, cumulative = np.empty(paths), np.empty((plan.months + 1, paths))
    for start, scores in _scores(paths, seed, root):
        values = likely_values(plan)
        for name, row in zip(names, scores, strict=True):
            values[name] = quantiles(known[name], row)
        net = flows_of(plan, values).net
        chosen = slice(start, start + scores.shape[1])
        npvs[chosen] = (net * discount_factors(plan, values["discount"])).sum(axis=0)
        cumulative[:, chosen] = np.cumsum(net, axis=0)
    return _risk(paths, seed, names, npvs, cumulative)


def quantiles(estimate: Estimate, scores: Reals) -> Reals:
    """The values of an assumption whose normal scores these are."""
    low, high = estimate.ends
    if estimate.spread == "normal":
        values = estimate.likely + scores * ((high - low) / (2.0 * _Z90))
        return np.clip(values, type(estimate).FLOOR, type(estimate).CEILING)
    peak = (estimate.likely - low) / (high - low)
    if estimate.spread == "pert":
        return np.asarray(low + (high - low) * np.interp(scores, _GRID, _beta_table(peak)))
    share = ndtr(scores)
    rising = np.sqrt(share * peak)
    falling = 1.0 - np.sqrt((1.0 - share) * (1.0 - peak))
    return np.asarray(low + (high - low) * np.where(share < peak, rising, falling))


@lru_cache(maxsize=256)
def _beta_table(peak: float) -> Reals:
    """The quantiles of PERT's beta at the grid's normal scores: inverting it once a path would be slow."""
    return np.asarray(betaincinv(1.0 + 4.0 * peak, 1.0 + 4.0 * (1.0 - peak), ndtr(_GRID)))


def _scores(paths: int, seed: int, root: Reals) -> Iterator[tuple[int, Reals]]:
    """Where each chunk begins, and its correlated normal scores: a row an assumption."""
    for number, start in enumerate(range(0, paths, _CHUNK)):
        draw = np.random.default_rng([seed, number]).standard_normal((len(root), _CHUNK))
        yield start, (root @ draw)[:, : paths - start]


def _root_of_correlations(plan: Plan, names: tuple[str, ...]) -> Reals:
    """A matrix whose square is the correlations; those of assumptions without range have no effect."""
    matrix = np.eye(len(names))
    for pair in plan.correlations:
        if set(pair.between) <= set(names):
            i, j = (names.index(name) for name in pair.between)
            matrix[i, j] = matrix[j, i] = pair.rho
    if not len(names):
        return matrix
    values, vectors = np.linalg.eigh(matrix)
    if values[0] < -1e-9:
        raise PlanInvalid((Problem("/correlations", "plan.correlations_contradict"),))
    root: Reals = vectors * np.sqrt(np.clip(values, 0.0, None))
    return root


def _risk(paths: int, seed: int, names: tuple[str, ...], npvs: Reals, cumulative: Reals) -> Risk:
    loss = float((npvs < 0.0).mean())
    paybacks = payback_of(cumulative)
    ordered = np.sort(paybacks)
    counts, edges = np.histogram(npvs, bins=_BINS, range=_drawn_range(npvs))
    return Risk(
        paths=paths,
        seed=seed,
        uncertain=names,
        npv_mean=float(npvs.mean()),
        npv_error=float(npvs.std() / np.sqrt(paths)),
        npv=_band(npvs),
        loss=loss,
        loss_error=float(np.sqrt(loss * (1.0 - loss) / paths)),
        fan=tuple(_band(row) for row in cumulative),
        funding=_band(np.maximum(-cumulative.min(axis=0), 0.0)),
        never=float(np.isinf(paybacks).mean()),
        payback=(_at(ordered, 0.1), _at(ordered, 0.5), _at(ordered, 0.9)),
        edges=tuple(map(float, edges)),
        counts=tuple(map(int, counts)),
    )


def payback_of(cumulative: Reals) -> Reals:
    """The payback of each path as `returns.payback` has it, infinite where there is none."""
    below = cumulative < 0.0
    crossing = below[:-1] & ~below[1:]
    found = np.where(below.any(axis=0), np.inf, 0.0)
    paid = np.flatnonzero(crossing.any(axis=0))
    at = crossing[:, paid].argmax(axis=0)
    before, after = cumulative[at, paid], cumulative[at + 1, paid]
    found[paid] = at - before / (after - before)
    return found


def _drawn_range(npvs: Reals) -> tuple[float, float]:
    """From the lowest to the highest; where they are all but one, as much around them as can be drawn."""
    low, high = float(npvs.min()), float(npvs.max())
    least = 1e-6 * (1.0 + abs(low) + abs(high))
    return (low, high) if high - low > least else (low - least, high + least)


def _at(ordered: Reals, share: float) -> float | None:
    value = float(ordered[int(share * (len(ordered) - 1))])
    return None if np.isinf(value) else value


def _band(values: Reals) -> Band:
    return Band(*map(float, np.percentile(values, (10, 50, 90))))
