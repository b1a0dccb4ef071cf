"""A plan made over the API: shown in its document, run by a test."""

from typing import Any

from regulars.web.api.operation import Example

DOCUMENT: dict[str, Any] = {
    "title": {"en": "Corner shops", "ru": "Магазины у дома"},
    "money": "RUB",
    "start": "2026-09",
    "months": 24,
    "discount": 0.15,
    "base": {
        "joins": {"likely": 400, "low": 250, "high": 600, "source": "pilot"},
        "loss": 0.03,
        "visits": 1.5,
        "check": 900,
        "margin": 0.3,
        "other_sales": 900000,
    },
    "programme": {"reward_rate": 0.02, "worth": 1, "redeemed": 0.7, "expiry_months": 12},
    "response": {"frequency": {"likely": 0.1, "low": 0, "high": 0.2}, "ramp_months": 6},
    "budget": [{"code": "app", "item": "app", "amount": 900000}],
    "scenarios": [{"code": "no_lift", "set": {"response.frequency": 0}}],
}
NEW = (
    Example("A small plan", body={"document": DOCUMENT, "note": "First draft"}, status=201),
    Example(
        "One whose margin cannot be",
        body={"document": DOCUMENT | {"base": DOCUMENT["base"] | {"margin": 2}}},
        status=422,
    ),
)
CHECKS = (
    Example("A sound one", body={"document": DOCUMENT}, status=200),
    Example("One in YAML that lacks almost everything", body={"yaml": "months: 12\n"}, status=200),
)
