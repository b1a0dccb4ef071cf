"""Plans for tests: one small enough to work by hand, and any plan at all."""

from hypothesis import strategies as st

from regulars.core.economics.plan import parse_plan


def by_hand(**parts):
    """Three months, a hundred people joining in each, everything in round numbers."""
    document = {
        "title": "By hand",
        "money": "EUR",
        "start": "2026-11",
        "months": 3,
        "discount": 0.1,
        "base": {"joins": 100, "visits": 1, "check": 10, "margin": 0.5},
        "programme": {"reward_rate": 0.1, "worth": 1, "redeemed": 0.5, "lag": 1},
        "response": {"frequency": 0.2},
        "budget": [
            {"code": "app", "item": "app", "amount": 1000},
            {"code": "people", "item": "manager", "amount": 50},
        ],
    }
    for name, part in parts.items():
        whole = isinstance(part, dict) and isinstance(document.get(name), dict)
        document[name] = {**document[name], **part} if whole else part
    return document


def planned(**parts):
    """The plan of `by_hand`."""
    return parse_plan(by_hand(**parts))


def numbers(low, high):
    """Round enough to be written in a document."""
    return st.floats(low, high, allow_nan=False).map(lambda value: round(value, 4))


UNITS = ["one_off", "month", "member", "new_member", "message", "card", "point", "receipt"]
ITEMS = st.lists(
    st.fixed_dictionaries(
        {
            "group": st.sampled_from(["software", "people", "messages"]),
            "unit": st.sampled_from(UNITS),
            "amount": numbers(0, 1000),
            "quantity": numbers(0, 5),
            "growth": numbers(-0.5, 0.5),
            "from": st.integers(0, 3),
        }
    ),
    max_size=5,
).map(lambda items: [{"code": f"i{place}", **item} for place, item in enumerate(items)])


@st.composite
def plans(draw, *, response=True):
    """Any plan of up to two years."""
    lifts = {
        "frequency": draw(numbers(-0.5, 1)),
        "check": draw(numbers(-0.5, 1)),
        "newcomers": draw(numbers(0, 1)),
        "ramp_months": draw(st.integers(0, 6)),
    }
    return parse_plan(
        by_hand(
            months=draw(st.integers(3, 24)),
            discount=draw(numbers(0, 1)),
            settle=draw(st.booleans()),
            base={
                "members": draw(numbers(0, 1000)),
                "joins": draw(numbers(0, 1000)),
                "loss": draw(numbers(0, 1)),
                "visits": draw(numbers(0, 10)),
                "check": draw(numbers(0, 100)),
                "margin": draw(numbers(0, 1)),
                "seasonality": draw(st.none() | st.just([0.5, 1.5] * 6)),
            },
            programme={
                "reward_rate": draw(numbers(0, 0.2)),
                "worth": draw(numbers(0.01, 2)),
                "redeemed": draw(numbers(0, 1)),
                "lag": draw(numbers(1, 12)),
                "expiry_months": draw(st.none() | st.integers(1, 12)),
                "welcome_points": draw(numbers(0, 100)),
                "reward_cost": draw(numbers(0, 1)),
                "tiers": [{"code": "gold", "members": 0.25, "extra_rate": 0.02, "cost": 1}],
            },
            response=lifts if response else {"frequency": 0},
            budget=draw(ITEMS),
        )
    )
