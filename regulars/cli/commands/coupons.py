"""`regulars coupons`: batches, codes made here and elsewhere, single coupons for support."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from regulars.cli.acting import acting_person, by_option
from regulars.cli.coupon_columns import coupon_columns
from regulars.cli.csv_files import reject_file, replacing, write_rows
from regulars.cli.member_naming import member_named
from regulars.cli.programme_files import moment_from
from regulars.cli.session import ExitCode, Session, pass_session
from regulars.cli.tables import table_lines
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.rewards.queries.coupons import (
    BatchNotFound,
    get_batch,
    get_coupon_life,
    list_batches,
)
from regulars.contexts.rewards.types import (
    BatchTerms,
    BatchView,
    CodeReject,
    CodeRow,
    CodesImported,
    CouponLife,
)
from regulars.contexts.rewards.usecases.coupon_batches import (
    GENERATED_MAX,
    create_batch,
    generate_codes,
    revoke_batch,
)
from regulars.contexts.rewards.usecases.coupon_codes import (
    EXPORT_COLUMNS,
    export_codes,
    import_codes,
)
from regulars.contexts.rewards.usecases.coupons import issue_from_batch, revoke_coupon
from regulars.contexts.security.types import Actor
from regulars.kit.clock import utc_now
from regulars.kit.csv_tables import Row, form_of, rows_of
from regulars.kit.ids import new_id
from regulars.kit.transactions import in_transaction

_AT_ONCE = 5000
_BATCHES_AT_ONCE = 500
_REJECTS_SHOWN = 10

_TERMS = (
    click.option("--promotion", help="For a new batch: the promotion its coupons switch on."),
    click.option("--title", help="For a new batch: what it is called."),
    click.option("--uses", type=click.IntRange(1), default=1, help="Uses of a coupon."),
    click.option("--bound", is_flag=True, help="A coupon works once it belongs to a member."),
    click.option("--transferable", is_flag=True, help="A member's coupon works for others too."),
    click.option("--since", metavar="DATE", help="Good from."),
    click.option("--until", metavar="DATE", help="Good until (the moment, not the last day)."),
    click.option("--valid-days", type=click.IntRange(1), help="Days after issue."),
)


def terms_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that describe a new batch."""
    for option in reversed(_TERMS):
        command = option(command)
    return command


@click.group()
def coupons() -> None:
    """Coupons: codes that switch promotions on."""


COMMAND = coupons


@coupons.command()
@click.option("--promotion", help="Only those of this promotion.")
@by_option
@pass_session
def batches(session: Session, promotion: str | None, email: str | None) -> None:
    """List the batches."""
    with session.database():
        by = acting_person(session, email)
        found: list[BatchView] = []
        while True:
            after = found[-1].code if found else ""
            page = list_batches(promotion=promotion, after=after, limit=_BATCHES_AT_ONCE, by=by)
            found += page
            if len(page) < _BATCHES_AT_ONCE:
                break
    heads = [
        session.say(f"cli.coupons_{name}")
        for name in ("batch", "promotion", "pattern", "made", "status", "until")
    ]
    rows = [_batch_cells(session, view) for view in found]
    empty = session.say("cli.coupons_none")
    session.show(
        [_batch_data(view) for view in found],
        table_lines(heads, rows, left=3) if found else empty,
    )


@coupons.command()
@click.argument("batch")
@click.argument("count", type=click.IntRange(1, GENERATED_MAX))
@click.option("--pattern", help="For a new batch, e.g. SPRING-????-????.")
@terms_options
@by_option
@pass_session
def generate(
    session: Session, batch: str, count: int, pattern: str | None, email: str | None, **terms: Any
) -> None:
    """Make COUNT codes in BATCH; with --promotion and --pattern the batch is made where there is none."""
    with session.database(), session.progress("cli.coupons_generating") as advance:
        by = acting_person(session, email)

        def work() -> BatchView:
            now = utc_now()
            _make_missing(batch, pattern, terms, now, by)
            return generate_codes(batch, count, now=now, by=by)

        view = in_transaction(work)
        advance(1)
    says = session.say("cli.coupons_generated", count=count, batch=batch)
    session.show(_batch_data(view) | {"count": count}, says)


@coupons.command()
@click.argument("batch")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path, allow_dash=True))
@by_option
@pass_session
def export(session: Session, batch: str, file: Path, email: str | None) -> None:
    """Write the codes of BATCH into the CSV FILE (`-`: stdout), readable for its owner only."""
    to_stdout = str(file) == "-"
    with session.database(), session.progress("cli.coupons_exporting") as advance:
        by = acting_person(session, email)

        def write() -> int:
            rows = export_codes(batch, now=utc_now(), by=by)
            if to_stdout:
                return write_rows(sys.stdout, EXPORT_COLUMNS, rows, advance)
            with replacing(file) as target:
                return write_rows(target, EXPORT_COLUMNS, rows, advance)

        count = in_transaction(write)
    if not to_stdout:
        says = session.say("cli.coupons_exported", coupons=count, file=str(file))
        session.show({"file": str(file), "coupons": count}, says)


@coupons.command("import")
@click.argument("batch")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--column", "named", multiple=True, metavar="FIELD=HEADING", help="Where a field stands."
)
@click.option(
    "--rejects", type=click.Path(dir_okay=False, path_type=Path), help="Where bad rows go."
)
@terms_options
@by_option
@pass_session
def import_file(
    session: Session,
    batch: str,
    file: Path,
    named: tuple[str, ...],
    rejects: Path | None,
    email: str | None,
    **terms: Any,
) -> None:
    """Take the codes of the CSV FILE, made elsewhere, into BATCH. The same file again adds none.

    With --promotion the batch is made where there is none. Each bad row is named, with its line and
    reason, in the rejects file (FILE.rejects.csv), and keeps no other out: exit code 1 then.
    """
    form = form_of(file)
    columns = coupon_columns(form.headings, named)
    taken = [f"{heading} → {name}" for heading, name in columns.items()]
    session.tell("cli.coupons_columns", columns=taken)
    target = rejects or file.with_name(f"{file.name}.rejects.csv")
    total = _Total()
    with session.database(), rows_of(file, form) as rows, reject_file(target) as keep:
        by = acting_person(session, email)
        in_transaction(lambda: _make_missing(batch, None, terms, utc_now(), by))
        with session.progress("cli.coupons_importing") as advance:
            for part in iter(lambda: list(islice(rows, _AT_ONCE)), []):
                total.account(session, _imported(batch, part, columns, by), keep)
                advance(len(part))
    total.show(session, target)


@coupons.command()
@click.argument("batch")
@click.argument("member")
@by_option
@pass_session
def issue(session: Session, batch: str, member: str, email: str | None) -> None:
    """Give MEMBER (a card, phone, e-mail, outside number or id) one coupon of BATCH."""
    with session.database():
        by = acting_person(session, email)
        now = utc_now()
        owner = in_transaction(lambda: member_named(member)).ref
        source = new_id(now=now)
        view = in_transaction(lambda: issue_from_batch(batch, owner, source=source, now=now, by=by))
    told = {"code": view.code, "batch": batch, "until": view.until, "member": str(owner.id)}
    session.show(told, view.code)


@coupons.command()
@click.argument("code", required=False)
@click.option("--batch", help="All coupons of this batch.")
@by_option
@pass_session
def revoke(session: Session, code: str | None, batch: str | None, email: str | None) -> None:
    """Revoke the coupon CODE, or all of --batch, for good; sales with them stay."""
    if (code is None) == (batch is None):
        raise click.UsageError(session.say("cli.coupons_which"))
    with session.database():
        by = acting_person(session, email)
        if batch is not None:
            view = in_transaction(lambda: revoke_batch(batch, now=utc_now(), by=by))
            says = session.say("cli.coupons_batch_revoked", batch=batch)
            session.show(_batch_data(view), says)
            return
        assert code is not None
        in_transaction(lambda: revoke_coupon(code, now=utc_now(), by=by))
        life = get_coupon_life(code, now=utc_now(), by=by)
    session.show(_life_data(life), session.say("cli.coupons_revoked"))


@coupons.command()
@click.argument("code")
@by_option
@pass_session
def show(session: Session, code: str, email: str | None) -> None:
    """Tell where the coupon CODE stands and what happened to it."""
    with session.database():
        by = acting_person(session, email)
        now = utc_now()
        life = get_coupon_life(code, now=now, by=by)
        zone = in_transaction(lambda: compiled_at(now)).zone
    session.show(_life_data(life), _life_lines(session, life, zone))


class _Total:
    """What has become of the rows so far; of the rejected ones only the first are held."""

    def __init__(self) -> None:
        self.added = self.found = self.rejected = 0
        self.shown: list[dict[str, object]] = []

    def account(
        self,
        session: Session,
        outcome: CodesImported,
        keep: Callable[[Sequence[object]], None],
    ) -> None:
        """Add what became of a part of the file."""
        self.added += outcome.added
        self.found += outcome.found
        self.rejected += len(outcome.rejects)
        for reject in outcome.rejects:
            reason = session.say(reject.code, **reject.params)
            keep((reject.line, reject.code, reject.params.get("pointer", ""), reason))
            if len(self.shown) < _REJECTS_SHOWN:
                self.shown.append({"line": reject.line, "code": reject.code, "reason": reason})

    def show(self, session: Session, target: Path) -> None:
        """Print it; exit code 1 where rows were rejected."""
        lines = [
            session.say("cli.coupons_imported", added=self.added, found=self.found),
            *(
                session.say("cli.coupons_reject", line=one["line"], reason=one["reason"])
                for one in self.shown
            ),
        ]
        if self.rejected:
            said = session.say("cli.coupons_rejected", rows=self.rejected, file=str(target))
            lines.append(said)
        told = {
            "added": self.added,
            "found": self.found,
            "rejected": self.rejected,
            "first_rejects": self.shown,
            "rejects_file": str(target) if self.rejected else None,
        }
        session.show(told, lines)
        if self.rejected:
            session.finish(ExitCode.DIFFERENCES)


def _imported(batch: str, part: Sequence[Row], columns: dict[str, str], by: Actor) -> CodesImported:
    """A part of the file in one transaction: a run that is interrupted keeps the parts that are done."""
    good = [
        CodeRow(
            row.line,
            {columns[heading]: row.cells[heading] for heading in columns if heading in row.cells},
        )
        for row in part
        if row.problem is None
    ]
    bad = [CodeReject(row.line, row.problem, {}) for row in part if row.problem is not None]
    outcome = in_transaction(lambda: import_codes(batch, good, now=utc_now(), by=by))
    rejects = sorted([*bad, *outcome.rejects], key=lambda reject: reject.line)
    return CodesImported(outcome.added, outcome.found, tuple(rejects))


def _make_missing(
    batch: str, pattern: str | None, terms: dict[str, Any], now: datetime, by: Actor
) -> None:
    """Make the batch where there is none and a promotion is named."""
    if terms["promotion"] is None:
        return
    try:
        get_batch(batch, by=by)
    except BatchNotFound:
        zone = compiled_at(now).zone
        wanted = BatchTerms(
            title=terms["title"] or batch,
            promotion=terms["promotion"],
            uses_max=terms["uses"],
            bound=terms["bound"],
            transferable=terms["transferable"],
            since=moment_from(terms["since"], zone) if terms["since"] else None,
            until=moment_from(terms["until"], zone) if terms["until"] else None,
            valid_days=terms["valid_days"],
        )
        create_batch(batch, wanted, pattern=pattern, now=now, by=by)


def _batch_data(view: BatchView) -> dict[str, Any]:
    return asdict(view)


def _batch_cells(session: Session, view: BatchView) -> list[str]:
    until = view.terms.until
    return [
        view.code,
        view.terms.promotion,
        view.pattern or session.say(f"coupon.kind.{view.kind}"),
        "—" if view.kind == "issued" else str(view.made),
        session.say("coupon.batch_open" if view.status == "open" else "coupon.batch_closed"),
        f"{until:%Y-%m-%d}" if until else "—",
    ]


def _life_data(life: CouponLife) -> dict[str, Any]:
    coupon = asdict(life.coupon)
    coupon["owner"] = str(life.coupon.owner.id) if life.coupon.owner else None
    moments = [
        asdict(moment) | {"member": str(moment.member.id) if moment.member else None}
        for moment in life.moments
    ]
    return {"coupon": coupon, "moments": moments}


def _life_lines(session: Session, life: CouponLife, zone: ZoneInfo) -> list[str]:
    coupon = life.coupon

    def shown(moment: datetime | None) -> str:
        return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else "—"

    lines = [
        session.say(
            "cli.coupons_one_coupon",
            coupon=coupon.code,
            status=session.say(f"coupon.status.{coupon.status}"),
            promotion=coupon.promotion,
            batch=coupon.batch,
            uses=coupon.uses,
            uses_max=coupon.uses_max,
        )
    ]
    if coupon.since or coupon.until:
        window = {"since": shown(coupon.since), "until": shown(coupon.until)}
        lines.append(session.say("cli.coupons_window", **window))
    if coupon.owner:
        lines.append(session.say("cli.coupons_owner", member=str(coupon.owner.id)))
    for moment in life.moments:
        told = {"at": shown(moment.at), "what": session.say(f"coupon.what.{moment.what}")}
        said = session.say("cli.coupons_moment", **told, source=str(moment.source), by=moment.by)
        lines.append(said.rstrip())
    return lines
