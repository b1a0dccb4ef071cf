"""Where a member stands: balances with their worth, the tier and the way to the next, what expires."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regulars.contexts.till.queries.books import get_books
from regulars.contexts.till.types import BooksView
from regulars.core.programme.compiled import Compiled
from regulars.core.programme.texts import text_in


@dataclass(frozen=True, slots=True)
class Purse:
    """What is held of one currency, in minor units; `worth_minor` is the money it pays."""

    code: str
    title: str
    active: int
    pending: int
    worth_minor: int | None
    expires: tuple[int, datetime] | None


@dataclass(frozen=True, slots=True)
class Standing:
    """All of it; `done` of `needed` is the way from the tier's own threshold to the next."""

    main: Purse
    others: tuple[Purse, ...]
    tier: str | None
    next_tier: str | None
    missing: int
    done: int
    needed: int
    by_money: bool


def standing_of(request: Any, *, now: datetime) -> Standing:
    """Where the request's member stands by the programme in force."""
    programme: Compiled = request.programme
    books = get_books(request.member, now=now)
    purses = [_purse(programme, books, code, request.language) for code in programme.currencies]
    main = next((one for one in purses if one.code == "points"), None) or next(
        (one for one in purses if one.worth_minor is not None), purses[0]
    )
    ladder = programme.document.tiers
    levels = {level.code: level for level in ladder.levels} if ladder else {}
    needed = _threshold(programme, books.next_tier)
    return Standing(
        main=main,
        others=tuple(one for one in purses if one is not main and (one.active or one.pending)),
        tier=_title(levels, books.tier, request.language),
        next_tier=_title(levels, books.next_tier, request.language),
        missing=books.missing,
        done=max(0, needed - books.missing),
        needed=needed,
        by_money=bool(ladder and ladder.measure == "spend"),
    )


def _purse(programme: Compiled, books: BooksView, code: str, language: str) -> Purse:
    pending, active, _ = books.balances[code]
    money = programme.currencies[code].money
    dated = [(until, left) for held, left, _, _, until in books.lots if held == code and until]
    first = min(dated, default=None)
    return Purse(
        code=code,
        title=text_in(programme.document.currencies[code].title, language),
        active=active,
        pending=pending,
        worth_minor=max(0, active) * money.worth[0] // money.worth[1] if money else None,
        expires=(sum(left for until, left in dated if until == first[0]), first[0])
        if first
        else None,
    )


def _title(levels: Any, code: str | None, language: str) -> str | None:
    level = levels.get(code or "")
    return text_in(level.title, language) if level else None


def _threshold(programme: Compiled, code: str | None) -> int:
    """From where a tier begins, in what the ladder measures."""
    ladder = programme.ladder
    if ladder is None or code is None:
        return 0
    return ladder.thresholds_minor[ladder.ranks[code]]
