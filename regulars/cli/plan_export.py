"""`regulars plan export`: a plan as a workbook, page, picture or table."""

from pathlib import Path

import click

from regulars.cli.plan_files import PlanUnwritable, kept_id, plan_of, telling_problems
from regulars.cli.session import Session, pass_session
from regulars.contexts.economics.queries.actuals import track_plan
from regulars.core.economics.actuals import Tracking
from regulars.core.economics.report import PATHS, report_of
from regulars.core.refusal import Invalid
from regulars.documents.plan_files import FORMS, write_plan
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction


class ExportUnknown(Invalid):
    """Neither --to nor the ending of --out says which form."""

    code = "plan.export_unknown"


@click.command()
@click.argument("file")
@click.option(
    "--to", "form", type=click.Choice(FORMS), help="Which form, else by the ending of --out."
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="A new file for it.")
@click.option("--paths", type=click.IntRange(1, 1_000_000), default=PATHS, show_default=True)
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=1, show_default=True)
@pass_session
def export(
    session: Session, file: str, form: str | None, out: Path | None, paths: int, seed: int
) -> None:
    """The plan in FILE (or kept under an id) to show to others.

    A workbook with live formulas (xlsx), a page (html), a picture (png), the months (csv).
    """
    ending = out.suffix[1:].lower() if out else ""
    chosen = next((each for each in FORMS if each == (form or ending)), None)
    if chosen is None:
        raise ExportUnknown(form=(form or ending)[:20])
    path = out or Path(f"{Path(file).stem}.{chosen}")
    if path.exists():
        raise PlanUnwritable(file=str(path), reason=session.say("plan.file_there"))
    plan = plan_of(session, file)
    with telling_problems(session):
        report = report_of(plan, _tracked(session, file), paths=paths, seed=seed)
    try:
        write_plan(report, chosen, path, language=session.language)
    except OSError as failure:
        raise PlanUnwritable(file=str(path), reason=failure.strerror or "?") from None
    session.show({"file": str(path)}, session.say("plan.wrote", file=path))


def _tracked(session: Session, file: str) -> Tracking | None:
    """What happened, of a plan that is kept."""
    kept = kept_id(file)
    if kept is None:
        return None
    with session.database():
        return in_transaction(lambda: track_plan(kept, now=utc_now()))
