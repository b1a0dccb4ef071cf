"""Plans for the tests of the workbook, and what a workbook of them must say."""

import math
import re
from pathlib import Path

from regulars.core.economics.plan import assumptions, parse_plan
from regulars.core.economics.results import case_of
from regulars.kit.documents import load_yaml

PAGE = Path(__file__).parents[2] / "docs" / "plan.md"
DOCUMENTED = load_yaml(re.search(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)[1])
RICH = {
    **DOCUMENTED,
    "title": "=1+1",
    "months": 30,
    "start": "2026-03",
    "base": {
        **DOCUMENTED["base"],
        "members": 1200,
        "seasonality": [0.8, 0.9, 1.0, 1.0, 1.1, 1.0, 0.9, 0.9, 1.0, 1.0, 1.1, 1.4],
    },
    "programme": {
        **DOCUMENTED["programme"],
        "welcome_points": 50,
        "reward_cost": 0.9,
        "tiers": [
            {"code": "silver", "members": 0.2, "extra_rate": 0.01, "cost": 0.1},
            {"code": "gold", "members": 0.05, "extra_rate": 0.03, "cost": 0.5},
        ],
    },
    "budget": [
        *DOCUMENTED["budget"],
        {"code": "cards", "item": "card_printing", "amount": 0.4, "quantity": 1.2},
        {"code": "per_point", "item": "gifts", "unit": "point", "amount": 0.0005},
        {"code": "desk", "item": "requests", "amount": 200, "from": 7, "to": 20, "growth": 0.08},
        {"code": "receipt", "item": "cashback", "amount": 0.01, "growth": -0.5},
    ],
}  # fmt: skip
EXPIRELESS = {
    **RICH, "settle": False, "scenarios": [],
    "programme": {k: v for k, v in RICH["programme"].items() if k not in ("expiry_months", "tiers")},
    "response": {"frequency": 0.1}, "base": {k: v for k, v in RICH["base"].items() if k != "seasonality"},
}  # fmt: skip
PLANS = {
    "documented": parse_plan(DOCUMENTED), "rich": parse_plan(RICH),
    "expireless": parse_plan(EXPIRELESS),
}  # fmt: skip


def expected(plan):
    """Every figure of the sheet of results, in its order, as the product has it."""
    found = case_of(plan).results
    rates = [*found.irr, *[None] * 4][:4]
    return [
        found.margin, found.cost, found.net, found.roi, found.naive_roi, found.npv, found.xnpv,
        *rates, float(len(found.irr)), found.mirr, found.payback, found.payback_discounted,
        found.funding, float(found.funding_month), found.break_even_lift, found.lift,
        found.liability, found.reward_rate, found.effective_rate, found.penetration,
    ]  # fmt: skip


def differences(told, wanted, names, *, tolerance=1e-9):
    """Where a workbook does not say what we say; amounts are compared on the scale of the plan."""
    scale = max(abs(value) for value in wanted[:3])
    found = []
    for name, value, ours in zip(names, told, wanted, strict=True):
        if ours is None or isinstance(value, str):
            if not (ours is None and isinstance(value, str)):
                found.append((name, value, ours))
            continue
        amount = name in ("margin", "cost", "net", "npv", "xnpv", "funding", "liability")
        limit = tolerance * (scale if amount else max(abs(ours), 1e-3))
        if not math.isclose(value, ours, rel_tol=tolerance, abs_tol=limit):
            found.append((name, value, ours))
    return found


def moved(plan, name):
    """A number for an assumption that is another than the plan's, and possible."""
    estimate = assumptions(plan)[name]
    floor, ceiling = type(estimate).FLOOR, type(estimate).CEILING
    value = estimate.likely * 1.1 if estimate.likely else 0.05
    return min(max(value, floor), ceiling) if name != "base.check" else value
