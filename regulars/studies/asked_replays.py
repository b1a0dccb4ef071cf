"""Simulations and searches that were asked for as studies: over our own receipts, into a folder of files."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from fractions import Fraction
from os import cpu_count
from typing import Any

from regulars.contexts.programme.queries import compiled_at, get_programme
from regulars.core.economics.behaviour import Behaviour, read_behaviour, read_response
from regulars.core.economics.budget_text import read_budget
from regulars.core.economics.frontier import (
    Answer,
    AnswerNeedsMargin,
    Measure,
    read_answer,
    read_notice,
)
from regulars.core.economics.outcome import plain
from regulars.core.programme.check import parse_programme
from regulars.core.programme.document import Programme
from regulars.documents.frontier_report import PAGE as FRONTIER_PAGE
from regulars.documents.frontier_report import write_frontier
from regulars.documents.simulation_files import PAGE, write_simulation
from regulars.kit.transactions import in_transaction
from regulars.studies.optimisation import Wish, optimise
from regulars.studies.own_receipts import prepared_own
from regulars.studies.requests import OptimisationRequest, ReplayRequest, SimulationRequest
from regulars.studies.simulation import (
    LAYING,
    WORKERS_MAX,
    Options,
    Prepared,
    candidates_of,
    simulate,
)
from regulars.studies.work import Work, unheard

_PRINTING = "simulation.part_printing"


def run_simulation(request: SimulationRequest, work: Work) -> Mapping[str, Any]:
    """The study `simulation`: programmes compared over our own receipts.

    Raises VersionNotFound, ProgrammeInvalid, and what `simulate` raises.
    """
    documents = in_transaction(lambda: [get_programme(number) for number in request.versions])
    documents += [parse_programme(document) for document in request.documents]
    documents = documents or [_in_force(work)]
    candidates = candidates_of(documents, work.language)
    options = _options(request, documents[0], response=request.response)
    with _prepared(documents[0], work) as prepared:
        found = simulate(candidates, prepared, options, work.advance, now=work.now)
    work.advance(_PRINTING, 1, 1)
    write_simulation(found, work.folder, language=work.language)
    return {
        "page": PAGE,
        "since": found.since,
        "until": found.until,
        "customers": found.customers,
        "receipts": found.receipts,
        "candidates": [
            {"code": one.code, "title": one.title, "cost_minor": one.cost_minor,
             "totals": plain(one.totals), "rates": plain(one.rates)}
            for one in found.outcomes
        ],
    }  # fmt: skip


def run_optimisation(request: OptimisationRequest, work: Work) -> Mapping[str, Any]:
    """The study `optimisation`: the efficient frontier over our own receipts.

    Raises VersionNotFound, BudgetWrong, KindUnknown, AnswerNeedsMargin, AnswerWrong, NoticeWrong, and
    what `optimise` raises.
    """
    base = None
    if request.version is not None:
        number = request.version
        base = in_transaction(lambda: get_programme(number))
    own = base or _in_force(work)
    wish = Wish(
        budget=read_budget(request.budget),
        kinds=tuple(request.models),
        base=base,
        measure=Measure(read_notice(request.notice) if request.notice else 0, _answer(request)),
        money=own.money,
        money_scale=own.money_scale,
        time_zone=own.time_zone,
        language=work.language,
    )
    options = _options(request, own)
    with _prepared(own, work) as prepared:
        found = optimise(prepared, wish, options, work.advance, now=work.now)
    work.advance(_PRINTING, 1, 1)
    write_frontier(found, work.folder, language=work.language)
    return {
        "page": FRONTIER_PAGE,
        "budget_share": found.budget_share,
        "measure": found.measure.kind,
        "tried": len(found.points),
        "evaluations": found.evaluations,
        "frontier": [plain(point) for point in found.best],
    }


def _prepared(programme: Programme, work: Work) -> AbstractContextManager[Prepared]:
    """Our own receipts laid out: from one snapshot, read in a transaction in which nothing can be told."""
    work.advance(LAYING, 0, None)
    return prepared_own(programme, work.language, unheard)


def _in_force(work: Work) -> Programme:
    return in_transaction(lambda: compiled_at(work.now)).document


def _options(request: ReplayRequest, programme: Programme, *, response: str = "none") -> Options:
    behaviour: Behaviour = read_behaviour(request.behaviour, money_scale=programme.money_scale)
    return Options(
        behaviour=behaviour,
        response=read_response(response),
        since=request.since,
        until=request.until,
        sample=Fraction(request.sample),
        seed=request.seed,
        workers=min(WORKERS_MAX, cpu_count() or 1),
        points_cost=Fraction(request.points_cost),
    )


def _answer(request: OptimisationRequest) -> Answer | None:
    if request.answer is None:
        return None
    if request.margin is None:
        raise AnswerNeedsMargin
    return read_answer(request.answer, Fraction(request.margin))
