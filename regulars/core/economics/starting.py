"""A plan to begin with: typical numbers marked as guesses, every budget item on offer at nothing."""

from collections.abc import Mapping
from typing import Any

from regulars.core.economics.budget_items import ITEMS


def starting_document(money: str, start: str, language: str) -> dict[str, Any]:
    """A plan to fill in: typical numbers of a shop, every budget item on offer at nothing, no response.

    Each number that is not the shop's own says so in its source.
    """
    guess = "предположение" if language == "ru" else "guess"

    def guessed(likely: float, low: float, high: float) -> Mapping[str, object]:
        return {"likely": likely, "low": low, "high": high, "source": guess}

    title = "План программы" if language == "ru" else "Plan of the programme"
    return {
        "title": {language: title},
        "money": money,
        "start": start,
        "months": 36,
        "discount": 0.15,
        "base": {
            "joins": guessed(400, 250, 600),
            "loss": guessed(0.03, 0.02, 0.05),
            "visits": guessed(1.5, 1.2, 1.8),
            "check": guessed(20, 18, 22),
            "margin": guessed(0.3, 0.25, 0.35),
            "other_sales": 0,
        },
        "programme": {
            "reward_rate": 0.02,
            "worth": 0.01,
            "redeemed": guessed(0.7, 0.5, 0.85),
            "lag": guessed(3, 2, 5),
            "expiry_months": 12,
        },
        "response": {"frequency": 0, "check": 0, "newcomers": 0},
        "budget": [{"code": item.code, "item": item.code, "amount": 0} for item in ITEMS],
    }
