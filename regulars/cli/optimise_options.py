"""The options by which `regulars simulate` searches for programmes, and what it then says."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

import click

from regulars.cli.session import Session
from regulars.cli.tables import table_lines
from regulars.core.economics.budget_text import read_budget
from regulars.core.economics.candidates import KINDS
from regulars.core.economics.frontier import (
    Answer,
    AnswerNeedsMargin,
    Frontier,
    Measure,
    read_answer,
    read_notice,
)
from regulars.core.programme.document import Programme
from regulars.core.programme.texts import text_in
from regulars.core.refusal import Invalid
from regulars.core.wording.telling import figure
from regulars.documents.analysis_page import shown
from regulars.documents.frontier_report import write_frontier
from regulars.studies.optimisation import Wish

Command = TypeVar("Command", bound=Callable[..., Any])
_OWN = ("budget", "models", "notice", "answer", "margin", "money", "money_scale")


class OneBase(Invalid):
    """A search goes around one programme, or from nothing."""

    code = "optimise.one_base"


class BudgetMissing(Invalid):
    """A search needs to know what may be spent."""

    code = "optimise.budget_missing"


class MarginWrong(Invalid):
    """The stated margin is no share."""

    code = "optimise.margin_wrong"


def optimise_options(command: Command) -> Command:
    """Add the options of a search to a command."""
    options = [
        click.option("--optimise", is_flag=True,
                     help="Search programmes under --budget: the efficient frontier."),
        click.option("--budget", metavar="SHARE|AMOUNT", help="2% of sales, or 50000."),
        click.option("--model", "models", multiple=True, type=click.Choice(KINDS),
                     help="Models to search (else all; with a PROGRAMME only around it)."),
        click.option("--notice", metavar="SHARE", help="What members notice, such as 1%."),
        click.option("--answer", metavar="HOW",
                     help="Sales by reward, as stated: 0.5/1/1.5,most=0.1. Needs --margin."),
        click.option("--margin", metavar="SHARE", help="Margin of sales, such as 0.35."),
        click.option("--money", default="EUR", show_default=True, metavar="CODE",
                     help="Money of the receipts where no PROGRAMME says so."),
        click.option("--money-scale", type=click.IntRange(0, 4), default=2, show_default=True),
    ]  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def take_wish(
    session: Session, given: dict[str, Any], documents: Sequence[Programme], time_zone: str | None
) -> Wish | None:
    """What is to be searched, taken out of the options; None where nothing is.

    Raises OneBase, BudgetMissing, BudgetWrong, AnswerNeedsMargin, MarginWrong, AnswerWrong, NoticeWrong.
    """
    asked = given.pop("optimise")
    own = {name: given.pop(name) for name in _OWN}
    if not asked:
        return None
    if len(documents) > 1:
        raise OneBase
    if not own["budget"]:
        raise BudgetMissing
    answer = _answer(own["answer"], own["margin"])
    notice = read_notice(own["notice"]) if own["notice"] else 0
    return Wish(
        budget=read_budget(own["budget"]),
        kinds=tuple(own["models"]),
        base=documents[0] if documents else None,
        measure=Measure(notice, answer),
        money=own["money"].upper(),
        money_scale=own["money_scale"],
        time_zone=time_zone or "UTC",
        language=session.language,
    )


def show_frontier(session: Session, found: Frontier, out: Path | None) -> None:
    """Print the frontier; with `out` write its report there."""
    lines = list(_lines(session, found))
    if out is not None:
        write_frontier(found, out, language=session.language)
        lines += ["", session.say("frontier.wrote", folder=out)]
    session.show(found.as_json(), lines)


def _lines(session: Session, found: Frontier) -> list[str]:
    language, kind = session.language, found.measure.kind

    def share(value: float) -> str:
        return shown(round(value, 6), "share", language)

    def percent(value: float) -> str:
        return figure(round(value * 10_000), 2, language)

    title = session.say("frontier.title", source=found.comparison.source)
    lines = [title, f"  {session.say('frontier.budget_share')}: {share(found.budget_share)}"]
    if found.measure.answer is None:
        lines += [
            f"  {session.say('frontier.measure_reach', notice=share(found.measure.notice / 1000))}",
            f"  {session.say('frontier.no_answer')}",
        ]
    tried = session.say("frontier.counted", tried=len(found.points), evaluations=found.evaluations)
    lines += [f"  {tried}", ""]
    if not found.best:
        return [*lines, session.say("frontier.none")]
    names = ["number", "programme", "cost_share", kind]
    rows = []
    for number, point in enumerate(found.best, 1):
        row = [str(number), text_in(dict(point.titles), language), percent(point.cost),
               percent(point.benefit)]  # fmt: skip
        if kind == "value":
            row += [percent(point.low), percent(point.high), percent(point.benefit - point.cost)]
        rows.append([*row, point.code])
    names += ["low", "high", "net"] if kind == "value" else []
    heads = [session.say(f"frontier.head_{name}") for name in (*names, "code")]
    return [*lines, *table_lines(heads, rows, left=2), "", session.say("frontier.frontier_note")]


def _answer(text: str | None, margin: str | None) -> Answer | None:
    if text is None:
        return None
    if margin is None:
        raise AnswerNeedsMargin
    try:
        share = Fraction(margin.replace(",", ".")) if len(margin) <= 20 else Fraction(0)
    except (ValueError, ZeroDivisionError):
        raise MarginWrong from None
    if not 0 < share <= 1:
        raise MarginWrong
    return read_answer(text, share)
