"""`regulars statement`: every movement of a member's account, with its reasons and the balance after it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click
from django.conf import settings

from regulars.cli.member_naming import member_named
from regulars.cli.session import Session, pass_session
from regulars.cli.tables import table_lines
from regulars.contexts.members.types import MemberView
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.security.types import system_actor
from regulars.contexts.till.queries.statements import Cause, Movement, list_movements
from regulars.contexts.till.types import BooksView, MemberKey, ReadBooks
from regulars.contexts.till.usecases.desk import open_desk
from regulars.contexts.till.usecases.sales import read_books
from regulars.core.programme.compiled import Compiled
from regulars.core.programme.texts import text_in
from regulars.core.wording.telling import Units, figure, tell
from regulars.kit.clock import utc_now
from regulars.kit.database.attach import Attachment
from regulars.kit.transactions import in_transaction

_PAGE = 500


@click.command()
@click.argument("member")
@click.option("--limit", type=click.IntRange(1, 1_000_000), help="Only the latest so many lines.")
@pass_session
def statement(session: Session, member: str, limit: int | None) -> None:
    """Everything that happened to the points of MEMBER: a card, phone, e-mail, outside number or id.

    The oldest line first; below, what is there now by the clock.
    """
    now = utc_now()
    with session.database() as held:
        found = in_transaction(lambda: member_named(member))
        movements, more = in_transaction(lambda: _movements(found, limit))
        programme = in_transaction(lambda: compiled_at(now))
        books = asyncio.run(_books(held, found, now))
    told = _Told(session, programme)
    data = {
        "member": str(found.ref.id),
        "status": str(found.status),
        "enrolled_at": found.enrolled_at.isoformat(),
        "lines": [told.line_data(movement) for movement in movements],
        "complete": not more,
        "now": told.books_data(books, now),
    }
    session.show(data, told.lines(found, movements, more, books, now))


COMMAND = statement


def _movements(member: MemberView, limit: int | None) -> tuple[Sequence[Movement], bool]:
    """The latest `limit` movements (all without), the oldest first, and whether there are older ones."""
    found: list[Movement] = []
    before = None
    while limit is None or len(found) <= limit:
        page = list_movements(member.ref, before=before, limit=_PAGE)
        found += page
        if len(page) < _PAGE:
            break
        before = page[-1].line.seq
    more = limit is not None and len(found) > limit
    return list(reversed(found[:limit])), more


async def _books(held: Attachment, member: MemberView, now: datetime) -> BooksView:
    desk = await open_desk(held.access.app, secret=settings.SECRET_KEY.encode(), clock=utc_now)
    try:
        key = MemberKey(ref=member.ref)
        return await read_books(desk, ReadBooks(key, now), by=system_actor("statement"))
    finally:
        await desk.close()


class _Told:
    """A statement in the words of one reader."""

    def __init__(self, session: Session, programme: Compiled) -> None:
        scales = {code: currency.scale for code, currency in programme.currencies.items()}
        self._session = session
        self._zone: ZoneInfo = programme.zone
        self._units = Units(programme.document.money, programme.money_scale, scales)
        titles = {
            code: text_in(c.title, session.language)
            for code, c in programme.document.currencies.items()
        }
        self._titles = titles
        ladder = programme.document.tiers
        levels = ladder.levels if ladder else ()
        self._levels = {level.code: text_in(level.title, session.language) for level in levels}

    def lines(
        self,
        member: MemberView,
        movements: Sequence[Movement],
        more: bool,
        books: BooksView,
        now: datetime,
    ) -> list[str]:
        """Everything as text."""
        say = self._session.say
        since = f"{member.enrolled_at.astimezone(self._zone):%Y-%m-%d}"
        lines = [
            say(
                "statement.title",
                member=member.ref.id,
                status=say(f"statement.status_{member.status}"),
                since=since,
            )
        ]
        if more:
            lines.append(say("statement.older"))
        if movements:
            names = ("date", "what", "currency", "change", "balance")
            heads = [say(f"statement.head_{name}") for name in names]
            rows = [row for movement in movements for row in self._rows(movement)]
            told = table_lines(heads, [row for row, _ in rows], left=3)
            lines += ["", told[0]]
            for text, (_, reasons) in zip(told[1:], rows, strict=True):
                lines += [text, *(f"{'':20}{reason}" for reason in reasons)]
        else:
            lines.append(say("statement.empty"))
        return [*lines, "", *self._now_lines(books, now)]

    def line_data(self, movement: Movement) -> dict[str, Any]:
        """One movement as JSON."""
        line = movement.line
        return {
            "seq": line.seq,
            "kind": line.kind,
            "title": self._session.say(f"movement.{line.kind}"),
            "occurred_at": line.occurred_at.isoformat(),
            "posted_at": line.posted_at.isoformat(),
            "version": line.version,
            "receipt": movement.receipt._asdict() if movement.receipt else None,
            "moves": {code: move._asdict() for code, move in line.moves.items()},
            "balances": {code: wallet._asdict() for code, wallet in line.balances.items()},
            "reasons": [
                {"code": cause.reason.code, "says": self._says(cause)} for cause in movement.causes
            ],
        }

    def books_data(self, books: BooksView, now: datetime) -> dict[str, Any]:
        """What is there now as JSON."""
        return {
            "at": now.isoformat(),
            "balances": {code: wallet._asdict() for code, wallet in books.balances.items()},
            "tier": books.tier,
            "tier_until": books.tier_until.isoformat() if books.tier_until else None,
            "lots": [
                {
                    "currency": currency,
                    "left": left,
                    "earned_at": earned_at.isoformat(),
                    "active_at": active_at.isoformat(),
                    "expires_at": expires_at.isoformat() if expires_at else None,
                }
                for currency, left, earned_at, active_at, expires_at in books.lots
            ],
        }

    def _rows(self, movement: Movement) -> "list[tuple[list[str], list[str]]]":
        """A line of the table for each currency that moved; the reasons come below the last."""
        line, session = movement.line, self._session
        title = session.say(f"movement.{line.kind}")
        what = f"{title} {movement.receipt.number}" if movement.receipt else title
        date = f"{line.occurred_at.astimezone(self._zone):%Y-%m-%d %H:%M}"
        rows: list[tuple[list[str], list[str]]] = []
        for code in line.moves or [""]:
            cells = [date, what, self._titles.get(code, code), "", ""]
            if code:
                change = sum(line.moves[code])
                cells[3] = (
                    f"+{self._figure(change, code)}" if change > 0 else self._figure(change, code)
                )
                cells[4] = self._figure(sum(line.balances[code]), code)
            rows.append((cells, []))
            date = what = ""
        rows[-1][1].extend(self._says(cause) for cause in movement.causes)
        return rows

    def _now_lines(self, books: BooksView, now: datetime) -> list[str]:
        say = self._session.say
        lines = [say("statement.now", at=self._moment(now))]
        for code, wallet in books.balances.items():
            told = {name: self._figure(held, code) for name, held in wallet._asdict().items()}
            lines.append(say("statement.wallet", currency=self._titles.get(code, code), **told))
        if books.tier and books.tier_until:
            lines.append(
                say(
                    "statement.tier_until",
                    tier=self._levels.get(books.tier, books.tier),
                    until=self._moment(books.tier_until),
                )
            )
        elif books.tier:
            lines.append(say("statement.tier", tier=self._levels.get(books.tier, books.tier)))
        for code, left, _, _, expires_at in books.lots:
            if expires_at is not None:
                amount, at = self._figure(left, code), self._moment(expires_at)
                lines.append(
                    say(
                        "statement.expiring",
                        amount=amount,
                        currency=self._titles.get(code, code),
                        at=at,
                    )
                )
        return lines

    def _says(self, cause: Cause) -> str:
        language = self._session.language
        params = dict(cause.reason.params)
        text = tell(cause.reason.code, params, self._units, language, currency=cause.currency)
        if cause.amount is None or cause.currency is None:
            return text
        sign = "+" if cause.amount > 0 else ""
        return f"{sign}{self._figure(cause.amount, cause.currency)}: {text}"

    def _figure(self, amount: int, currency: str) -> str:
        return figure(amount, self._units.scales.get(currency, 0), self._session.language)

    def _moment(self, moment: datetime) -> str:
        return f"{moment.astimezone(self._zone):%Y-%m-%d %H:%M}"
