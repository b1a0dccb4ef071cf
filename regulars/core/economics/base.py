"""The base of a plan from what was: figures of past months, and a simulation of the programme."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from regulars.core.refusal import Invalid

MONTHS_MIN, MONTHS_USED, YEAR, SEASON_MAX = 3, 12, 12, 100.0


class HistoryTooShort(Invalid):
    """There are not three whole months of known customers to learn from."""

    code = "plan.history_short"


class SimulationUnlike(Invalid):
    """The file is no comparison of candidates made by `regulars simulate`, or has no such candidate."""

    code = "plan.simulation_unlike"


class PastMonth(NamedTuple):
    """A whole month: money in whole units; `present` were customers at its start, `lost` of them left.

    None: so near the first day of the books nobody can be told to have been lost.
    """

    label: str
    sales: float
    member_sales: float
    receipts: int
    new: int
    present: int
    lost: int | None


def base_of(
    months: Sequence[PastMonth], *, margin: float | None, words: Mapping[str, str]
) -> dict[str, Any]:
    """The base of a plan as a document: means over the last twelve months, ranges from the months.

    `words` has the notes `source` and `guess`. A month's ranges are the second lowest and highest of
    at least five months. Seasonality needs a whole year. Raises HistoryTooShort.
    """
    known = [month for month in months if month.receipts and month.present]
    if len(known) < MONTHS_MIN:
        raise HistoryTooShort(months=len(known), least=MONTHS_MIN)
    used = known[-MONTHS_USED:]
    source = words["source"].format(since=used[0].label, until=used[-1].label)
    last, losing = used[-1], [month for month in used if month.lost is not None]
    buying = sum(month.present + month.new for month in used)
    receipts = sum(month.receipts for month in used)

    def told(likely: float, each: Sequence[float]) -> dict[str, Any]:
        found: dict[str, Any] = {"likely": _short(likely), "source": source}
        ordered = sorted(each)
        if len(ordered) >= 5:
            low, high = min(ordered[1], likely), max(ordered[-2], likely)
            if low < high:
                found |= {"low": _short(low), "high": _short(high)}
        return found

    base: dict[str, Any] = {
        "source": source,
        "members": {"likely": last.present - (last.lost or 0) + last.new, "source": source},
        "joins": told(sum(m.new for m in used) / len(used), [float(m.new) for m in used]),
        "loss": _loss(losing, told) or {"likely": 0.03, "low": 0.01, "high": 0.1, "source": words["guess"]},
        "visits": told(
            receipts / buying, [m.receipts / (m.present + m.new) for m in used]
        ),
        "check": told(
            max(sum(m.member_sales for m in used), 0.0) / receipts,
            [max(m.member_sales, 0.0) / m.receipts for m in used],
        ),
        "margin": {"likely": 0.3, "low": 0.2, "high": 0.4, "source": words["guess"]}
        if margin is None
        else {"likely": margin, "source": words["stated"]},
        "other_sales": {
            "likely": _short(
                max(sum(m.sales - m.member_sales for m in used), 0.0) / len(used)
            ),
            "source": source,
        },
    }  # fmt: skip
    if len(known) >= YEAR:
        base["seasonality"] = _seasonality(known)
    return base


def _loss(
    months: Sequence[PastMonth], told: Callable[[float, Sequence[float]], dict[str, Any]]
) -> dict[str, Any] | None:
    """The share of those present who were lost; None where no month can tell."""
    if not months:
        return None
    lost = sum(month.lost or 0 for month in months) / sum(month.present for month in months)
    return told(lost, [(month.lost or 0) / month.present for month in months])


def rewards_of(
    simulation: Mapping[str, Any], candidate: str | None, *, source: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The programme of a plan as a candidate of a simulation came out, and its discounts a receipt.

    The candidate is the one of that code, else the first. Points are in the currency's minor units.
    Raises SimulationUnlike.
    """
    try:
        told = simulation.get("comparison", simulation)
        scale = 10 ** int(told["money_scale"])
        found = next(one for one in told["outcomes"] if candidate in (None, one["code"]))
        rates, totals = found["rates"], found["totals"]
        rate = float(rates["reward"] or 0.0)
        redeemed = float(rates["effective"] or 0.0) / rate if rate else 0.0
        worths = [
            (int(one["flows"]["issued"]), float(one["worth"]))
            for one in found["currencies"].values()
            if float(one["worth"]) > 0
        ]
        worth = max(worths)[1] / scale if worths else 1.0 / scale
        receipts, discounts = int(totals["receipts"]), float(totals["discounts_minor"]) / scale
        title = str(found["title"] or found["code"])[:200]
    except (KeyError, TypeError, ValueError, StopIteration, AttributeError, OverflowError):
        raise SimulationUnlike(candidate=(candidate or "")[:80]) from None
    rewards = {
        "version": title,
        "reward_rate": {"likely": _short(min(max(rate, 0.0), 1.0)), "source": source},
        "worth": {"likely": min(max(worth, 1e-6), 1e12), "source": source},
        "redeemed": {"likely": _short(min(max(redeemed, 0.0), 1.0)), "source": source},
    }
    discount = discounts / receipts if receipts else 0.0
    return rewards, {"likely": _short(max(discount, 0.0)), "source": source}


def _seasonality(months: Sequence[PastMonth]) -> list[float]:
    """Sales a customer by calendar month ÷ their mean: growth of the business is no season."""
    by_month: dict[int, list[float]] = {}
    for month in months:
        by_month.setdefault(int(month.label[5:7]), []).append(
            max(month.member_sales, 0.0) / (month.present + month.new)
        )
    if len(by_month) < YEAR:
        return [1.0] * YEAR
    means = [sum(by_month[number]) / len(by_month[number]) for number in range(1, YEAR + 1)]
    middle = sum(means) / YEAR
    return [min(_short(mean / middle), SEASON_MAX) if middle else 1.0 for mean in means]


def _short(value: float) -> float:
    """Four digits: nobody knows more. What is in order stays so."""
    return float(f"{value:.4g}")
