"""`regulars rewards`: the catalogue, its stock, and the orders that wait."""

from typing import Any

import click

from regulars.cli.acting import acting_person, by_option
from regulars.cli.session import Session, pass_session
from regulars.cli.tables import table_lines
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.rewards.queries.catalogue import list_rewards, list_stock_moves
from regulars.contexts.rewards.queries.orders import list_orders
from regulars.contexts.rewards.types import RedemptionView, RewardView
from regulars.contexts.rewards.usecases.catalogue import (
    add_stock,
    end_reward,
    launch_reward,
    set_stock,
)
from regulars.core.programme.texts import text_in
from regulars.core.rewards.catalogue import REWARD_KINDS
from regulars.core.wording.telling import figure
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction

_AT_ONCE = 500
_STATUSES = ("reserved", "issued", "fulfilled", "cancelled", "expired")


@click.group()
def rewards() -> None:
    """The catalogue of rewards."""


COMMAND = rewards


@rewards.command("list")
@click.option("--status", type=click.Choice(("draft", "live", "ended")), help="Only those.")
@pass_session
def list_catalogue(session: Session, status: str | None) -> None:
    """Show the catalogue: price, stock and where each reward stands."""
    with session.database():
        found: list[RewardView] = []
        while True:
            after = found[-1].code if found else ""
            page = list_rewards(status=status, after=after, limit=_AT_ONCE)
            found += page
            if len(page) < _AT_ONCE:
                break
        scales = _scales() if found else {}
    heads = _heads(session, "code", "kind", "title", "price", "stock", "status")
    rows = [_reward_cells(session, view, scales) for view in found]
    session.show([_reward_data(view) for view in found], _table(session, heads, rows, left=3))


@rewards.command()
@pass_session
def kinds(session: Session) -> None:
    """Say what kinds of reward there are."""
    language = session.language
    data = {
        code: {"title": kind.title[language], "says": kind.summary[language]}
        for code, kind in REWARD_KINDS.items()
    }
    rows = [[code, each["title"], each["says"]] for code, each in data.items()]
    session.show(data, table_lines(_heads(session, "kind", "title", "says"), rows, left=3))


@rewards.command()
@click.argument("code")
@by_option
@pass_session
def launch(session: Session, code: str, email: str | None) -> None:
    """Offer the reward CODE from now on, within its window."""
    with session.database():
        by = acting_person(session, email)
        view = in_transaction(lambda: launch_reward(code, now=utc_now(), by=by))
    session.show(_reward_data(view), session.say("cli.rewards_launched", reward=code))


@rewards.command()
@click.argument("code")
@by_option
@pass_session
def end(session: Session, code: str, email: str | None) -> None:
    """Offer the reward CODE no more, for good."""
    with session.database():
        by = acting_person(session, email)
        view = in_transaction(lambda: end_reward(code, now=utc_now(), by=by))
    session.show(_reward_data(view), session.say("cli.rewards_ended", reward=code))


@rewards.command()
@click.argument("code")
@click.option("--set", "to", type=click.IntRange(0), help="So many are left now.")
@click.option("--add", type=int, help="So many more (fewer, if negative) than there are.")
@by_option
@pass_session
def stock(session: Session, code: str, to: int | None, add: int | None, email: str | None) -> None:
    """Show how the stock of the reward CODE came about, or change it."""
    if to is not None and add is not None:
        raise click.UsageError(session.say("cli.rewards_one_of"))
    with session.database():
        if to is not None or add is not None:
            by = acting_person(session, email)
            in_transaction(
                lambda: (
                    set_stock(code, to, now=utc_now(), by=by)
                    if add is None
                    else add_stock(code, add, now=utc_now(), by=by)
                )
            )
        moves = list_stock_moves(code)
    heads = _heads(session, "at", "reason", "change")
    rows = [
        [move.at.isoformat(timespec="minutes"), _reason(session, move.reason), f"{move.change:+d}"]
        for move in moves
    ]
    data = [
        {"at": move.at, "reason": move.reason, "change": move.change, "order": move.order}
        for move in moves
    ]
    session.show(data, _table(session, heads, rows, left=2))


@rewards.command()
@click.option("--reward", help="Only of this reward.")
@click.option("--status", type=click.Choice(_STATUSES), help="Only those that stand there now.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, help="At most so many.")
@pass_session
def orders(session: Session, reward: str | None, status: str | None, limit: int) -> None:
    """Show orders, the newest first: what is to be handed over, who comes to an event."""
    with session.database():
        found = list_orders(reward=reward, status=status, limit=limit, now=utc_now())
    heads = _heads(session, "at", "code", "quantity", "status", "order")
    rows = [_order_cells(session, view) for view in found]
    session.show([_order_data(view) for view in found], _table(session, heads, rows, left=2))


def _heads(session: Session, *names: str) -> list[str]:
    return [session.say(f"cli.rewards_{name}") for name in names]


def _table(session: Session, heads: list[str], rows: list[list[str]], *, left: int) -> Any:
    return table_lines(heads, rows, left=left) if rows else session.say("cli.rewards_none")


def _reason(session: Session, reason: str) -> str:
    return session.say(f"cli.rewards_stock_{reason}")


def _scales() -> dict[str, int]:
    currencies = compiled_at(utc_now()).document.currencies
    return {code: currency.scale for code, currency in currencies.items()}


def _reward_cells(session: Session, view: RewardView, scales: dict[str, int]) -> list[str]:
    terms = view.terms
    price = figure(terms.price_minor, scales.get(terms.currency, 0), session.language)
    return [
        view.code,
        REWARD_KINDS[terms.kind].title[session.language],
        text_in(dict(terms.title), session.language),
        f"{price} {terms.currency}",
        "∞" if view.stock is None else str(view.stock),
        session.say(f"cli.rewards_is_{view.status}"),
    ]


def _reward_data(view: RewardView) -> dict[str, Any]:
    return {
        "code": view.code,
        "kind": view.terms.kind,
        "title": dict(view.terms.title),
        "currency": view.terms.currency,
        "price_minor": view.terms.price_minor,
        "money_minor": view.terms.money_minor,
        "stock": view.stock,
        "status": view.status,
    }


def _order_cells(session: Session, view: RedemptionView) -> list[str]:
    return [
        view.redeemed_at.isoformat(timespec="minutes"),
        view.reward,
        str(view.quantity),
        session.say(f"reward.status_{view.status}"),
        str(view.id),
    ]


def _order_data(view: RedemptionView) -> dict[str, Any]:
    return {
        "id": str(view.id),
        "member": str(view.member.id),
        "reward": view.reward,
        "kind": view.kind,
        "quantity": view.quantity,
        "status": view.status,
        "ordered_at": view.redeemed_at.isoformat(),
        "reserved_until": view.reserved_until and view.reserved_until.isoformat(),
    }
