"""A budget of offers shared out: a million customers with five each, and beside HiGHS where that can."""

import resource
import tempfile
from fractions import Fraction
from pathlib import Path
from time import perf_counter

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
from numpy.typing import NDArray
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import csr_matrix, vstack

from bench.report import Figure, Options, middle
from regulars.core.economics.allocation import allocate_budget
from regulars.studies.allocation import allocate

TITLE = "Budget of personal offers"
CUSTOMERS, OFFERS = 1_000_000, 5
BESIDE = 2_000  # customers that an exact solver takes seconds for


def run(options: Options) -> list[Figure]:
    """Time of the solver alone and of the command with its files; the same answer as HiGHS, and faster."""
    customers = min(CUSTOMERS, 2 * options.members)
    return [_beside_highs(options), _alone(customers, options), _command(customers), _memory()]


def _made(customers: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rng = np.random.default_rng(1)
    shape = customers, OFFERS
    return rng.integers(0, 10_000, shape) / 1000, rng.integers(10, 500, shape) / 100


def _beside_highs(options: Options) -> Figure:
    values, costs = _made(BESIDE)
    budget = BESIDE / 2
    allocate_budget(values, costs, budget)  # compiled before it is timed
    ours = middle([_timed(values, costs, budget) for _ in range(options.rounds)])
    found = allocate_budget(values, costs, budget)
    start = perf_counter()
    best = _highs(values, costs, budget)
    theirs = perf_counter() - start
    short = 1 - found.value / best
    return Figure(
        f"{BESIDE:,} × {OFFERS}, ms", f"{ours * 1e3:.2f}", f"HiGHS {theirs * 1e3:,.0f}",
        ours / theirs, "≤ 0.05", ours / theirs <= 0.05 and short < 1e-4,
        f"margin {short:.1e} below HiGHS, proven gap {found.gap:.1e}",
    )  # fmt: skip


def _alone(customers: int, options: Options) -> Figure:
    values, costs = _made(customers)
    took = middle([_timed(values, costs, customers / 2) for _ in range(options.rounds)])
    gap = allocate_budget(values, costs, customers / 2).gap
    return Figure(f"{customers:,} × {OFFERS}, s", f"{took:.2f}", "7 s known to be possible",
                  took / 7 if customers == CUSTOMERS else None, "≤ 1", took <= 7,
                  f"proven gap {gap:.1e}")  # fmt: skip


def _command(customers: int) -> Figure:
    values, costs = _made(customers)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "offers.csv"
        names = pa.array([f"offer {place}" for place in range(OFFERS)] * customers)
        table = {"customer": np.repeat(np.arange(customers), OFFERS), "offer": names,
                 "cost": costs.ravel(), "margin": values.ravel()}  # fmt: skip
        pa_csv.write_csv(pa.table(table), file)
        start = perf_counter()
        allocate(file, Fraction(customers, 2), Path(folder) / "out")
        took = perf_counter() - start
    return Figure(f"… from CSV to CSV, {customers * OFFERS:,} rows, s", f"{took:.1f}",
                  remark=f"{customers * OFFERS / took:,.0f} rows/s")  # fmt: skip


def _memory() -> Figure:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return Figure("memory at its peak", f"{peak:.2f} GiB", "4 GiB", holds=peak <= 4)


def _timed(values: NDArray[np.float64], costs: NDArray[np.float64], budget: float) -> float:
    start = perf_counter()
    allocate_budget(values, costs, budget)
    return perf_counter() - start


def _highs(values: NDArray[np.float64], costs: NDArray[np.float64], budget: float) -> float:
    """The best value by scipy's HiGHS, one binary variable an offer, to a gap of 10⁻⁶."""
    members, offers = values.shape
    at = np.arange(members * offers)
    one_each = csr_matrix((np.ones(len(at)), (at // offers, at)))
    rows = vstack([one_each, csr_matrix(costs.reshape(1, -1))])
    found = milp(
        -values.ravel(),
        constraints=LinearConstraint(rows, ub=np.append(np.ones(members), budget)),
        integrality=np.ones(len(at)), bounds=(0, 1), options={"mip_rel_gap": 1e-6},
    )  # fmt: skip
    return float(-found.fun)
