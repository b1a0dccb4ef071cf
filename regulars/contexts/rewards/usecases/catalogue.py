"""Writes of the catalogue: rewards made, changed, launched, ended, and their stock."""

from datetime import datetime

from django.db import IntegrityError, transaction

from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.rewards import mapping
from regulars.contexts.rewards.models import Reward
from regulars.contexts.rewards.queries.catalogue import RewardNotFound
from regulars.contexts.rewards.stock import set_to
from regulars.contexts.rewards.types import RewardTerms, RewardView
from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.security.usecases.access import require
from regulars.contexts.security.usecases.audit import record_audit
from regulars.core.refusal import Refused
from regulars.core.rewards.terms import RewardInvalid, check_stock, check_terms, is_reward_code


class RewardCodeTaken(Refused):
    """There is a reward of this code already."""

    code = "reward.code_taken"


class RewardEnded(Refused):
    """The reward has ended; it stays as it is."""

    code = "reward.ended"


def create_reward(
    code: str, terms: RewardTerms, *, stock: int | None = None, now: datetime, by: Actor
) -> RewardView:
    """A new reward as a draft: nobody can have it until it is launched.

    Raises RewardCodeTaken, NoProgrammeInForce and what `check_terms` raises.
    """
    require(by, Permission.REWARDS_WRITE)
    if not is_reward_code(code):
        raise RewardInvalid(pointer="/code", field="code")
    check_terms(terms, compiled_at(now).document)
    check_stock(stock, terms.kind)
    row = Reward(code=code, status="draft", created_at=now, changed_at=now)
    mapping.write_terms(row, terms)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise RewardCodeTaken(pointer="/code", reward=code) from None
    set_to(row, stock, reason="set", now=now, by=by)
    row.save(update_fields=["stock"])
    record_audit("reward.create", "reward", code, now=now, by=by)
    return mapping.reward_view(row)


def change_reward(code: str, terms: RewardTerms, *, now: datetime, by: Actor) -> RewardView:
    """Other terms for a reward that has not ended; what was redeemed keeps its price.

    Raises RewardNotFound, RewardEnded and what `check_terms` raises.
    """
    require(by, Permission.REWARDS_WRITE)
    check_terms(terms, compiled_at(now).document)
    row = _lock_open_reward(code)
    check_stock(row.stock, terms.kind)
    mapping.write_terms(row, terms)
    return _saved(row, "reward.change", now=now, by=by)


def set_stock(code: str, stock: int | None, *, now: datetime, by: Actor) -> RewardView:
    """So many are left now, whatever was before; None: without limit.

    Raises RewardNotFound, RewardEnded, RewardInvalid.
    """
    require(by, Permission.REWARDS_WRITE)
    row = _lock_open_reward(code)
    set_to(row, check_stock(stock, row.kind), reason="set", now=now, by=by)
    return _saved(row, "reward.set_stock", now=now, by=by)


def add_stock(code: str, count: int, *, now: datetime, by: Actor) -> RewardView:
    """`count` more are left (fewer, if negative) than there are at this instant.

    Raises RewardNotFound, RewardEnded, and RewardInvalid where it would fall below nothing or the
    reward has no limit.
    """
    require(by, Permission.REWARDS_WRITE)
    row = _lock_open_reward(code)
    if row.stock is None:
        raise RewardInvalid(pointer="/stock", field="stock")
    set_to(row, check_stock(row.stock + count, row.kind), reason="added", now=now, by=by)
    return _saved(row, "reward.add_stock", now=now, by=by)


def launch_reward(code: str, *, now: datetime, by: Actor) -> RewardView:
    """Offer a reward from now on, within its window. Raises RewardNotFound, RewardEnded."""
    require(by, Permission.REWARDS_WRITE)
    row = _lock_open_reward(code)
    row.status = "live"
    return _saved(row, "reward.launch", now=now, by=by)


def end_reward(code: str, *, now: datetime, by: Actor) -> RewardView:
    """Offer it no more, for good; what was redeemed can still be given back.

    Raises RewardNotFound.
    """
    require(by, Permission.REWARDS_WRITE)
    row = lock_reward(code)
    if row.status == "ended":
        return mapping.reward_view(row)
    row.status = "ended"
    return _saved(row, "reward.end", now=now, by=by)


def lock_reward(code: str) -> Reward:
    """The row, locked until the transaction ends; for this context only. Raises RewardNotFound."""
    known = is_reward_code(code)
    row = Reward.objects.select_for_update().filter(code=code).first() if known else None
    if row is None:
        raise RewardNotFound
    return row


def _lock_open_reward(code: str) -> Reward:
    row = lock_reward(code)
    if row.status == "ended":
        raise RewardEnded(reward=code)
    return row


def _saved(row: Reward, action: str, *, now: datetime, by: Actor) -> RewardView:
    row.changed_at = now
    row.save()
    record_audit(action, "reward", row.code, {"stock": row.stock}, now=now, by=by)
    return mapping.reward_view(row)
