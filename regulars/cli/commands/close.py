"""`regulars close`: freeze a month of the books for good; open it again by two people's word."""

import time
from dataclasses import asdict
from typing import Any

import click

from regulars.cli.acting import acting_person, by_option
from regulars.cli.liability_options import (
    check_new,
    month_number,
    policy_of,
    policy_options,
    post_all_due,
    write_entries,
)
from regulars.cli.liability_text import statement_lines
from regulars.cli.session import Session, pass_session
from regulars.cli.tables import table_lines
from regulars.contexts.economics.queries.closes import (
    compare_close,
    get_close,
    last_policy,
    list_closes,
    statement_of,
)
from regulars.contexts.economics.types import CloseLine, CloseView, Compared
from regulars.contexts.economics.usecases.closes import (
    PostingUnderWay,
    close_period,
    decide_reopening,
    find_reopening,
    request_reopening,
)
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.security.types import Actor
from regulars.core.economics.closing import Policy
from regulars.core.economics.statement import month_name
from regulars.core.refusal import Invalid, NotFound
from regulars.core.wording.telling import figure
from regulars.documents.liability_files import write_liability
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction

_TRIES = 30


class MonthNeeded(Invalid):
    """Which month is not said."""

    code = "close.month_needed"


class NothingAsked(NotFound):
    """Nobody has asked to open the month again."""

    code = "close.nothing_asked"


class OneAtATime(Invalid):
    """--list, --show, --compare, --reopen, --approve and --reject exclude each other."""

    code = "close.one_at_a_time"


@click.command()
@click.argument("month", required=False, metavar="[YYYY-MM]")
@click.option("--list", "lists", is_flag=True, help="Every close and every reopening.")
@click.option("--show", is_flag=True, help="The month as it is closed.")
@click.option("--compare", is_flag=True, help="The closed month beside what the books say today.")
@click.option("--reopen", is_flag=True, help="Ask a second person to open the month again.")
@click.option("--approve", is_flag=True, help="Open it, as that second person.")
@click.option("--reject", is_flag=True, help="Leave it closed, as that second person.")
@click.option("--reason", default="", help="Why it is to be opened, or is not.")
@click.option("--alone-reason", help="Where there is no second person: why it is opened alone.")
@policy_options
@by_option
@pass_session
def close(
    session: Session, month: str | None, lists: bool, email: str | None, **options: Any
) -> None:
    """Close a month: points and money by vintage, estimate, back-test and journal are frozen.

    What comes later counts in the next open month. A month is opened again by a second person's
    word, and then closed anew (docs/liability.md). Closing twice changes nothing.
    """
    what = [name for name in _DEEDS if options[name]] + ["list"] * lists
    if len(what) > 1:
        raise OneAtATime
    check_new(options["journal_file"])
    if not lists and month is None:
        raise MonthNeeded
    number = None if month is None else month_number(month)
    with session.database():
        by = acting_person(session, email)
        if number is None or lists:
            _list(session, by)
        else:
            deed = _DEEDS[what[0]] if what else _close
            deed(session, number, options, by)


COMMAND = close


def _close(session: Session, month: int, options: dict[str, Any], by: Actor) -> None:
    last = in_transaction(last_policy)
    policy = policy_of(
        last,
        options["redeemed_share"],
        options["tail_months"],
        options["revenue_account"],
        options["liability_account"],
    )
    post_all_due(session, in_transaction(lambda: compiled_at(utc_now())))
    view = _closed(session, month, policy, by)
    code = "close.closed" if view.is_new else "close.was_closed"
    _tell(session, view, options, session.say(code, month=month_name(month)))


def _closed(session: Session, month: int, policy: Policy | None, by: Actor) -> CloseView:
    """Close, waiting for those who post into the month right now."""
    for left in reversed(range(_TRIES)):
        try:
            return in_transaction(lambda: close_period(month, policy=policy, now=utc_now(), by=by))
        except PostingUnderWay:
            if not left:
                raise
            if left == _TRIES - 1:
                session.tell("close.waiting")
            time.sleep(1)
    raise AssertionError("the loop returns or raises")


def _show(session: Session, month: int, options: dict[str, Any], by: Actor) -> None:
    _tell(session, in_transaction(lambda: get_close(month, by=by)), options, None)


def _tell(session: Session, view: CloseView, options: dict[str, Any], said: str | None) -> None:
    statement = in_transaction(lambda: statement_of(view))
    data = {**statement.as_json(), "is_new": view.is_new, "by": view.line.by}
    lines = [*([said, ""] if said else []), *statement_lines(statement, session)]
    path, folder = options["journal_file"], options["folder"]
    if path is not None:
        count = write_entries(session, statement, path, options["form"])
        data["journal"] = {"file": str(path), "entries": count}
        lines += ["", session.say("liability.journal", entries=count, file=str(path))]
    if folder is not None:
        written = write_liability(statement, folder, language=session.language)
        data["files"] = [str(each) for each in written]
        lines += ["", session.say("liability.files", count=len(written), folder=str(folder))]
    session.show(data, lines)


def _list(session: Session, by: Actor) -> None:
    lines = in_transaction(lambda: list_closes(by=by))
    heads = [
        session.say(f"close.head_{name}")
        for name in ("number", "month", "kind", "at", "by", "hash")
    ]
    body = [
        [
            str(one.number),
            month_name(one.month),
            session.say(f"close.kind_{one.kind}{'' if one.in_force else '_before'}"),
            f"{one.at:%Y-%m-%d %H:%M}",
            one.by,
            one.hash[:16],
        ]
        for one in lines
    ]
    shown = table_lines(heads, body) if body else [session.say("close.none")]
    session.show({"closes": [_line(one) for one in lines]}, shown)


def _line(one: CloseLine) -> dict[str, Any]:
    return {**asdict(one), "month": month_name(one.month)}


def _compare(session: Session, month: int, options: dict[str, Any], by: Actor) -> None:
    view = in_transaction(lambda: get_close(month, by=by))
    found = in_transaction(lambda: compare_close(month, by=by))
    data = {code: _compared(one) for code, one in found.items()}
    lines = [session.say("close.compared", month=month_name(month))]
    for code, one in found.items():
        kept = view.frozen.currencies.get(code)
        scale = kept.terms.scale if kept else 0
        frozen, today = one.frozen, one.today
        lines.append(
            session.say(
                "close.same" if one.is_same else "close.differs",
                currency=code,
                late=one.late.transactions,
                frozen_points=figure(frozen.closing_points, scale, session.language),
                today_points=figure(today.closing_points, scale, session.language),
                frozen_money=figure(
                    frozen.money.closing_minor, view.frozen.money_scale, session.language
                ),
                today_money=figure(
                    today.money.closing_minor, view.frozen.money_scale, session.language
                ),
            )
        )
    session.show({"month": month_name(month), "currencies": data}, lines)


def _compared(one: Compared) -> dict[str, Any]:
    return {
        "is_same": one.is_same,
        "late": {"transactions": one.late.transactions, **one.late.flow._asdict()},
        **{
            name: {
                "opening_points": entry.opening_points,
                **entry.flow._asdict(),
                "closing_points": entry.closing_points,
                **entry.money._asdict(),
            }
            for name, entry in (("frozen", one.frozen), ("today", one.today))
        },
    }


def _reopen(session: Session, month: int, options: dict[str, Any], by: Actor) -> None:
    asked = in_transaction(
        lambda: request_reopening(month, options["reason"], now=utc_now(), by=by)
    )
    told = session.say("close.asked", month=month_name(month))
    session.show({"approval": str(asked.id), "month": month_name(month)}, told)


def _approve(session: Session, month: int, options: dict[str, Any], by: Actor) -> None:
    _decide(session, month, options, by, approve=True)


def _reject(session: Session, month: int, options: dict[str, Any], by: Actor) -> None:
    _decide(session, month, options, by, approve=False)


def _decide(
    session: Session, month: int, options: dict[str, Any], by: Actor, *, approve: bool
) -> None:
    asked = in_transaction(lambda: find_reopening(month, by=by))
    if asked is None:
        raise NothingAsked(month=month_name(month))
    _, line = in_transaction(
        lambda: decide_reopening(
            asked.id,
            approve,
            options["reason"],
            alone_reason=options["alone_reason"],
            now=utc_now(),
            by=by,
        )
    )
    code = "close.reopened" if line else "close.left"
    session.show(
        {"month": month_name(month), "reopened": line is not None},
        session.say(code, month=month_name(month)),
    )


_DEEDS = {
    "show": _show,
    "compare": _compare,
    "reopen": _reopen,
    "approve": _approve,
    "reject": _reject,
}
