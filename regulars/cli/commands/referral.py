"""`regulars referral`: who brought whom, a member's code, and the rewards that are due."""

from typing import Any

import click

from regulars.cli.acting import acting_person, by_option
from regulars.cli.member_naming import member_named
from regulars.cli.session import Session, pass_session
from regulars.contexts.members.types import ReferralView
from regulars.contexts.members.usecases.referrals import make_referral_code
from regulars.contexts.rewards.queries.referral import (
    ReferralCard,
    get_referral_card,
    list_friends,
)
from regulars.contexts.rewards.usecases.referral import name_referrer, settle_referrals
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction


@click.group()
def referral() -> None:
    """Members who bring friends."""


COMMAND = referral


@referral.command()
@click.argument("member")
@pass_session
def show(session: Session, member: str) -> None:
    """Say what MEMBER brings friends with, whom they brought, and who brought them."""
    now = utc_now()
    with session.database():
        ref = in_transaction(lambda: member_named(member)).ref
        card = get_referral_card(ref, now=now)
        friends = list_friends(ref, limit=100)
    data = _card_data(card) | {"friends": [_line_data(view) for view in friends]}
    lines = _card_lines(session, card)
    lines += [
        session.say(
            "cli.referral_friend",
            friend=str(view.friend.id),
            at=view.named_at.isoformat(timespec="minutes"),
            status=session.say(f"referral.status_{view.status}"),
        )
        for view in friends
    ]
    session.show(data, lines)


@referral.command()
@click.argument("member")
@click.option("--renew", is_flag=True, help="A new one: the old one stops working.")
@by_option
@pass_session
def code(session: Session, member: str, renew: bool, email: str | None) -> None:
    """Give MEMBER a code to bring friends with; the one they have, if they have one."""
    now = utc_now()
    with session.database():
        by = acting_person(session, email)
        ref = in_transaction(lambda: member_named(member)).ref
        in_transaction(lambda: make_referral_code(ref, renew=renew, now=now, by=by))
        card = get_referral_card(ref, now=now)
    session.show(_card_data(card), _card_lines(session, card))


@referral.command()
@click.argument("friend")
@click.argument("referral_code", metavar="CODE")
@by_option
@pass_session
def name(session: Session, friend: str, referral_code: str, email: str | None) -> None:
    """Write down that the owner of CODE brought FRIEND: once, and before the first purchase."""
    with session.database():
        by = acting_person(session, email)
        ref = in_transaction(lambda: member_named(friend)).ref
        view = in_transaction(lambda: name_referrer(ref, code=referral_code, now=utc_now(), by=by))
    session.show(_line_data(view), session.say("cli.referral_named"))


@referral.command()
@pass_session
def settle(session: Session) -> None:
    """Reward what friends have earned since; the worker does the same every minute."""
    with session.database():
        count = settle_referrals(now=utc_now())
    session.show({"looked_at": count}, session.say("cli.referral_settled", count=count))


def _card_data(card: ReferralCard) -> dict[str, Any]:
    return {
        "code": card.code,
        "link": card.link,
        "brought": card.friends,
        "rewarded": card.rewarded,
        "brought_by": str(card.brought_by.referrer.id) if card.brought_by else None,
    }


def _card_lines(session: Session, card: ReferralCard) -> list[str]:
    told = session.say("cli.referral_card", friends=card.friends, rewarded=card.rewarded)
    lines = [session.say("cli.referral_no_code")]
    if card.code:
        lines = [session.say("cli.referral_code", word=card.code)]
    if card.link:
        lines.append(session.say("cli.referral_link", link=card.link))
    return [*lines, told]


def _line_data(view: ReferralView) -> dict[str, Any]:
    return {
        "friend": str(view.friend.id),
        "referrer": str(view.referrer.id),
        "named_at": view.named_at.isoformat(),
        "status": view.status,
        "capped": view.capped,
    }
