"""The search for programmes under a budget: the efficient frontier of cost and benefit, never one answer.

Candidates are tried on a sample of the customers; those that others leave far behind, or that cost far
too much, are dropped, the rest is tried on a greater sample, what lies between the best is tried too, and
what is left is confirmed on everybody (successive halving: K. Jamieson, A. Talwalkar, AISTATS 2016, with
layers of the Pareto order instead of one score). What is told is confirmed figures only.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

from regulars.core.economics.candidates import Candidate, Space

Stage = str  # sample | near | whole


class Score(NamedTuple):
    """What a candidate costs, as a share of sales, and what it brings by the stated measure.

    `low` and `high` are the benefit at the ends of what is assumed; the cost is not assumed.
    """

    cost: float
    benefit: float
    low: float
    high: float


class Tried(NamedTuple):
    """A candidate with its latest score, on which share of customers, and how far it came."""

    candidate: Candidate
    score: Score
    sample: float
    stage: Stage


Evaluate = Callable[[Sequence[Candidate], float, Stage], Sequence[Score]]
"""Scores of candidates on a share of the customers; the same share is the same customers."""


@dataclass(frozen=True, slots=True)
class Course:
    """How to search: the shares of customers tried one after another, and how much is kept.

    Of each round at least one candidate in `thinning` goes on, by whole layers, and the one of each
    model that brings most within the budget, so that every model is told of. A candidate over the
    budget by more than `slack` of it on a sample is dropped. `refine` times what lies between the best
    is tried; at most `confirmed` are tried on everybody, besides those given and one of each model.
    """

    samples: tuple[float, ...] = (0.05, 0.2)
    thinning: int = 3
    slack: float = 0.25
    refine: int = 2
    confirmed: int = 16


class Found(NamedTuple):
    """What a search found: `frontier` by rising cost, and everything tried with its latest score."""

    frontier: tuple[Tried, ...]
    tried: tuple[Tried, ...]
    evaluations: int


def frontier_of(tried: Iterable[Tried], budget: float) -> tuple[Tried, ...]:
    """Those within the budget that none of them is better than: cheaper with no less, or more for no more.

    By rising cost, and so by rising benefit. Of equals the one that comes first by code is told.
    """
    ordered = sorted(
        (one for one in tried if one.score.cost <= budget),
        key=lambda one: (one.score.cost, -one.score.benefit, one.candidate.code),
    )
    kept: list[Tried] = []
    for one in ordered:
        if not kept or one.score.benefit > kept[-1].score.benefit:
            kept.append(one)
    return tuple(kept)


def is_dominated(score: Score, other: Score) -> bool:
    """Whether `other` costs no more and brings no less, and one of them strictly."""
    return (
        other.cost <= score.cost
        and other.benefit >= score.benefit
        and (other.cost < score.cost or other.benefit > score.benefit)
    )


def layers_of(tried: Sequence[Tried]) -> list[list[Tried]]:
    """The Pareto layers: what nobody dominates, then what nobody dominates of the rest, and so on."""
    rest, layers = sorted(tried, key=_order), []
    while rest:
        best: list[Tried] = []
        left: list[Tried] = []
        highest = float("-inf")
        cost = float("nan")
        for one in rest:
            score = one.score
            if score.benefit > highest or (score.benefit == highest and score.cost == cost):
                best.append(one)
                highest, cost = score.benefit, score.cost
            else:
                left.append(one)
        layers.append(best)
        rest = left
    return layers


def search(
    space: Space,
    evaluate: Evaluate,
    budget: float,
    course: Course,
    *,
    given: Sequence[Candidate] = (),
) -> Found:
    """Search `space` for what brings most at each cost up to `budget` (a share of sales).

    `given` candidates go through to the end whatever they come to. Deterministic as far as `evaluate`
    is. The frontier is of scores on all customers; none of it costs more than the budget.
    """
    tried: dict[str, Tried] = {}
    evaluations = 0

    def score(candidates: Sequence[Candidate], sample: float, stage: Stage) -> list[Tried]:
        nonlocal evaluations
        if not candidates:
            return []
        scores = evaluate(candidates, sample, stage)
        evaluations += len(candidates)
        made = [Tried(c, s, sample, stage) for c, s in zip(candidates, scores, strict=True)]
        tried.update((one.candidate.code, one) for one in made)
        return made

    pool = _once([*given, *space.grid()])
    kept: list[Tried] = []
    for sample in course.samples:
        kept = _better(score(pool, sample, "sample"), budget, course)
        pool = [one.candidate for one in kept]
    for _ in range(course.refine if course.samples else 0):
        near = _near(space, kept, budget, tried)
        if not near:
            break
        kept = _better([*kept, *score(near, course.samples[-1], "near")], budget, course)
    last = _spread(_within(kept, budget * (1 + course.slack)), course.confirmed)
    last += _of_each_kind(kept, budget)
    pool = _once([*given, *(one.candidate for one in last)]) if course.samples else pool
    confirmed = score(pool, 1.0, "whole")
    ordered = sorted(tried.values(), key=_order)
    return Found(frontier_of(confirmed, budget), tuple(ordered), evaluations)


def _order(one: Tried) -> tuple[float, float, str]:
    return one.score.cost, -one.score.benefit, one.candidate.code


def _once(candidates: Iterable[Candidate]) -> list[Candidate]:
    return list({one.code: one for one in candidates}.values())


def _within(tried: Iterable[Tried], budget: float) -> list[Tried]:
    return [one for one in tried if one.score.cost <= budget]


def _better(tried: Sequence[Tried], budget: float, course: Course) -> list[Tried]:
    """Whole layers until one in `thinning` is kept, and the best of each kind; nothing far too dear."""
    affordable = _within(tried, budget * (1 + course.slack))
    wanted = ceil(len(affordable) / course.thinning)
    kept: list[Tried] = []
    for layer in layers_of(affordable):
        if len(kept) >= wanted:
            break
        kept += layer
    codes = {one.candidate.code for one in kept}
    return kept + [
        one for one in _of_each_kind(affordable, budget) if one.candidate.code not in codes
    ]


def _of_each_kind(tried: Iterable[Tried], budget: float) -> list[Tried]:
    """Of each kind the one that brings most within the budget, the cheapest of equals."""
    best: dict[str, Tried] = {}
    for one in sorted(_within(tried, budget), key=_order):
        kind = one.candidate.kind
        if kind not in best or one.score.benefit > best[kind].score.benefit:
            best[kind] = one
    return list(best.values())


def _near(
    space: Space, kept: Sequence[Tried], budget: float, tried: dict[str, Tried]
) -> list[Candidate]:
    """What lies between the points of the present frontier and their neighbours, not tried yet."""
    known = [one.candidate for one in tried.values()]
    return _once(
        candidate
        for one in frontier_of(kept, budget)
        for candidate in space.near(one.candidate, known)
    )


def _spread(tried: Sequence[Tried], most: int) -> list[Tried]:
    """At most so many: layer by layer; of a layer that is too long those evenly along it, its ends too."""
    kept: list[Tried] = []
    for layer in layers_of(tried):
        left = most - len(kept)
        if left <= 0:
            break
        kept += layer if len(layer) <= left else _evenly(layer, left)
    return kept


def _evenly(layer: Sequence[Tried], count: int) -> list[Tried]:
    if count == 1:
        return [layer[-1]]
    return [layer[round(k * (len(layer) - 1) / (count - 1))] for k in range(count)]
