"""The search for programmes under a budget, over receipts that are laid out: the efficient frontier."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from regulars.core.economics.budget_text import Budget
from regulars.core.economics.candidate_documents import Shop, nothing, whole
from regulars.core.economics.candidates import Candidate, Space
from regulars.core.economics.frontier import Frontier, Measure, points_of, score_of, usual_notice
from regulars.core.economics.optimise import Course, Score, Stage, search
from regulars.core.economics.outcome import Comparison, Outcome
from regulars.core.programme.check import parse_programme
from regulars.core.programme.document import Programme, to_mapping
from regulars.core.refusal import Invalid
from regulars.core.wording.catalogue import LANGUAGES, sentence
from regulars.studies.simulation import Options, Prepared, candidates_of, simulate
from regulars.studies.work import Advance

MEASURING = "optimise.part_shop"
PHASES = {
    "sample": "optimise.part_sample",
    "near": "optimise.part_near",
    "whole": "optimise.part_whole",
}
_AT_ONCE = 40  # candidates of one replay
_CUSTOMERS_MIN = (250, 800)  # a sample of fewer customers says too little
_UNKNOWN = (Decimal(1),) * 10
_REACH, _COURSE = Measure(), Course()


class NothingToOptimise(Invalid):
    """There are no sales to members in the receipts."""

    code = "optimise.nothing"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is searched: models from nothing (`kinds`), around a `base`, or both; under which budget.

    `money`, `money_scale`, `time_zone` and `language` are of the business where there is no base.
    """

    budget: Budget
    kinds: tuple[str, ...] = ()
    base: Programme | None = None
    measure: Measure = _REACH
    money: str = "EUR"
    money_scale: int = 2
    time_zone: str = "UTC"
    language: str = "en"
    course: Course = _COURSE

    def nobody_gains(self) -> Programme:
        """The programme that gives nothing: by its zone and money receipts are read."""
        return _nothing(self.shop(Decimal(1), _UNKNOWN))

    def shop(self, check: Decimal, spends: Sequence[Decimal]) -> Shop:
        """A shop of that usual receipt and spending, with the money and zone of the wish."""
        base = self.base
        if base is None:
            return Shop(self.money, self.money_scale, self.time_zone, self.language, check,
                        tuple(spends))  # fmt: skip
        return Shop(base.money, base.money_scale, base.time_zone, base.language, check,
                    tuple(spends))  # fmt: skip


def optimise(
    prepared: Prepared, wish: Wish, options: Options, advance: Advance, *, now: datetime
) -> Frontier:
    """The efficient frontier over the receipts; the same for any number of workers.

    `options.sample` is the share of customers that counts as all. The base, unchanged, is confirmed
    whatever it comes to. Raises NothingToOptimise, KindUnknown, and what `simulate` raises.
    """
    return _Search(prepared, wish, options, advance, now).frontier()


class _Search:
    def __init__(
        self, prepared: Prepared, wish: Wish, options: Options, advance: Advance, now: datetime
    ) -> None:
        self._prepared = prepared
        self._wish = wish
        self._options = options
        self._advance = advance
        self._now = now
        self._measure = wish.measure
        self._confirmed: Comparison | None = None

    def frontier(self) -> Frontier:
        advance, wish = self._advance, self._wish
        advance(MEASURING, 0, None)
        shop, bare = self._measured()
        sales = Fraction(bare.totals.gross_minor, 10**shop.money_scale)
        space = Space(shop, wish.kinds, wish.base)
        given = [_given(wish.base)] if wish.base else []
        share = float(wish.budget.as_share(sales))
        if not self._measure.notice:
            self._measure = self._measure._replace(notice=usual_notice(share))
        course = _fitting(wish.course, bare.totals.members)
        found = search(space, self._scores, share, course, given=given)
        assert self._confirmed is not None or not found.frontier
        comparison = self._confirmed or self._replayed(
            [_as_candidate(shop)], Fraction(1), MEASURING
        )
        return Frontier(
            budget=wish.budget,
            budget_share=share,
            measure=self._measure,
            seed=self._options.seed,
            evaluations=found.evaluations,
            points=points_of(found),
            documents={one.candidate.code: one.candidate.document for one in found.frontier},
            comparison=comparison,
        )

    def _measured(self) -> tuple[Shop, Outcome]:
        """The shop's usual receipt and spending, found by a replay under a programme that gives nothing."""
        bare = self._replayed(
            [_as_candidate(self._wish.shop(Decimal(1), _UNKNOWN))], Fraction(1), MEASURING
        ).outcomes[0]
        totals = bare.totals
        if not totals.receipts or totals.gross_minor <= 0:
            raise NothingToOptimise
        scale = self._prepared.money_scale
        check = Decimal(totals.gross_minor).scaleb(-scale) / totals.receipts
        spends = [
            Decimal(group.figures.gross_minor).scaleb(-scale) / max(group.figures.members, 1)
            for group in bare.deciles
        ]
        spends += spends[-1:] * (10 - len(spends))
        return self._wish.shop(check, spends), bare

    def _scores(self, candidates: Sequence[Candidate], share: float, stage: Stage) -> list[Score]:
        sample = Fraction(share).limit_denominator(10_000)
        scores: list[Score] = []
        for since in range(0, len(candidates), _AT_ONCE):
            some = candidates[since : since + _AT_ONCE]
            comparison = self._replayed(some, sample, PHASES[stage])
            scores += [score_of(outcome, self._measure) for outcome in comparison.outcomes]
            if stage == "whole" and self._confirmed is None:
                self._confirmed = comparison
        return scores

    def _replayed(self, candidates: Sequence[Candidate], share: Fraction, phase: str) -> Comparison:
        options = replace(self._options, sample=self._options.sample * share)

        def told(_: str, done: int, total: int | None) -> None:
            self._advance(phase, done, total)

        programmes = [one.programme for one in candidates]
        made = candidates_of(programmes, self._wish.language)
        return simulate(made, self._prepared, options, told, now=self._now)


def _fitting(course: Course, customers: int) -> Course:
    """Samples that hold customers enough; where there are few, everybody is a sample already."""
    wide = [
        max(share, least / max(customers, 1))
        for share, least in zip(course.samples, _CUSTOMERS_MIN, strict=False)
    ]
    kept = tuple(share for share in wide if share < 1)
    return replace(course, samples=kept or ((1.0,) if course.samples else ()))


def _given(base: Programme) -> Candidate:
    return Candidate(base.code, "given", (), base.title, to_mapping(base))


def _nothing(shop: Shop) -> Programme:
    titles = {language: sentence("optimise.title_nothing", {}, language) for language in LANGUAGES}
    return parse_programme(whole(shop, "nothing", titles, nothing(shop, {})))


def _as_candidate(shop: Shop) -> Candidate:
    programme = _nothing(shop)
    return Candidate(programme.code, "given", (), programme.title, to_mapping(programme))
