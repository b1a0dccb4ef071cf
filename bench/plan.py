"""Plans: one assumption changed to all figures new, and a hundred thousand paths of the model."""

import math
from collections.abc import Callable
from itertools import count
from random import Random
from time import process_time

from bench.report import Figure, Options
from regulars.core.economics.document import Plan
from regulars.core.economics.monte_carlo import simulate
from regulars.core.economics.plan import parse_plan, with_changes
from regulars.core.economics.results import case_of
from regulars.core.economics.sensitivity import tornado_of

TITLE = "Plans of 60 months, one core: against the same model as a plain loop over months, a path at a time"
MONTHS, PATHS, PLAIN_PATHS = 60, 100_000, 300
CHANGE_MS_MAX, RISK_S_MAX = 20.0, 1.0
DOCUMENT = {
    "title": "Bench",
    "money": "EUR",
    "start": "2026-11",
    "months": MONTHS,
    "discount": 0.15,
    "base": {
        "joins": {"likely": 400, "low": 250, "high": 600},
        "loss": 0.03,
        "visits": 1.5,
        "check": 20,
        "margin": 0.3,
        "other_sales": 30000,
    },
    "programme": {
        "reward_rate": 0.02,
        "worth": 0.01,
        "redeemed": {"likely": 0.7, "low": 0.5, "high": 0.85},
        "lag": 3,
        "expiry_months": 12,
    },
    "response": {"frequency": {"likely": 0.1, "low": 0, "high": 0.2, "spread": "pert"}, "check": 0.02,
                 "newcomers": 0.05, "ramp_months": 6},
    "budget": [
        {"code": "app", "item": "app", "amount": 20000},
        {"code": "people", "item": "manager", "amount": 600},
        {"code": "sms", "item": "sms", "amount": 0.05, "quantity": 2},
    ],
}  # fmt: skip


def run(options: Options) -> list[Figure]:
    """CPU time, the best of some rounds: others who work beside us do not count."""
    plan = parse_plan(DOCUMENT)
    _same(plan)
    checks = count(2000)
    change = _best(lambda: case_of(with_changes(plan, {"base.check": next(checks) / 100})), 20)
    anew = _best(lambda: case_of(parse_plan(DOCUMENT)), 20)
    bars = _best(lambda: tornado_of(plan, swing=0.1), 10)
    paths = _best(lambda: simulate(plan, paths=PATHS), max(options.rounds, 2))
    random = Random(1)
    plain = _best(lambda: [_plain(plan, random) for _ in range(PLAIN_PATHS)], 2)
    a_path = plain / PLAIN_PATHS
    figures = len(tornado_of(plan, swing=0.1).bars) * 2 + 1
    return [
        Figure(
            "one assumption changed, all figures new, ms",
            f"{change * 1e3:.2f}",
            f"read and computed anew {anew * 1e3:.2f}",
            change / anew,
            f"≤ {CHANGE_MS_MAX:g}",
            change * 1e3 <= CHANGE_MS_MAX,
        ),
        _figure(
            f"tornado of {figures} present values, ms", bars * 1e3, figures * a_path * 1e3, None
        ),
        _figure("100,000 paths, s", paths, PATHS * a_path, RISK_S_MAX),
    ]


def _best(work: Callable[[], object], rounds: int) -> float:
    best = math.inf
    for _ in range(rounds):
        begun = process_time()
        work()
        best = min(best, process_time() - begun)
    return best


def _same(plan: Plan) -> None:
    """The loop is the same model, or there is nothing to compare with."""
    ours, theirs = case_of(plan).results.npv, _plain(plan, None)
    assert abs(ours - theirs) < 1e-6 * abs(ours), (ours, theirs)


def _plain(plan: Plan, random: Random | None) -> float:
    """The present value of a path: drawn where `random` is given, else likely."""
    joins, redeemed, lift = 400.0, 0.7, 0.1
    if random is not None:
        joins = random.triangular(250, 600, 400)
        redeemed = random.triangular(0.5, 0.85, 0.7)
        lift = 0.2 * random.betavariate(3, 3)
    members = newcomers = waiting = liability = npv = 0.0
    issued = [0.0]
    q, expiry = 1 - 1 / 3, 12
    cut, rate = q**expiry, 1.15 ** (1 / 12) - 1
    npv -= 20000
    for t in range(1, MONTHS + 1):
        members = members * 0.97 + joins
        newcomers = newcomers * 0.97 + joins * 0.05
        reached = min(t / 6, 1.0)
        sales = members * 1.5 * (1 + reached * lift) * 20 * (1 + reached * 0.02)
        margin = (sales - (members - newcomers) * 1.5 * 20) * 0.3
        waiting = waiting * q + issued[t - 1]
        if t > expiry:
            waiting -= cut * issued[t - 1 - expiry]
        issued.append(sales * 0.02 / 0.01)
        spent = waiting * redeemed * (1 - q) / (1 - cut)
        liability += (issued[t] * redeemed - spent) * 0.01
        net = margin - spent * 0.01 - 600 - members * 0.05 * 2
        if t == MONTHS:
            net -= liability
        npv += net / (1 + rate) ** t
    return npv


def _figure(what: str, ours: float, plain: float, most: float | None) -> Figure:
    return Figure(
        what,
        f"{ours:.2f}",
        f"plain loop {plain:,.2f}",
        ours / plain,
        f"≤ {most:g}" if most else "",
        ours <= most if most else None,
    )
