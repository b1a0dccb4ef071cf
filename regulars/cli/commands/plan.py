"""`regulars plan`: what a programme is worth, from a plan in a file; no database is needed."""

from collections.abc import Sequence
from pathlib import Path

import click

from regulars.cli.plan_export import export
from regulars.cli.plan_files import changes_of, plan_of, telling_problems, text_of, write_new
from regulars.cli.plan_kept import actual, archive, list_kept, pay, store
from regulars.cli.plan_making import new
from regulars.cli.session import Session, pass_session
from regulars.cli.tables import table_lines
from regulars.core.economics.document import Plan
from regulars.core.economics.monte_carlo import PATHS_MAX, Band, simulate
from regulars.core.economics.plan import with_changes
from regulars.core.economics.results import Case, case_of
from regulars.core.economics.scenarios import compare_scenarios
from regulars.core.economics.sensitivity import tornado_of
from regulars.core.programme.texts import text_in
from regulars.documents.analysis_page import shown
from regulars.documents.plan_tables import FIGURES, SERIES, figure_text, money_text, months_text

_FILE = click.argument("file")


@click.group("plan")
def plan() -> None:
    """What a programme is worth: a plan in a file, its months, figures and risk."""


COMMAND = plan


for _each in (new, export, store, list_kept, actual, pay, archive):
    plan.add_command(_each)


@plan.command()
@_FILE
@click.option("--months", is_flag=True, help="Every month as well.")
@pass_session
def show(session: Session, file: str, months: bool) -> None:
    """The figures of the plan in FILE: return, present value, payback, funding, break-even."""
    case = case_of(plan_of(session, file))
    lines = _case_lines(session, case)
    if months:
        lines += ["", *_month_lines(session, case)]
    session.show({"results": case.results._asdict(), "months": _months(case)}, lines)


@plan.command("set")
@_FILE
@click.argument("changes", nargs=-1, required=True, metavar="NAME=VALUE...")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="A new file for it.")
@pass_session
def change(session: Session, file: str, changes: Sequence[str], out: Path | None) -> None:
    """The plan in FILE with assumptions changed, beside what it was.

    VALUE is a number, or LOW/LIKELY/HIGH for one with a range: base.check=18/20/25.
    """
    before = plan_of(session, file)
    with telling_problems(session):
        after = with_changes(before, changes_of(changes))
    if out:
        write_new(out, text_of(after))
    cases = [case_of(before), case_of(after)]
    heads = [session.say("plan.before"), session.say("plan.after")]
    told = {"before": cases[0].results._asdict(), "after": cases[1].results._asdict()}
    session.show(told, _beside(session, heads, cases))


@plan.command()
@_FILE
@pass_session
def compare(session: Session, file: str) -> None:
    """The plan in FILE and its scenarios side by side."""
    found = compare_scenarios(plan_of(session, file))
    heads = [
        text_in(one.scenario.title, session.language)
        if one.scenario and one.scenario.title
        else one.scenario.code
        if one.scenario
        else session.say("plan.itself")
        for one in found
    ]
    told = [
        {"scenario": one.scenario.code if one.scenario else None, **one.case.results._asdict()}
        for one in found
    ]
    session.show(told, _beside(session, heads, [one.case for one in found]))


@plan.command()
@_FILE
@click.option("--swing", type=click.FloatRange(0, 1), default=0.0,
              help="Move what has no range by this share too, such as 0.1.")  # fmt: skip
@pass_session
def tornado(session: Session, file: str, swing: float) -> None:
    """Which assumptions of the plan in FILE matter: present value at the ends of each one's range."""
    read = plan_of(session, file)
    found = tornado_of(read, swing=swing)
    heads = [
        session.say(f"plan.head_{name}") for name in ("name", "low", "high", "npv_low", "npv_high")
    ]
    rows = [
        [bar.name + ("" if bar.stated else " *"), f"{bar.low:.6g}", f"{bar.high:.6g}",
         _money(session, read, bar.npv_low), _money(session, read, bar.npv_high)]
        for bar in found.bars
    ]  # fmt: skip
    lines = [f"{session.say('plan.npv')}: {_money(session, read, found.npv)}", ""]
    lines += table_lines(heads, rows) if rows else [session.say("plan.no_ranges")]
    if any(not bar.stated for bar in found.bars):
        lines.append(session.say("plan.swung", share=shown(swing, "share", session.language)))
    told = {"npv": found.npv, "bars": [bar._asdict() for bar in found.bars]}
    session.show(told, lines)


@plan.command()
@_FILE
@click.option("--paths", type=click.IntRange(1, PATHS_MAX), default=100_000, show_default=True)
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=1, show_default=True)
@pass_session
def risk(session: Session, file: str, paths: int, seed: int) -> None:
    """What the plan in FILE may come to when its assumptions are drawn from their ranges."""
    read = plan_of(session, file)
    with telling_problems(session):
        found = simulate(read, paths=paths, seed=seed)
    language = session.language

    def put(code: str, cells: Sequence[str]) -> list[str]:
        return [session.say(f"plan.{code}"), *cells]

    def band(of: Band) -> list[str]:
        return [_money(session, read, value) for value in of]

    times = [months_text(value, session.language) for value in found.payback]
    rows = [put("npv", band(found.npv)), put("funding", band(found.funding)), put("payback", times)]
    lines = [
        session.say("plan.drawn", paths=found.paths, assumptions=len(found.uncertain), seed=seed),
        "",
        *table_lines(["", "P10", "P50", "P90"], rows),
        "",
        session.say(
            "plan.loss",
            share=shown(found.loss, "share", language),
            error=f"{found.loss_error:.2%}",
        ),
        session.say("plan.never", share=shown(found.never, "share", language)),
    ]
    fan = [{"month": month, **row._asdict()} for month, row in enumerate(found.fan)]
    told = {**found._asdict(), "fan": fan, "npv": found.npv._asdict(),
            "funding": found.funding._asdict()}  # fmt: skip
    session.show(told, lines if found.uncertain else [*lines, session.say("plan.no_ranges")])


def _months(case: Case) -> list[dict[str, float]]:
    series = {name: getattr(case.flows, name)[:, 0] for name in SERIES}
    costs = {f"cost_{group}": rows for group, rows in case.flows.costs.items()}
    return [
        {"month": month}
        | {name: float(values[month]) for name, values in series.items()}
        | {name: float(rows[month, 0]) for name, rows in costs.items()}
        for month in range(case.plan.months + 1)
    ]


def _case_lines(session: Session, case: Case) -> list[str]:
    title = text_in(case.plan.title, session.language)
    span = session.say("plan.span", start=case.plan.start, months=case.plan.months)
    lines = [f"{title}, {span}", ""]
    lines += table_lines(["", case.plan.money], _rows(session, [case]))
    if not case.results.responds:
        lines += ["", session.say("plan.no_response")]
    return lines


def _beside(session: Session, heads: Sequence[str], cases: Sequence[Case]) -> list[str]:
    return table_lines([cases[0].plan.money, *heads], _rows(session, cases))


def _rows(session: Session, cases: Sequence[Case]) -> list[list[str]]:
    return [
        [
            session.say(f"plan.{name}"),
            *(figure_text(case, name, session.language) for case in cases),
        ]
        for name in FIGURES
    ]


def _money(session: Session, of: Plan, value: float) -> str:
    return money_text(value, session.language, scale=of.money_scale)


def _month_lines(session: Session, case: Case) -> list[str]:
    heads = ["", *(session.say(f"plan.{name}") for name in SERIES)]
    rows = [
        [str(int(row["month"])), *(shown(row[name], "count", session.language) for name in SERIES)]
        for row in _months(case)
    ]
    return table_lines(heads, rows)
