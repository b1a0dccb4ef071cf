"""Decisions that follow each other in memory leave what decisions on freshly loaded books leave."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from core.ledger.shop import Shop
from core.ledger.store import Store
from core.ledger.twin import PROGRAMMES
from hypothesis import given
from hypothesis import strategies as st
from make import identity, line, moment
from seed import examples

from regulars.core.calendar import micros
from regulars.core.ledger.accounts import Account
from regulars.core.ledger.draft import Changes
from regulars.core.refusal import Refused

NOON = moment("2026-03-02 12:00")


class Batch(Store):
    """Hands on the account as the last decision left it, as long as that is enough."""

    def __init__(self) -> None:
        super().__init__()
        self.carried: dict[UUID, Account] = {}

    def load(
        self, member: UUID, at: datetime, ladder: str, *, lots: str = "due", history: bool = False
    ) -> Account:
        account = self.carried.get(member)
        if account is not None:
            due = account.next_due is not None and account.next_due <= micros(at)
            wants_lots = lots != "due" or due
            wants_history = history or account.ladder != ladder
            enough = (account.lots is not None or not wants_lots) and lots != "all"
            if enough and (account.history is not None or not wants_history):
                return account
        return super().load(member, at, ladder, lots=lots, history=history)

    def save(self, changes: Changes) -> None:
        super().save(changes)
        self.carried[changes.account.member_id] = changes.account


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("buys"), st.integers(0, 60_000), st.booleans()),
        st.tuples(st.just("waits"), st.integers(0, 30 * 24), st.none()),
        st.tuples(st.just("checks in"), st.none(), st.none()),
        st.tuples(st.just("returns"), st.integers(0, 9), st.booleans()),
        st.tuples(st.just("sets aside"), st.integers(1, 30), st.none()),
        st.tuples(st.just("buys late"), st.integers(0, 60_000), st.booleans()),
    ),
    min_size=2,
    max_size=12,
)


def lived(store: Store, version: int, acts: list[tuple]) -> Shop:
    """A shop after the acts; refusals are part of life."""
    shop = Shop(PROGRAMMES[version])
    shop.store = store
    now = NOON
    for number, (act, figure, flag) in enumerate(acts):
        now += timedelta(minutes=1)
        name = f"{number:02}"
        try:
            if act == "waits":
                now += timedelta(hours=figure)
            elif act == "checks in":
                shop.event("Anna", "check_in", now, name)
            elif act == "sets aside":
                shop.hold("Anna", name, "points", figure, now, now + timedelta(hours=5))
            elif act == "returns":
                sale = sorted(shop.sales)[figure % len(shop.sales)] if shop.sales else None
                if sale:
                    shop.take_back(sale, now, {"1": 500} if flag else None)
            else:
                at = now - timedelta(days=6) if act == "buys late" else now
                pay = {"points": None} if flag else None
                shop.sell("Anna", name, at, [line("1", figure, 2)], pay=pay)
        except Refused:
            continue
    return shop


@examples(100)
@given(st.integers(0, len(PROGRAMMES) - 1), ACTS)
def test_a_batch_leaves_the_same_chain_lots_and_state(version, acts):
    one_by_one, batched = (lived(store, version, acts) for store in (Store(), Batch()))
    if identity("Anna") not in one_by_one.store.kept:
        return
    kept, carried = (s.store.kept[identity("Anna")] for s in (one_by_one, batched))
    # An account carried on may know its lots, and so when to look again, better than one that is not.
    assert replace(kept, next_due=None) == replace(carried, next_due=None)
    assert batched.differences() == []
