"""What an import says of itself: how it reads the file, and afterwards what became of every row."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regulars.cli.session import Session
from regulars.core.receipts.columns import FIELDS
from regulars.core.receipts.layout import Layout
from regulars.core.receipts.problem import Problem
from regulars.core.receipts.tally import Sum
from regulars.core.scene import decimal_text
from regulars.integrations.receipts.report import Imported, params_of, reasons_of, sums_of
from regulars.integrations.receipts.source import Source


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is to be told after an import."""

    done: Imported
    seconds: float
    rejects: Path | None


def tell_layout(session: Session, source: Source, layout: Layout, zone: str) -> None:
    """Show, before anything is done, which column is taken for what."""
    session.tell(
        "import.reading",
        rows=len(source) + len(source.broken),
        format=source.format,
        encoding=source.encoding or "—",
        delimiter=repr(source.delimiter) if source.delimiter else "—",
    )
    if layout.preset:
        session.tell("import.preset", preset=layout.preset)
    for field in FIELDS:
        names = layout.columns.get(field)
        if names:
            session.tell("import.column", field=field, columns=list(names))
    used = {name for names in layout.columns.values() for name in names}
    left = [name for name in source.names if name not in used]
    if left:
        session.tell("import.columns_left", columns=left)
    session.tell("import.zone", zone=zone)


def say_problem(session: Session, problem: Problem) -> str:
    """The reason against a row in words."""
    return session.say(problem.code, **dict(problem.params))


def report_data(session: Session, report: Report) -> dict[str, Any]:
    """The report as JSON: the three sums add up to the file."""
    done, sums = report.done, sums_of(report.done)
    tally = done.tally
    reasons = reasons_of(done)
    return {
        "file": {
            "rows": sum(part.rows for part in sums.values()),
            "amount_minor": sum(part.amount_minor for part in sums.values()),
            "format": done.source.format,
            "encoding": done.source.encoding,
            "delimiter": done.source.delimiter,
            "preset": done.layout.preset,
            "columns": {field: list(names) for field, names in done.layout.columns.items()},
        },
        "sales": _part(sums["sold"], receipts=tally.sales, already=tally.sales_known),
        "returns": _part(sums["returned"], receipts=tally.returns, already=tally.returns_known),
        "rejected": _part(
            sums["refused"],
            by_reason={
                code: _part(part, says=session.say(code, **params_of(done, code)))
                for code, part in reasons.items()
            },
        ),
        "members": {"customers": done.customers, "new": done.created},
        "anonymous_sales_of_unknown_customers": tally.anonymous,
        "money": {"currency": done.money, "scale": done.money_scale},
        "dry_run": done.dry_run,
        "rejects_file": str(report.rejects) if report.rejects else None,
        "seconds": round(report.seconds, 3),
    }


def report_lines(session: Session, report: Report) -> list[str]:
    """The report for a person."""
    done, sums = report.done, sums_of(report.done)
    tally = done.tally
    whole = Sum(*map(sum, zip(*sums.values(), strict=True)))
    lines = [session.say("import.dry_run")] if done.dry_run else []
    for code, part, receipts, known in (
        ("import.sold", sums["sold"], tally.sales, tally.sales_known),
        ("import.returned", sums["returned"], tally.returns, tally.returns_known),
    ):
        lines.append(session.say(code, **_told(part, done), receipts=receipts, already=known))
    lines.append(session.say("import.refused", **_told(sums["refused"], done)))
    for code, part in reasons_of(done).items():
        reason = session.say(code, **params_of(done, code))
        lines.append(session.say("import.refused_because", reason=reason, **_told(part, done)))
    lines.append(session.say("import.whole", **_told(whole, done)))
    lines.append(session.say("import.members", customers=done.customers, new=done.created))
    if tally.anonymous:
        lines.append(session.say("import.anonymous", receipts=tally.anonymous))
    if report.rejects:
        lines.append(session.say("import.rejects_file", file=str(report.rejects)))
    return lines


def _part(part: Sum, **more: Any) -> dict[str, Any]:
    return {"rows": part.rows, "amount_minor": part.amount_minor, **more}


def _told(part: Sum, done: Imported) -> dict[str, object]:
    amount = decimal_text(part.amount_minor, done.money_scale)
    return {"rows": part.rows, "amount": amount, "money": done.money}
