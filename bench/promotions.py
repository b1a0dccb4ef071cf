"""The promotion engine alone, on the workload that other engines were measured on."""

from datetime import UTC, datetime
from fractions import Fraction
from time import perf_counter, process_time_ns
from typing import Any, NamedTuple

from bench.peer_engines import compare
from bench.report import Figure, Options, middle
from regulars.core.programme.compiled import Compiled, compile_programme
from regulars.core.programme.document import Programme
from regulars.core.promotions.evaluate import promote
from regulars.core.promotions.explain import explain
from regulars.core.promotions.result import NOTHING, Promoted
from regulars.core.purchase import Buyer, Line, Receipt
from regulars.core.scene import Scene

TITLE = "The promotion engine alone, one core: N promotions of which ten apply, M lines, every reason given"
AT = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
CATEGORIES = 10
CASES = {(10, 10): 20_000, (10, 50): 5_000, (100, 20): 15_000, (1000, 20): 12_000}
"""(promotions, lines) → baskets per second there have to be."""
STATED = {(10, 10): "8983.64", (10, 50): "48650.80", (100, 20): "18163.40", (1000, 20): "18163.40"}
"""The discount in minor units before rounding, as the workload's description states it."""
CHUNK = 100


class Workload(NamedTuple):
    """A programme with its promotions, one basket, and who buys it."""

    programme: Compiled
    receipt: Receipt
    buyer: Buyer
    amounts: tuple[int, ...]


def workload(n: int, m: int) -> Workload:
    """N promotions of (5 + j mod 10) % on category j; M lines, line i of category i mod 10."""
    lines = tuple(map(_line, range(m)))
    receipt = Receipt("r1", "s1", "t1", AT, lines)
    programme = compile_programme(Programme.model_validate(document(n)), 1)
    return Workload(programme, receipt, Buyer("", AT), tuple(one.amount_minor for one in lines))


def document(n: int) -> dict[str, Any]:
    """The programme as a document: nothing but its promotions."""
    return {
        "format": 1,
        "code": "bench",
        "title": "Bench",
        "time_zone": "UTC",
        "money": "EUR",
        "language": "en",
        "currencies": {"points": {"title": "Points"}},
        "promotions": [
            {
                "id": f"p{j:04d}",
                "title": f"{percent_of(j)} % off c{j}",
                "kind": "percent",
                "params": {"percent": percent_of(j)},
                "goods": {"categories": [f"c{j}"]},
            }
            for j in range(n)
        ],
    }


def percent_of(j: int) -> int:
    """What promotion j takes off."""
    return 5 + j % 10


def evaluated(work: Workload) -> Promoted:
    """One basket from the beginning: what it is asked, found and told."""
    scene = Scene(work.receipt, work.buyer, AT, work.amounts)
    return promote(work.programme, scene, NOTHING, member=False)


def baskets_per_second(n: int, m: int, seconds: float) -> float:
    """Baskets per second of CPU, one process; the discount is checked first."""
    work = workload(n, m)
    _checked(work, n, m)
    return _speed(lambda: evaluated(work), seconds)


def run(options: Options) -> list[Figure]:
    """The four sizes of the workload, then what an answer about every promotion costs."""
    seconds = max(0.2, options.seconds / len(CASES))
    figures = []
    for (n, m), wanted in CASES.items():
        discount, exact = _checked(workload(n, m), n, m)
        speeds = [baskets_per_second(n, m, seconds) for _ in range(max(1, options.rounds))]
        speed = middle(speeds)
        figures.append(
            Figure(
                f"N={n} M={m}",
                f"{speed:,.0f} baskets/s of CPU",
                f"{wanted:,} baskets/s",
                speed / wanted,
                "≥ 1.0",
                speed >= wanted,
                f"discount {discount} (exact {float(exact):.2f})",
            )
        )
        if options.peers:
            figures += compare(f"N={n} M={m}", speed, float(exact), _for_others(n, m, seconds))
    work = workload(100, 20)
    told = _speed(lambda: _explained(work), seconds)
    figures.append(Figure("N=100 M=20, explain every promotion", f"{told:,.0f} baskets/s of CPU"))
    return figures


def _for_others(n: int, m: int, seconds: float) -> dict[str, Any]:
    """The same work as other engines read it."""
    return {
        "seconds": seconds,
        "lines": [
            {"price": 1000 + i * 737 % 9000, "quantity": 1 + i % 3, "category": i % CATEGORIES}
            for i in range(m)
        ],
        "promotions": [{"category": j, "percent": percent_of(j)} for j in range(n)],
    }


def _line(i: int) -> Line:
    price, pieces = 1000 + i * 737 % 9000, 1 + i % 3
    return Line(
        id=f"{i:03d}",
        sku=f"sku{i}",
        quantity=pieces * 1000,
        price_minor=price,
        amount_minor=price * pieces,
        category=(f"c{i % CATEGORIES}",),
    )


def _checked(work: Workload, n: int, m: int) -> tuple[int, Fraction]:
    """The discount and what it would be unrounded: each promotion is off by half a unit at most."""
    exact = sum(
        (
            Fraction(amount * percent_of(i % CATEGORIES), 100)
            for i, amount in enumerate(work.amounts)
            if i % CATEGORIES < n
        ),
        Fraction(0),
    )
    promoted = evaluated(work)
    discount = sum(each.amount_minor for each in promoted.discounts)
    assert len(promoted.discounts) == min(n, CATEGORIES, m)
    assert all(each.reason.params for each in promoted.discounts)
    assert abs(discount - exact) <= Fraction(len(promoted.discounts), 2), (discount, exact)
    stated = STATED.get((n, m))
    assert stated is None or Fraction(stated) == exact, (stated, exact)
    return discount, exact


def _explained(work: Workload) -> None:
    scene = Scene(work.receipt, work.buyer, AT, work.amounts)
    told = explain(work.programme, scene, NOTHING, member=False)
    assert len(told) == len(work.programme.promotions.promotions)


def _speed(once: Any, seconds: float) -> float:
    """Calls per second of CPU, the best of many short runs: others have the machine too."""
    best, end = 0.0, perf_counter() + seconds
    while perf_counter() < end:
        started = process_time_ns()
        for _ in range(CHUNK):
            once()
        best = max(best, CHUNK * 1e9 / (process_time_ns() - started))
    return best
