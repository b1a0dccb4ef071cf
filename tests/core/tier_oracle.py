"""The tier of a member reckoned in the plainest way: every purchase looked at again, every time."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

Fact = tuple[datetime, int]  # when it counts, how much of what is measured; returns are negative


class Rules(NamedTuple):
    """A ladder; `months` and `days` are of a rolling window, `period` is "month" or "year"."""

    thresholds: tuple[int | None, ...]  # from the lowest; None: by invitation only
    kind: str  # rolling | calendar | lifetime
    zone: ZoneInfo
    months: int = 0
    days: int = 0
    valid: tuple[int, int] | None = None  # months, days
    period: str = "year"
    keep: int = 1
    grace_days: int = 0
    soft: bool = True


def tier(facts: Sequence[Fact], rules: Rules, at: datetime) -> int:
    """Which level is held at `at`: 0 is everybody's."""
    best = 0
    for level, proved in proofs(facts, rules, at).items():
        best = max(best, _left_of(level, proved, rules, at))
    return best


def counted(facts: Sequence[Fact], rules: Rules, at: datetime) -> int:
    """What the window holds at `at`."""
    return sum(amount for when, amount in facts if when <= at and _in_window(when, at, rules))


def proofs(facts: Sequence[Fact], rules: Rules, at: datetime) -> dict[int, datetime]:
    """For each level the latest moment up to `at` at which a purchase brought the sum to its threshold."""
    found: dict[int, datetime] = {}
    for moment in sorted({when for when, _ in facts if when <= at}):
        if sum(amount for when, amount in facts if when == moment) > 0:
            sum_then = counted(facts, rules, moment)
            for level, threshold in enumerate(rules.thresholds):
                if threshold and sum_then >= threshold:
                    found[level] = moment
    return found


def _left_of(level: int, proved: datetime, rules: Rules, at: datetime) -> int:
    if rules.kind == "lifetime":
        return level
    term = 1
    while level > 0 and at >= _end(proved, term, rules):
        if not rules.soft:
            return 0
        level -= 1
        while level > 0 and rules.thresholds[level] is None:
            level -= 1
        term += 1
    return level


def _end(proved: datetime, term: int, rules: Rules) -> datetime:
    if rules.kind == "calendar":
        start = _period(proved.astimezone(rules.zone), rules)
        index = start + rules.keep + term
        year, month = (index, 1) if rules.period == "year" else (index // 12, index % 12 + 1)
        end = datetime(year, month, 1, tzinfo=rules.zone).astimezone(UTC)
    else:
        months, days = rules.valid or (rules.months, rules.days)
        end = shifted(proved, months * term, days * term, rules.zone)
    return shifted(end, 0, rules.grace_days, rules.zone) if rules.grace_days else end


def _in_window(when: datetime, at: datetime, rules: Rules) -> bool:
    if rules.kind == "lifetime":
        return True
    if rules.kind == "calendar":
        return _period(when.astimezone(rules.zone), rules) == _period(
            at.astimezone(rules.zone), rules
        )
    return when > shifted(at, -rules.months, -rules.days, rules.zone)


def _period(local: datetime, rules: Rules) -> int:
    return local.year if rules.period == "year" else local.year * 12 + local.month - 1


def shifted(at: datetime, months: int, days: int, zone: ZoneInfo) -> datetime:
    """The same time on the wall so many months and days later; the last of the month where needed."""
    local = at.astimezone(zone)
    index = local.year * 12 + local.month - 1 + months
    day = local.day
    while True:
        try:
            moved = local.replace(year=index // 12, month=index % 12 + 1, day=day)
            break
        except ValueError:
            day -= 1
    return (moved + timedelta(days=days)).astimezone(UTC)
