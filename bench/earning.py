"""The earning engine alone: receipts per second, and what rules that do not apply cost."""

import gc
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from time import perf_counter_ns, process_time_ns
from typing import Any

from bench import programme as till
from bench.report import Figure, Options, middle, percentile
from regulars.core.earning.evaluate import earn
from regulars.core.earning.settle import Earnings
from regulars.core.programme.compiled import Compiled, compile_programme
from regulars.core.programme.document import Programme
from regulars.core.purchase import Buyer, Line, Receipt
from regulars.core.scene import Scene

TITLE = "The earning engine alone, one core, 5-line receipts, every award with its reason"
PER_SECOND_MIN = 20_000
RATIO_MAX = 1.5
RECEIPTS = 4_000
AT = datetime(2026, 3, 4, 6, 0, tzinfo=UTC)  # nine in the morning in Moscow, a Wednesday

Purchase = tuple[Receipt, Buyer, datetime, tuple[int, ...]]


def run(options: Options) -> list[Figure]:
    """The speed under the till bench's 20 rules, and of 1,000 rules against 20 of which ten apply."""
    rng = random.Random(20)
    usual = [purchase(till.receipt(rng, str(i), AT), rng) for i in range(RECEIPTS)]
    ten = [purchase(_receipt(rng, i), rng) for i in range(RECEIPTS)]
    of_till = compile_programme(Programme.model_validate(till.document()), 1)
    of_20, of_1000 = (compile_programme(document(count), 1) for count in (20, 1000))
    _check(ten, of_20, of_1000)
    rounds = max(1, options.rounds)
    cases = ((of_till, usual), (of_20, ten), (of_1000, ten))
    runs = [[_timed(*case) for case in cases] for _ in range(rounds)]
    speeds = [[1e9 * RECEIPTS / cpu_ns for cpu_ns, _ in row] for row in runs]
    named = ("20 rules of the till bench", "20 rules, 10 apply", "1,000 rules, 10 apply")
    figures = []
    for i, name in enumerate(named):
        speed = middle([row[i] for row in speeds])
        every = [each for row in runs for each in row[i][1]]
        p50, p99 = (percentile(every, share) / 1000 for share in (0.5, 0.99))
        wanted = i == 0
        figures.append(
            Figure(
                name,
                f"{speed:,.0f} receipts/s of CPU",
                f"{PER_SECOND_MIN:,} receipts/s" if wanted else "",
                speed / PER_SECOND_MIN if wanted else None,
                "≥ 1.0" if wanted else "",
                speed >= PER_SECOND_MIN if wanted else None,
                f"p50 {p50:.0f} µs, p99 {p99:.0f} µs by the clock",
            )
        )
    ratio = middle([row[1] / row[2] for row in speeds])
    figures.append(
        Figure(
            "cost of 980 rules that do not apply",
            f"{1e6 / middle([row[2] for row in speeds]):.1f} µs",
            f"{1e6 / middle([row[1] for row in speeds]):.1f} µs",
            ratio,
            f"≤ {RATIO_MAX}",
            ratio <= RATIO_MAX,
        )
    )
    return figures


def purchase(receipt: Receipt, rng: random.Random) -> Purchase:
    """The receipt bought by a silver member who has been here before, all of it paid."""
    buyer = Buyer(
        "m",
        AT - timedelta(days=400),
        tier="silver",
        visits=rng.randrange(1, 40),
        tags=frozenset({"mail", "students"}),
        counters={"rule:visit:day": (AT.date().toordinal(), 3)},
    )
    return receipt, buyer, receipt.occurred_at, tuple(line.amount_minor for line in receipt.lines)


def _timed(programme: Compiled, purchases: Sequence[Purchase]) -> tuple[int, list[int]]:
    """Nanoseconds of CPU for all decisions, the making of the scenes included, and by the clock
    for each of them in a second pass."""
    gc.collect()
    start = process_time_ns()
    for each in purchases:
        earn(programme, Scene(*each))
    cpu_ns = process_time_ns() - start
    times = []
    for each in purchases:
        start = perf_counter_ns()
        earn(programme, Scene(*each))
        times.append(perf_counter_ns() - start)
    return cpu_ns, times


CATEGORIES = ("dairy", "bakery", "meat", "fruit", "home")
BRANDS = ("", "ours", "mill", "", "hill")


def _receipt(rng: random.Random, number: int) -> Receipt:
    """One line of each category, out of 5,000 goods."""
    lines = []
    for i, category in enumerate(CATEGORIES):
        kind = rng.randrange(1000)
        price = 2000 + 37 * kind
        path = ("food" if i < 4 else "other", category)
        quantity = 1000 * rng.randrange(1, 4)
        amount = price * quantity // 1000
        brand = BRANDS[kind % 5]
        lines.append(Line(str(i), f"{category}-{kind}", quantity, price, amount, path, brand))
    return Receipt(str(number), f"s{rng.randrange(10)}", "t1", AT, tuple(lines))


def document(count: int) -> Programme:
    """`count` rules, of which ten apply to every receipt of `_receipt`."""
    rules = [
        _rule("base", "rate_per_amount", {"points": 1, "per": 20}),
        _rule("dairy", "rate_per_amount", {"points": 1, "per": 50}, goods=_path("food/dairy")),
        _rule("meat", "rate_per_amount", {"points": 1, "per": 40}, goods=_path("food/meat")),
        _rule("fruit", "rate_per_unit", {"points": 2}, goods=_path("food/fruit")),
        _rule("home", "fixed_bonus", {"points": 3}, goods=_path("other/home")),
        _rule("brands", "category_rates", {"per": 50, "brands": {"ours": 2}, "default": "0.1"}),
        _rule("visit", "per_visit", {"points": 5}, caps={"day": 10}),
        _rule("silver", "rate_per_amount", {"points": 1, "per": 100}, when=_SILVER),
        _rule("morning", "fixed_bonus", {"points": 5}, when=_MORNING),
        _rule("double", "multiplier", {"factor": 2}, goods=_path("food/dairy")),
    ]
    rules += [_idle(number) for number in range(count - len(rules))]
    more = {"code": f"bench-{count}", "earning": rules}
    return Programme.model_validate(till.document() | more)


_SILVER = {"tier": {"at_least": "silver"}}
_MORNING = {"hours": {"from": "07:00", "to": "10:00"}}


def _idle(number: int) -> dict[str, Any]:
    """A rule that does not apply, each for one of the usual reasons."""
    reasons: tuple[dict[str, Any], ...] = (
        {"goods": _path(f"toys/{number}")},
        {"goods": {"skus": [f"toy-{number}"]}},
        {"goods": {"brands": [f"maker-{number}"]}},
        {"when": {"store": {"in": [f"abroad-{number}"]}}},
        {"when": {"segment": {"in": [f"club-{number}"]}}},
        {"when": {"all": [{"weekday": {"in": ["sun"]}}, {"tier": {"in": ["silver"]}}]}},
        {"when": {"hours": {"from": "18:00", "to": "20:00"}}},
        {"valid": {"since": f"2025-01-{1 + number % 28:02d}", "until": "2025-03-01"}},
        {"when": {"channel": {"in": ["app"]}}},
        {"when": {"payment": {"in": [f"card-{number}"]}}},
    )
    more = reasons[number % len(reasons)]
    return _rule(f"idle-{number}", "fixed_bonus", {"points": 10}, **more)


def _path(path: str) -> dict[str, Any]:
    return {"categories": [path]}


def _rule(id: str, mechanic: str, params: dict[str, Any], **more: Any) -> dict[str, Any]:
    told = {"id": id, "title": id, "mechanic": mechanic, "params": params, "currency": "points"}
    return told | more


def _check(purchases: Sequence[Purchase], *programmes: Compiled) -> None:
    """Compare every total with a plain calculation, before anything is timed."""
    for each in purchases:
        expected = _expected(each[0])
        total = int(sum(expected.values()) + Fraction(1, 2))
        for programme in programmes:
            earnings = earn(programme, Scene(*each))
            _agree(earnings, expected, total)


def _agree(earnings: Earnings, expected: dict[str, Fraction], total: int) -> None:
    given = {award.rule: award.amount for award in earnings.awards}
    assert sum(given.values()) == total, (given, expected)
    for rule, exact in expected.items():
        assert abs(given.pop(rule, 0) - exact) < 1, (rule, exact)
    assert not given, given
    for award in earnings.awards:
        assert sum(award.shares) == award.amount


def _expected(receipt: Receipt) -> dict[str, Fraction]:
    """The ten rules of `document`, written out."""
    dairy, _, meat, fruit, _ = receipt.lines
    paid = Fraction(receipt.amount_minor, 100)
    base, silver = paid / 20, paid / 100
    by_brand = [
        Fraction(line.amount_minor, 5000) * (2 if line.brand == "ours" else Fraction(1, 10))
        for line in receipt.lines
    ]
    of_dairy = Fraction(dairy.amount_minor, receipt.amount_minor)
    extra = Fraction(dairy.amount_minor, 5000)
    return {
        "base": base,
        "dairy": extra,
        "meat": Fraction(meat.amount_minor, 4000),
        "fruit": Fraction(2 * fruit.quantity, 1000),
        "home": Fraction(3),
        "brands": sum(by_brand, Fraction()),
        "visit": Fraction(5),
        "silver": silver,
        "morning": Fraction(5),
        "double": extra + by_brand[0] + of_dairy * (base + silver + 10),
    }


def main(show: Callable[[str], None] = print) -> None:
    """Print the figures of a short run."""
    for figure in run(Options(rounds=3)):
        show(f"{figure.name}: {figure.product} {figure.remark}")


if __name__ == "__main__":
    main()
