"""What things that are not purchases earn."""

from datetime import timedelta
from typing import Any

import pytest
from engine_cases import amounts, compiled, rule

from regulars.core.earning.evaluate import award_event
from regulars.core.earning.settle import Earnings
from regulars.core.example import AT, buyer
from regulars.core.programme.compiled import Compiled
from regulars.core.purchase import Event


def review(once: str = "ever", **more: Any) -> dict[str, Any]:
    params = {"event": "review", "points": 10, "once": once}
    return rule("review", "event_bonus", params=params, **more)


class Member:
    """A member whose counters are kept from event to event."""

    def __init__(self, programme: Compiled) -> None:
        self.programme = programme
        self.counters: dict[str, tuple[int, int]] = {}

    def does(self, kind: str, reference: str = "", days: int = 0, **fields: Any) -> Earnings:
        at = AT + timedelta(days=days)
        event = Event(kind, at, reference, fields)
        who = buyer(tier="base", counters=self.counters)
        earnings = award_event(self.programme, event, who, at)
        for key, period, delta in earnings.counters:
            then, value = self.counters.get(key, (period, 0))
            self.counters[key] = (period, (value if then == period else 0) + delta)
        return earnings


@pytest.mark.parametrize(
    ("once", "points"),
    [
        ("ever", [10, 0, 0, 0]),
        ("reference", [10, 10, 0, 10]),
        ("day", [10, 0, 10, 10]),
        ("month", [10, 0, 0, 10]),
        ("year", [10, 0, 0, 0]),
        ("always", [10, 10, 10, 10]),
    ],
)
def test_a_bonus_is_given_as_often_as_it_says(once: str, points: list[int]) -> None:
    member = Member(compiled(review(once)))
    happened = [("r1", 0), ("r2", 0), ("r1", 1), ("r3", 40)]
    given = [
        sum(amounts(member.does("review", reference, days)).values())
        for reference, days in happened
    ]
    assert given == points


def test_shares_are_empty_and_the_reason_tells_the_event() -> None:
    [award] = Member(compiled(review())).does("review").awards
    assert award.shares == ()
    assert award.reason.code == "earning.event_bonus"
    assert dict(award.reason.params)["event"] == "review"


def test_an_event_nobody_rewards_earns_nothing() -> None:
    assert Member(compiled(review())).does("check_in").awards == ()


def test_limits_and_conditions_count_for_events() -> None:
    when = {"attribute": {"of": "receipt", "name": "stars", "min": 4}}
    member = Member(compiled(review("always", when=when, caps={"month": 15})))
    assert amounts(member.does("review", stars=3)) == {}
    assert amounts(member.does("review", stars=5)) == {"review": 10}
    cut = member.does("review", stars=5)
    assert amounts(cut) == {"review": 5}
    assert cut.cut[0].code == "earning.cap_cut.month"
    assert amounts(member.does("review", stars=5)) == {}


def test_a_bonus_that_a_limit_took_away_is_not_used_up() -> None:
    currencies = {"points": {"title": "P", "caps": {"day": 4, "over": "refuse"}}}
    member = Member(compiled(review(), currencies=currencies))
    assert member.does("review").counters == ()


def test_a_bonus_out_of_its_time_is_not_given() -> None:
    member = Member(compiled(review(valid={"since": "2026-03-05"})))
    assert amounts(member.does("review")) == {}
    assert amounts(member.does("review", days=1)) == {"review": 10}


def test_of_a_group_of_bonuses_the_best_counts() -> None:
    better = rule("better", "event_bonus", params={"event": "review", "points": 20}, exclusive="g")
    member = Member(compiled(review(exclusive="g"), better))
    earnings = member.does("review")
    assert amounts(earnings) == {"better": 20}
    assert [key for key, _, _ in earnings.counters] == ["rule:better:times"]


def test_purchases_do_not_wake_rules_for_events() -> None:
    programme = compiled(review())
    assert [one.id for one in programme.rules] == ["review"]
    assert programme.event_rules["review"][0].rewards is not None
