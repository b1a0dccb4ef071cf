"""What an import says of itself: how it reads the file, and afterwards what became of every row."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regulars.cli.session import Session
from regulars.core.receipts.columns import FIELDS
from regulars.core.receipts.layout import Layout
from regulars.core.receipts.problem import Problem
from regulars.core.receipts.tally import Sum, Tally
from regulars.core.scene import decimal_text
from regulars.integrations.receipts.source import Source


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is to be told after an import."""

    source: Source
    layout: Layout
    tally: Tally
    customers: int
    created: int
    money: str
    money_scale: int
    seconds: float
    dry_run: bool
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
    tally, sums = report.tally, _sums(report)
    reasons = _reasons(report)
    return {
        "file": {
            "rows": sum(part.rows for part in sums.values()),
            "amount_minor": sum(part.amount_minor for part in sums.values()),
            "format": report.source.format,
            "encoding": report.source.encoding,
            "delimiter": report.source.delimiter,
            "preset": report.layout.preset,
            "columns": {field: list(names) for field, names in report.layout.columns.items()},
        },
        "sales": _part(sums["sold"], receipts=tally.sales, already=tally.sales_known),
        "returns": _part(sums["returned"], receipts=tally.returns, already=tally.returns_known),
        "rejected": _part(
            sums["refused"],
            by_reason={
                code: _part(part, says=session.say(code, **_shown(report, code)))
                for code, part in reasons.items()
            },
        ),
        "members": {"customers": report.customers, "new": report.created},
        "anonymous_sales_of_unknown_customers": tally.anonymous,
        "money": {"currency": report.money, "scale": report.money_scale},
        "dry_run": report.dry_run,
        "rejects_file": str(report.rejects) if report.rejects else None,
        "seconds": round(report.seconds, 3),
    }


def report_lines(session: Session, report: Report) -> list[str]:
    """The report for a person."""
    tally, sums = report.tally, _sums(report)
    whole = Sum(*map(sum, zip(*sums.values(), strict=True)))
    lines = [session.say("import.dry_run")] if report.dry_run else []
    for code, part, receipts, known in (
        ("import.sold", sums["sold"], tally.sales, tally.sales_known),
        ("import.returned", sums["returned"], tally.returns, tally.returns_known),
    ):
        lines.append(session.say(code, **_told(part, report), receipts=receipts, already=known))
    lines.append(session.say("import.refused", **_told(sums["refused"], report)))
    for code, part in _reasons(report).items():
        reason = session.say(code, **_shown(report, code))
        lines.append(session.say("import.refused_because", reason=reason, **_told(part, report)))
    lines.append(session.say("import.whole", **_told(whole, report)))
    lines.append(session.say("import.members", customers=report.customers, new=report.created))
    if tally.anonymous:
        lines.append(session.say("import.anonymous", receipts=tally.anonymous))
    if report.rejects:
        lines.append(session.say("import.rejects_file", file=str(report.rejects)))
    return lines


def _sums(report: Report) -> dict[str, Sum]:
    sold, returned, refused = report.tally.sums()
    refused = Sum(refused.rows + len(report.source.broken), refused.amount_minor)
    return {"sold": sold, "returned": returned, "refused": refused}


def _reasons(report: Report) -> dict[str, Sum]:
    reasons = report.tally.reasons()
    for row in report.source.broken:
        count = reasons.get(row.problem.code, Sum(0, 0)).rows
        reasons[row.problem.code] = Sum(count + 1, 0)
    return reasons


def _shown(report: Report, code: str) -> Mapping[str, object]:
    """What the sentence of a reason needs, from the first row that has it."""
    for problem in report.tally.rows.problems.values():
        if problem.code == code:
            return dict(problem.params)
    for row in report.source.broken:
        if row.problem.code == code:
            return dict(row.problem.params)
    return {}


def _part(part: Sum, **more: Any) -> dict[str, Any]:
    return {"rows": part.rows, "amount_minor": part.amount_minor, **more}


def _told(part: Sum, report: Report) -> dict[str, object]:
    amount = decimal_text(part.amount_minor, report.money_scale)
    return {"rows": part.rows, "amount": amount, "money": report.money}
