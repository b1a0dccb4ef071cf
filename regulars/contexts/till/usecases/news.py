"""Notices of points: what members earned and spent since they were last told, and what expires soon."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from regulars.contexts.ledger.queries import account_versions
from regulars.contexts.members.types import MemberRef, ref_of
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.security.usecases.push import (
    Follower,
    list_followers,
    note_told,
    tell_device,
)
from regulars.contexts.till.queries.books import get_books
from regulars.contexts.till.queries.statements import Movement, list_movements
from regulars.core.programme.compiled import Compiled
from regulars.core.programme.texts import text_in
from regulars.core.wording.catalogue import sentence
from regulars.core.wording.telling import figure

PAGE = 200
EXPIRES_IN = timedelta(days=7)
_MOVES_MAX = 30
_EARNING, _SPENDING = ("sale", "event", "award"), ("sale", "spend")
_MAIN = "points"


def tell_movements(*, after: UUID | None, now: datetime) -> UUID | None:
    """Tell one part of the browsers that take notices what moved; where to go on, None at the end.

    Reads behind the till's back: a sale costs nothing more for it. One notice for all that was
    earned since the last, one for all that was spent. Who begins to take notices hears of what comes.
    """
    followers = list_followers("member", after=after, limit=PAGE)
    programme = compiled_at(now) if followers else None
    versions = account_versions([ref_of(one.holder) for one in followers])
    for one in followers:
        assert programme is not None
        member = ref_of(one.holder)
        version = versions.get(one.holder, 0)
        if one.told is not None and version > one.told:
            _tell_moved(one, member, programme, now)
        if version != one.told:
            note_told(one.device, version)
    return followers[-1].device if len(followers) == PAGE else None


def tell_expiring(*, after: UUID | None, now: datetime) -> UUID | None:
    """Tell one part of the browsers of points that expire in a week; to be called once a day.

    The day is the seventh from today by the business's calendar. Where to go on; None at the end.
    """
    followers = list_followers("member", after=after, limit=PAGE)
    programme = compiled_at(now) if followers else None
    for one in followers:
        assert programme is not None
        zone = programme.zone
        day = (now + EXPIRES_IN).astimezone(zone).date()
        amounts: dict[str, int] = {}
        for currency, left, _, _, until in get_books(ref_of(one.holder), now=now).lots:
            if until is not None and until.astimezone(zone).date() == day and left > 0:
                amounts[currency] = amounts.get(currency, 0) + left
        if amounts:
            shown = day.strftime("%d.%m.%Y" if one.language == "ru" else "%-d %B %Y")
            params = {"amounts": _amounts(amounts, programme, one.language), "day": shown}
            tell_device(one.device, "push_expires", params, language=one.language, now=now)
    return followers[-1].device if len(followers) == PAGE else None


def _tell_moved(one: Follower, member: MemberRef, programme: Compiled, now: datetime) -> None:
    found = list_movements(member, limit=_MOVES_MAX)
    fresh = [each for each in found if one.told is not None and each.line.seq > one.told]
    earned, spent = earned_and_spent(fresh)
    for what, amounts in (("push_earned", earned), ("push_spent", spent)):
        if amounts:
            params = {"amounts": _amounts(amounts, programme, one.language)}
            tell_device(one.device, what, params, language=one.language, now=now)


def earned_and_spent(moved: Iterable[Movement]) -> tuple[dict[str, int], dict[str, int]]:
    """What movements brought by sales and events, and what was paid with, by currency."""
    earned: dict[str, int] = {}
    spent: dict[str, int] = {}
    for one in moved:
        if one.line.kind not in (*_EARNING, *_SPENDING):
            continue
        known = {c.currency: 0 for c in one.causes if c.currency is not None and c.amount}
        for cause in one.causes:
            if cause.currency is not None and cause.amount:
                into = earned if cause.amount > 0 else spent
                into[cause.currency] = into.get(cause.currency, 0) + abs(cause.amount)
        for currency, move in one.line.moves.items():
            whole = move.pending + move.active + move.held
            if currency not in known and whole:
                into = earned if whole > 0 else spent
                into[currency] = into.get(currency, 0) + abs(whole)
    return earned, spent


def _amounts(amounts: Mapping[str, int], programme: Compiled, language: str) -> str:
    """«35 points, 17.50 (Late points)»: the points first."""
    shown = []
    for code in sorted(amounts, key=lambda code: (code != _MAIN, code)):
        currency = programme.currencies.get(code)
        if currency is None:
            continue
        if code == _MAIN and not currency.scale:
            shown.append(sentence("news.points", {"points": amounts[code]}, language))
        else:
            title = text_in(programme.document.currencies[code].title, language)
            told = {"amount": figure(amounts[code], currency.scale, language), "title": title}
            shown.append(sentence("news.more", told, language))
    return ", ".join(shown)
