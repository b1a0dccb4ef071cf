"""Candidate programmes over the same receipts: rows laid out once, replayed, summed up and compared."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

from regulars.analytics.simulation.parts import (
    Conventions,
    Parts,
    Spelled,
    lay_rows,
    temporary_folder,
)
from regulars.analytics.simulation.work import Job, Run, last_moment
from regulars.analytics.simulation.workers import replay_parts
from regulars.contexts.members.queries import spell_identifier
from regulars.contexts.members.types import IdentifierKind
from regulars.core.calendar import Period, micros, moment_of, period_number
from regulars.core.economics.behaviour import NO_POINT, Behaviour, Point, Response
from regulars.core.economics.outcome import Comparison, Ends, Outcome, Told
from regulars.core.economics.replayed import MEMBERS, NOBODY, Replayed
from regulars.core.economics.summing_up import Candidate, Terms, outcome_of
from regulars.core.places import check_time_zone
from regulars.core.programme.compiled import compile_programme
from regulars.core.programme.document import Programme, to_mapping
from regulars.core.programme.texts import text_in
from regulars.core.receipts.problem import Problem
from regulars.core.refusal import Invalid, Refused
from regulars.integrations.receipts.chunks import row_chunks
from regulars.integrations.receipts.layouts import (
    MappingFile,
    named_columns,
    read_mapping,
    settle_layout,
)
from regulars.integrations.receipts.reading import read_source
from regulars.studies.work import Advance

READING, LAYING, REPLAYING = (
    "simulation.part_reading", "simulation.part_laying", "simulation.part_replaying",
)  # fmt: skip
CANDIDATES_MAX = 50
WORKERS_MAX = 64
AT_ONCE, NO_RESPONSE = Behaviour(), Response()
_FOREVER = 2**62
_WHOLE = Fraction(1)


class NothingToSimulate(Invalid):
    """There is no receipt in the time asked for."""

    code = "simulation.nothing"


class MoneyDiffers(Invalid):
    """Candidates are reckoned in different money, or in other than the receipts."""

    code = "simulation.money_differs"


class WindowWrong(Invalid):
    """The time asked for ends before it begins."""

    code = "simulation.window_wrong"


class SampleWrong(Invalid):
    """A sample is a share of customers above 0, up to 1."""

    code = "simulation.sample_wrong"


class CandidatesWrong(Invalid):
    """No candidate, or too many."""

    code = "simulation.candidates_wrong"


class RecordedNeedsOwn(Invalid):
    """Only our own receipts say what was paid with points."""

    code = "simulation.recorded_needs_own"


@dataclass(frozen=True, slots=True)
class Options:
    """What is taken for granted, and how much is replayed; days are of the first candidate's zone."""

    behaviour: Behaviour = AT_ONCE
    response: Response = NO_RESPONSE
    since: date | None = None
    until: date | None = None
    sample: Fraction = _WHOLE
    seed: int = 1
    workers: int = 1
    points_cost: Fraction = _WHOLE


@dataclass(frozen=True, slots=True)
class ReceiptsFile:
    """A file of receipts and what its columns mean, as far as somebody said so."""

    path: Path
    named: tuple[str, ...] = ()
    mapping: Path | None = None
    preset: str | None = None
    store: str | None = None
    till: str | None = None
    identifier: str | None = None
    time_zone: str | None = None
    region: str = "RU"


@dataclass(frozen=True, slots=True)
class Prepared:
    """Receipts laid out for any number of simulations, and what they are called."""

    name: str
    parts: Parts
    zone: ZoneInfo
    money_scale: int


def candidates_of(documents: Sequence[Programme], language: str) -> list[Candidate]:
    """The documents as candidates with different codes. Raises CandidatesWrong, MoneyDiffers."""
    if not 0 < len(documents) <= CANDIDATES_MAX:
        raise CandidatesWrong(most=CANDIDATES_MAX)
    found: list[Candidate] = []
    codes: set[str] = set()
    for number, document in enumerate(documents, 1):
        code, again = document.code, 2
        while code in codes:
            code, again = f"{document.code}-{again}", again + 1
        codes.add(code)
        programme = compile_programme(document, number)
        found.append(Candidate(code, text_in(document.title, language), programme))
    _check_money(found)
    return found


@contextmanager
def prepared_file(
    file: ReceiptsFile, programme: Programme, advance: Advance, *, part_rows: int | None = None
) -> Iterator[Prepared]:
    """The receipts of a file laid out in temporary files, which go at the end; no database is needed.

    They are read by the zone and money of `programme`, as an import under it would. Raises what
    reading refuses.
    """
    advance(READING, 0, None)
    told = read_mapping(file.mapping) if file.mapping else MappingFile()
    source, layout = settle_layout(
        read_source(file.path),
        told=told,
        named=named_columns(file.named),
        preset=file.preset,
        folder=file.path.parent,
        store=file.store,
        till=file.till,
        identifier=file.identifier,
        time_zone=check_time_zone(file.time_zone),
    )
    check_time_zone(layout.time_zone)
    zone = ZoneInfo(layout.time_zone) if layout.time_zone else programme.zone
    scale = programme.money_scale
    about = Conventions(layout.store, layout.till, layout.sku, scale, "number" in layout.columns)
    kind = IdentifierKind(layout.identifier)

    def spell(customer: str) -> Spelled:
        try:
            return spell_identifier(kind, customer, region=file.region)
        except Refused as refused:
            return Problem.of(refused.code)

    with temporary_folder() as folder:
        done, total = 0, len(source)

        def count(rows: int) -> None:
            nonlocal done
            done += rows
            advance(LAYING, done, total)

        chunks = row_chunks(source, layout, zone=zone, money_scale=scale)
        more = {} if part_rows is None else {"part_rows": part_rows}
        parts = lay_rows(chunks, folder, about, spell, count, **more)
        del source, chunks
        yield Prepared(file.path.name, parts, zone, scale)


def simulate(
    candidates: Sequence[Candidate],
    prepared: Prepared,
    options: Options,
    advance: Advance,
    *,
    now: datetime,
) -> Comparison:
    """Every candidate over the receipts; the same for any number of workers.

    Raises CandidatesWrong, MoneyDiffers, WindowWrong, SampleWrong, NothingToSimulate,
    RecordedNeedsOwn, WorkersLost, and what `advance` raises.
    """
    found = replay_candidates(candidates, prepared, options, advance, now=now)
    if not any(key[0] in (MEMBERS, NOBODY) for key in found[0].counts):
        raise NothingToSimulate
    zone, parts = candidates[0].programme.zone, prepared.parts
    since, until = _window(options, zone)
    end, points = last_moment(parts, until), _points(options.response)
    first = max(since, parts.first)
    terms = Terms(
        _month(moment_of(first), zone),
        _month(end, zone),
        options.behaviour,
        options.points_cost,
    )
    outcomes = _outcomes(candidates, found[:: len(points)], terms)
    ends = {}
    if len(points) > 1:
        low = _outcomes(candidates, found[1 :: len(points)], terms)
        high = _outcomes(candidates, found[2 :: len(points)], terms)
        ends = {one.code: Ends(*pair) for one, *pair in zip(candidates, low, high, strict=True)}
    return Comparison(
        source=prepared.name,
        money=candidates[0].programme.money,
        money_scale=prepared.money_scale,
        since=f"{moment_of(first).astimezone(zone):%Y-%m-%d}",
        until=f"{end.astimezone(zone):%Y-%m-%d}",
        customers=outcomes[0].totals.members,
        receipts=outcomes[0].totals.receipts + outcomes[0].anonymous.receipts,
        sample=float(options.sample),
        seed=options.seed,
        behaviour=options.behaviour,
        response=options.response,
        points_cost=options.points_cost,
        outcomes=outcomes,
        ends=ends,
        assumptions=tuple(_assumptions(options, is_file=parts.kind == "rows")),
    )


def replay_candidates(
    candidates: Sequence[Candidate],
    prepared: Prepared,
    options: Options,
    advance: Advance,
    *,
    now: datetime,
) -> list[Replayed]:
    """The sums of each candidate: likely, and where the response is a range low and high too.

    Raises what `simulate` raises, but for NothingToSimulate.
    """
    _check(candidates, prepared, options)
    parts, points = prepared.parts, _points(options.response)
    since, until = _window(options, candidates[0].programme.zone)
    job = Job(
        tuple(to_mapping(one.programme.document) for one in candidates),
        tuple(Run(place, point) for place in range(len(candidates)) for point in points),
        options.behaviour,
        options.seed,
        float(options.sample),
        since,
        until,
        last_moment(parts, until),
        now,
    )

    def told(done: int) -> None:
        advance(REPLAYING, done, parts.total)

    return replay_parts(parts, job, workers=options.workers, advance=told)


def _outcomes(
    candidates: Sequence[Candidate], found: Sequence[Replayed], terms: Terms
) -> tuple[Outcome, ...]:
    first = outcome_of(candidates[0], found[0], terms)
    rest = [
        outcome_of(candidate, sums, terms, first, found[0])
        for candidate, sums in zip(candidates[1:], found[1:], strict=True)
    ]
    return (first, *rest)


def _check(candidates: Sequence[Candidate], prepared: Prepared, options: Options) -> None:
    if not 0 < len(candidates) <= CANDIDATES_MAX:
        raise CandidatesWrong(most=CANDIDATES_MAX)
    _check_money(candidates)
    if candidates[0].programme.money_scale != prepared.money_scale:
        raise MoneyDiffers(money=candidates[0].programme.money)
    if not 0 < options.sample <= 1:
        raise SampleWrong
    if options.behaviour.kind == "recorded" and prepared.parts.kind == "rows":
        raise RecordedNeedsOwn
    if options.since and options.until and options.until <= options.since:
        raise WindowWrong


def _check_money(candidates: Sequence[Candidate]) -> None:
    money = {(one.programme.money, one.programme.money_scale) for one in candidates}
    if len(money) > 1:
        raise MoneyDiffers(money=", ".join(sorted(name for name, _ in money)))


def _points(response: Response) -> tuple[Point, ...]:
    if response.is_none:
        return (NO_POINT,)
    if not response.is_range:
        return (response.likely,)
    return response.likely, response.low, response.high


def _window(options: Options, zone: ZoneInfo) -> tuple[int, int]:
    def midnight(day: date) -> int:
        return micros(datetime.combine(day, time(), tzinfo=zone).astimezone(UTC))

    since = midnight(options.since) if options.since else -_FOREVER
    until = midnight(options.until) if options.until else _FOREVER
    return since, until


def _month(at: datetime, zone: ZoneInfo) -> int:
    return period_number(at, Period.MONTH, zone)


def _assumptions(options: Options, *, is_file: bool) -> Iterator[Told]:
    behaviour, response = options.behaviour, options.response
    params: dict[str, str | int] = {}
    if behaviour.kind == "from":
        params["least_minor"] = behaviour.least_minor
    if behaviour.kind == "share":
        params["share"] = f"{float(100 * behaviour.share):g}"
    yield Told(f"simulation.behaviour_{behaviour.kind}", params)
    if response.is_none:
        yield Told("simulation.response_none")
    else:
        for name in ("frequency", "check"):
            span = getattr(response, name)
            if any(span):
                shares = {part: f"{float(100 * share):g}" for part, share in span._asdict().items()}
                yield Told(f"simulation.response_{name}", shares)
    if options.points_cost != 1:
        yield Told("simulation.points_cost", {"share": f"{float(100 * options.points_cost):g}"})
    if options.sample != 1:
        yield Told("simulation.sampled", {"share": f"{float(100 * options.sample):g}"})
    yield Told("simulation.enrolled_at_first" if is_file else "simulation.members_as_they_are")
