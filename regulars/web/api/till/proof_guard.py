"""Over a limit that the installation sets, points are spent only by who has proved to be at the till."""

from dataclasses import replace
from typing import Any, TypeVar

from django.conf import settings

from regulars.contexts.members.queries import find_holders, get_survivor
from regulars.contexts.members.types import EVERYONE, IdentifierKind, MemberRef
from regulars.contexts.members.usecases.presence import is_present, note_presence
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.rewards.queries.catalogue import get_reward
from regulars.contexts.till.types import CommitSale, MemberKey, QuoteSale
from regulars.core.till.commit import worth_of
from regulars.core.till.decision import SpendingUnproved
from regulars.web.api.serving import Call

Asking = TypeVar("Asking", QuoteSale, CommitSale)


def note_proof(call: Call, member: MemberRef) -> None:
    """The member's code was taken here; where no proof is ever asked for, none is kept."""
    if settings.SPENDING_PROOF_OVER_MINOR is not None:
        note_presence(member, call.owner, now=call.now)


async def with_proof(call: Call, command: Asking) -> Asking:
    """The command with how much it may spend: without a limit where the member has proved presence.

    What a quote promised was looked at when it was made.
    """
    most = settings.SPENDING_PROOF_OVER_MINOR
    asks = command.pay or command.claims
    if most is None or not asks or command.member is None or getattr(command, "quote", None):
        return command
    key = command.member
    proved = await call.runtime.work(lambda: _is_proved(call, key))
    return command if proved else replace(command, unproved_max_minor=most)


def check_reward(call: Call, member: MemberRef, reward: str, quantity: int) -> None:
    """Refuse a reward worth more than may be had without proof. Raises SpendingUnproved."""
    most = settings.SPENDING_PROOF_OVER_MINOR
    if most is None or is_present(member, call.owner, now=call.now):
        return
    terms = get_reward(reward).terms
    worth = worth_of(compiled_at(call.now), terms.currency, terms.price_minor * quantity)
    if worth > most:
        raise SpendingUnproved


def _is_proved(call: Call, key: MemberKey) -> bool:
    member: Any = key.ref
    if member is None and key.kind is not None and key.value is not None:
        held = find_holders(IdentifierKind(key.kind), [key.value]).get(key.value)
        member = held[0] if held else None
    if member is None:
        return False
    return is_present(get_survivor(member, within=EVERYONE).ref, call.owner, now=call.now)
