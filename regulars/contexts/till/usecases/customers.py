"""Whose the customers of a receipts file are: members found by their identifier, or enrolled."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import NAMESPACE_OID, uuid5

from regulars.contexts.members.queries import find_holders, spell_identifier
from regulars.contexts.members.types import (
    Enrolment,
    Identifier,
    IdentifierKind,
    IdentifierStatus,
    Language,
    MemberRef,
    ref_of,
)
from regulars.contexts.members.usecases.enrolment import enrol_many
from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.security.usecases.access import require
from regulars.core.receipts.problem import Problem
from regulars.core.refusal import Refused

Holder = MemberRef | Problem


class FirstReceipt(NamedTuple):
    """Where and when a customer first appears in the file."""

    customer: str
    at: datetime
    store: str


@dataclass(frozen=True, slots=True)
class Customers:
    """Who each customer is (unknown ones are left out), and how many of them are new members."""

    holders: dict[str, Holder] = field(default_factory=dict)
    created: int = 0


def find_customers(
    customers: Sequence[str], kind: IdentifierKind, *, region: str = "RU", by: Actor
) -> Customers:
    """The members that hold these identifiers, as the file writes them.

    A replaced identifier still leads to its member, a blocked one to a Problem.
    Raises PermissionMissing.
    """
    require(by, Permission.RECEIPTS_IMPORT)
    spellings: dict[str, str] = {}
    found = Customers()
    for customer in customers:
        with suppress(Refused):  # what is no identifier at all is nobody's
            spellings[customer] = spell_identifier(kind, customer, region=region)
    held = find_holders(kind, sorted(set(spellings.values())))
    for customer, spelling in spellings.items():
        if spelling in held:
            ref, status = held[spelling]
            blocked = status is IdentifierStatus.BLOCKED
            found.holders[customer] = Problem.of("member.identifier_blocked") if blocked else ref
    return found


def enrol_customers(
    customers: Sequence[FirstReceipt],
    kind: IdentifierKind,
    *,
    language: Language,
    region: str = "RU",
    now: datetime,
    by: Actor,
) -> Customers:
    """Make members of customers, as of their first receipt and at its store, in the open transaction.

    Who holds the identifier already stays as they are. Raises PermissionMissing,
    EnrolmentContended.
    """
    require(by, Permission.RECEIPTS_IMPORT)
    enrolments = [
        Enrolment(
            (Identifier(kind, first.customer),),
            language=language,
            store=first.store,
            enrolled_at=min(first.at, now),
        )
        for first in customers
    ]
    outcomes = enrol_many(enrolments, on_existing="return", region=region, now=now, by=by)
    holders: dict[str, Holder] = {}
    created = 0
    for first, outcome in zip(customers, outcomes, strict=True):
        if isinstance(outcome, Refused):
            holders[first.customer] = Problem.of(outcome.code)
        else:
            holders[first.customer] = outcome.member
            created += outcome.is_new
    return Customers(holders, created)


def imagine_customers(customers: Sequence[str]) -> Customers:
    """Members that customers would become: for a trial run, in which nobody is enrolled."""
    holders: dict[str, Holder] = {
        customer: ref_of(uuid5(NAMESPACE_OID, customer)) for customer in customers
    }
    return Customers(holders, len(holders))
