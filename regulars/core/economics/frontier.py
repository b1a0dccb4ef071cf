"""What a search for programmes came to: the measure it went by, every point, and the efficient ones.

What a programme costs is found by replay. What it brings is not: by default nobody is thought to buy
more, and then the benefit is *reach*, the members who got something worth noticing. A stated answer of
sales to rewards makes it *value*, the margin of what would be bought more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import exp
from typing import Any, NamedTuple

from regulars.core.economics.behaviour import Span
from regulars.core.economics.budget_text import Budget
from regulars.core.economics.optimise import Found, Score, Tried
from regulars.core.economics.outcome import Comparison, Outcome, plain
from regulars.core.refusal import Invalid

BOUNDS = (1, 5, 10, 20, 30, 50, 70, 100)  # of the histogram of rewards, per mille


class AnswerWrong(Invalid):
    """The stated answer to rewards cannot be read, or its numbers are out of bounds."""

    code = "optimise.answer_wrong"


class AnswerNeedsMargin(Invalid):
    """What is sold more brings margin, and nobody said how much."""

    code = "optimise.needs_margin"


class NoticeWrong(Invalid):
    """What members notice is no share between 0 and 100 %."""

    code = "optimise.notice_wrong"


class Answer(NamedTuple):
    """How sales answer to rewards, as stated: more at first, less and less, never over `most`.

    A member who gets the share s of purchases back buys most × (1 − e^(−slope × s ÷ most)) more, so
    that the first per cent of reward brings about `slope` per cent. `margin` is that of sales.
    """

    slope: Span
    most: Fraction
    margin: Fraction

    def lift(self, reward: float, slope: Fraction) -> float:
        """How much more is bought, as a share, at a reward that is a share of purchases."""
        most = float(self.most)
        return most * (1.0 - exp(-float(slope) * max(reward, 0.0) / most)) if most else 0.0


class Measure(NamedTuple):
    """What counts as benefit: reach at `notice` (per mille of purchases) or, with an answer, value.

    A notice of 0 is settled by the budget.
    """

    notice: int = 0
    answer: Answer | None = None

    @property
    def kind(self) -> str:
        return "reach" if self.answer is None else "value"


class Point(NamedTuple):
    """A candidate of the search. `cost` and `benefit` are shares; `low` and `high` bound the benefit.

    Of reach the benefit is a share of members, of value margin as a share of sales. `sample` is the
    share of customers it was last tried on, 1 for all; `best` says that it is on the frontier.
    """

    code: str
    kind: str
    titles: Mapping[str, str]
    cost: float
    benefit: float
    low: float
    high: float
    sample: float
    stage: str
    best: bool


@dataclass(frozen=True, slots=True)
class Frontier:
    """A search's result. `points` are all candidates by rising cost; `comparison` those confirmed.

    `budget_share` is of members' sales; `documents` are the programmes of the frontier by code.
    """

    budget: Budget
    budget_share: float
    measure: Measure
    seed: int
    evaluations: int
    points: tuple[Point, ...]
    documents: Mapping[str, Mapping[str, Any]]
    comparison: Comparison

    @property
    def best(self) -> tuple[Point, ...]:
        """The efficient frontier, by rising cost and benefit."""
        return tuple(point for point in self.points if point.best)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "budget_share": self.budget_share,
            "measure": {"kind": self.measure.kind, **plain(self.measure)},
            "seed": self.seed,
            "evaluations": self.evaluations,
            "points": [plain(point) for point in self.points],
            "documents": {code: dict(document) for code, document in self.documents.items()},
            "comparison": self.comparison.as_json(),
        }


def score_of(outcome: Outcome, measure: Measure) -> Score:
    """Cost (points at their stated cost) and benefit of one outcome, as shares."""
    gross = outcome.totals.gross_minor
    cost = outcome.cost_stated_minor / gross if gross else 0.0
    if measure.answer is None:
        reach = _reach(outcome, measure.notice)
        return Score(cost, reach, reach, reach)
    answer = measure.answer
    likely, low, high = (
        _value(outcome, answer, slope)
        for slope in (answer.slope.likely, answer.slope.low, answer.slope.high)
    )
    return Score(cost, likely, low, high)


def usual_notice(budget_share: float) -> int:
    """What members are taken to notice where nobody said: the greatest bound up to ¾ of the budget."""
    return max((b for b in BOUNDS if b <= 750 * budget_share), default=BOUNDS[0])


def points_of(found: Found) -> tuple[Point, ...]:
    """Everything tried as points, by rising cost."""
    best = {one.candidate.code for one in found.frontier}
    return tuple(_point(one, one.candidate.code in best) for one in found.tried)


def read_answer(text: str, margin: Fraction) -> Answer:
    """`0.5/1/1.5,most=0.1`: the slope (one number or low/likely/high) and the most. Raises AnswerWrong."""
    slopes, _, rest = text.partition(",")
    name, sign, most = rest.strip().partition("=")
    numbers = [_fraction(part) for part in slopes.split("/")]
    ceiling = _fraction(most) if sign else Fraction(1, 10)
    known = [number for number in numbers if number is not None]
    fits = len(known) == len(numbers) and len(known) in (1, 3) and ceiling is not None
    if not fits or ceiling is None or (rest and name.strip() != "most"):
        raise AnswerWrong(told=text[:60])
    slope = Span(*(known * 3 if len(known) == 1 else known))
    if not (0 <= slope.low <= slope.likely <= slope.high <= 100 and 0 < ceiling <= 1):
        raise AnswerWrong(told=text[:60])
    return Answer(slope, ceiling, margin)


def read_notice(text: str) -> int:
    """`0.5%` as per mille, one of `BOUNDS`. Raises NoticeWrong."""
    number = _fraction(text.strip().removesuffix("%"))
    if not text.strip().endswith("%") or number is None or not 0 < number <= 100:
        raise NoticeWrong(told=text[:40])
    permille = number * 10
    if permille not in BOUNDS:
        raise NoticeWrong(told=text[:40])
    return int(permille)


def _point(one: Tried, best: bool) -> Point:
    candidate, score = one.candidate, one.score
    return Point(candidate.code, candidate.kind, candidate.titles, score.cost, score.benefit,
                 score.low, score.high, one.sample, one.stage, best)  # fmt: skip


def _reach(outcome: Outcome, notice: int) -> float:
    """Members who got in hand at least that share of what they bought: whole cells of the histogram.

    A cell that begins below the notice does not count, so that reach is never told too great.
    """
    members = reached = 0
    lower = 0
    for bound, count in outcome.rewards.in_hand_permille:
        members += count
        if lower >= notice:
            reached += count
        lower = lower if bound is None else bound
    return reached / members if members else 0.0


def _value(outcome: Outcome, answer: Answer, slope: Fraction) -> float:
    """Margin of what would be bought more, as a share of sales, tenth by tenth of the members.

    Points held count as far as they are expected to be spent: nobody buys more for what will lapse.
    """
    totals = outcome.totals
    ahead = outcome.cost_minor - totals.discounts_minor - totals.spent_minor
    used = ahead / totals.outstanding_minor if totals.outstanding_minor > 0 else 0.0
    more = 0.0
    for group in outcome.deciles:
        f = group.figures
        if f.gross_minor > 0:
            reward = f.discounts_minor + f.spent_minor + used * f.outstanding_minor
            more += f.gross_minor * answer.lift(reward / f.gross_minor, slope)
    return more * float(answer.margin) / totals.gross_minor if totals.gross_minor else 0.0


def _fraction(text: str) -> Fraction | None:
    if len(text) > 20:
        return None
    try:
        return Fraction(text.strip())
    except (ValueError, ZeroDivisionError):
        return None
