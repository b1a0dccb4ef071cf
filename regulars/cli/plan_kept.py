"""`regulars plan store|list|actual|pay|archive`: plans that are kept, and what happened to them."""

from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

import click

from regulars.cli.acting import acting_person, by_option
from regulars.cli.plan_files import kept_id, plan_of
from regulars.cli.session import Session, pass_session
from regulars.cli.tables import table_lines
from regulars.contexts.economics.queries.actuals import track_plan
from regulars.contexts.economics.queries.plans import (
    PlanNotFound,
    get_plan,
    get_plan_document,
    list_plans,
)
from regulars.contexts.economics.types import PlanView
from regulars.contexts.economics.usecases.plans import (
    archive_plan,
    create_plan,
    save_plan,
    set_actual_cost,
)
from regulars.contexts.ledger.usecases.sealing import post_due
from regulars.contexts.programme.queries import compiled_at
from regulars.core.economics.actuals import TYPED_GROUPS, CostInvalid, Tracking
from regulars.core.economics.document import Plan
from regulars.core.programme.compiled import Compiled
from regulars.core.programme.texts import text_in, to_minor
from regulars.documents.analysis_page import shown
from regulars.documents.plan_tables import FIGURES, line_title, result_text, tracking_table
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction

_AT_ONCE = 500


@click.command()
@click.argument("file")
@click.option("--as", "into", metavar="ID", help="The next version of the plan kept under this id.")
@click.option("--note", default="", help="Why.")
@by_option
@pass_session
def store(session: Session, file: str, into: str | None, note: str, email: str | None) -> None:
    """Keep the plan in FILE, as a new one or as the next version of one that is kept."""
    plan = plan_of(session, file)
    with session.database():
        by, now = acting_person(session, email), utc_now()

        def work() -> PlanView:
            if into is None:
                return create_plan(plan, note=note, now=now, by=by)
            kept = get_plan(_id(into))
            return save_plan(kept.id, plan, seen=kept.version, note=note, now=now, by=by)

        view = in_transaction(work)
    session.show(_told(view), session.say("plan.stored", id=view.id, version=view.version))


@click.command("list")
@click.option("--archived", is_flag=True, help="Those that were put away.")
@pass_session
def list_kept(session: Session, archived: bool) -> None:
    """The plans that are kept, the newest first."""
    with session.database():
        found = list_plans(archived=archived, limit=_AT_ONCE)
    heads = [session.say(f"plan.list_{name}") for name in ("id", "title", "version", "changed")]
    rows = [
        [
            str(view.id),
            text_in(dict(view.title), session.language),
            str(view.version),
            view.changed_at.isoformat(timespec="minutes"),
        ]
        for view in found
    ]
    session.show([_told(view) for view in found], table_lines(heads, rows, left=2))


@click.command()
@click.argument("plan_id", metavar="ID")
@by_option
@pass_session
def archive(session: Session, plan_id: str, email: str | None) -> None:
    """Put the plan ID away; nothing is lost."""
    with session.database():
        by = acting_person(session, email)
        view = in_transaction(lambda: archive_plan(_id(plan_id), now=utc_now(), by=by))
    session.show(_told(view), session.say("plan.put_away", id=view.id))


@click.command()
@click.argument("plan_id", metavar="ID")
@click.argument("month", metavar="YYYY-MM")
@click.argument("group", type=click.Choice(TYPED_GROUPS))
@click.argument("amount")
@click.option("--note", default="", help="What for.")
@by_option
@pass_session
def pay(
    session: Session, plan_id: str, month: str, group: str, amount: str, note: str,
    email: str | None,
) -> None:  # fmt: skip
    """Type in what was really paid for a GROUP of the budget in a month; «none» takes it back."""
    with session.database():
        by, now, wanted = acting_person(session, email), utc_now(), _id(plan_id)

        def work() -> Any:
            minor = _minor(amount, get_plan_document(wanted))
            return set_actual_cost(wanted, month, group, minor, note=note, now=now, by=by)

        view = in_transaction(work)
    session.show(asdict(view), session.say("plan.paid", month=view.month))


@click.command()
@click.argument("plan_id", metavar="ID")
@click.option("--as-posted", is_flag=True, help="Leave what is due by the clock unposted.")
@pass_session
def actual(session: Session, plan_id: str, as_posted: bool) -> None:
    """The plan ID against the books and the costs typed in, and what it comes to at this pace."""
    wanted = _id(plan_id)
    with session.database():
        now = utc_now()
        if not as_posted:
            _post_due(session, in_transaction(lambda: compiled_at(now)))
        plan = in_transaction(lambda: get_plan_document(wanted))
        found = in_transaction(lambda: track_plan(wanted, now=now))
    session.show(tracking_data(found), _lines(session, plan, found))


def tracking_data(found: Tracking) -> dict[str, Any]:
    """A tracking as JSON."""
    return {
        "months": [
            {
                "month": month.month,
                "lines": [
                    one._asdict() | {"deviation": one.deviation} for one in month.lines
                ],
            }
            for month in found.months
        ],
        "so_far": [one._asdict() | {"deviation": one.deviation} for one in found.so_far],
        "ahead": [
            {"line": one.line, "planned": one.planned, "forecast": one.actual}
            for one in found.ahead
        ],
        "forecast": found.results._asdict(),
    }  # fmt: skip


def _lines(session: Session, plan: Plan, found: Tracking) -> list[str]:
    language = session.language
    if not found.months:
        return [session.say("plan.page_no_actuals")]
    table = tracking_table(found, language)
    rows = [
        [shown(cell, kind, language) for cell, kind in zip(row, table.kinds, strict=True)]
        for row in table.rows
    ]
    lines = table_lines(list(table.heads), rows)
    last = found.months[-1]
    lines += ["", f"{session.say('plan.head_month')} {last.month}"]
    heads = [
        session.say(f"plan.head_{name}") for name in ("line", "planned", "actual", "deviation")
    ]
    lines += table_lines(
        heads,
        [
            [
                line_title(one.line, language),
                shown(one.planned, "money", language),
                shown(one.actual, "money", language),
                shown(one.deviation, "share", language),
            ]
            for one in last.lines
        ],
    )
    lines += ["", session.say("plan.page_forecast_how"), ""]
    told = [
        [
            session.say(f"plan.{name}"),
            result_text(found.results, name, language, scale=plan.money_scale),
        ]
        for name in FIGURES
        if name in ("margin", "cost", "net", "npv", "payback", "funding")
    ]
    return lines + table_lines([session.say("plan.head_forecast"), plan.money], told)


def _id(text: str) -> UUID:
    found = kept_id(text)
    if found is None:
        raise PlanNotFound
    return found


def _minor(text: str, plan: Plan) -> int | None:
    if text == "none":
        return None
    try:
        return to_minor(Decimal(text), plan.money_scale)
    except (InvalidOperation, ValueError, OverflowError):
        raise CostInvalid(pointer="/amount_minor", field="amount") from None


def _told(view: PlanView) -> dict[str, Any]:
    return {
        key: value.isoformat() if hasattr(value, "isoformat") else value
        for key, value in asdict(view).items()
    } | {"id": str(view.id)}


def _post_due(session: Session, programme: Compiled) -> None:
    last = None
    with session.progress("kpi.progress") as advance:
        while True:
            last = post_due(programme, limit=_AT_ONCE, after=last, now=utc_now())
            if last is None:
                return
            advance(_AT_ONCE)
