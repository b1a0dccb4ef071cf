"""Reads of the ledger that other contexts ask for."""

from datetime import datetime

from regulars.contexts.ledger.books import load_account
from regulars.contexts.members.types import MemberRef
from regulars.core.ledger.book import Book
from regulars.core.programme.compiled import Compiled
from regulars.core.till.standing import standing_at
from regulars.core.till.terms import terms_of


def standing(member: MemberRef, programme: Compiled, at: datetime) -> str:
    """The code of the member's tier at `at` under `programme`; empty where that has no tiers."""
    terms = terms_of(programme)
    account = load_account(member, terms.fingerprint)
    book = Book(account, zone=programme.zone, posted_at=at)
    found = standing_at(book, terms.rungs, at)
    return found.tier if found else ""
