"""Turns keep each owner's order and let everybody else overtake."""

from hypothesis import given
from hypothesis import strategies as st

from regulars.core.receipts.turns import Turns

ITEMS = st.lists(st.tuples(st.one_of(st.none(), st.integers(0, 4)), st.integers(0, 2)), max_size=60)


@given(ITEMS, st.integers(1, 7))
def test_every_item_comes_once_and_in_its_owners_order(items, most):
    """Items make up to two further ones, which come before what the owner has waiting."""
    turns = Turns()
    for number, (owner, more) in enumerate(items):
        turns.push(owner, ((number,), more if owner is not None else 0))
    seen = []
    while len(turns):
        batch = turns.take(most)
        assert 0 < len(batch) <= most
        owners = [owner for owner, _ in batch if owner is not None]
        assert len(owners) == len(set(owners))
        for owner, (name, more) in batch:
            seen.append((owner, name))
            then = [((*name, n), 0) for n in range(more)]
            turns.finished(owner, then)
    wanted = [
        (owner, name)
        for number, (owner, more) in enumerate(items)
        for name in [(number,), *((number, n) for n in range(more if owner is not None else 0))]
    ]
    assert sorted(seen, key=lambda one: one[1]) == wanted
    for owner in {owner for owner, _ in wanted} - {None}:
        assert [n for o, n in seen if o == owner] == [n for o, n in wanted if o == owner]


def test_an_owner_is_busy_until_finished():
    turns = Turns()
    turns.push("anna", 1)
    turns.push("anna", 2)
    turns.push("boris", 3)
    assert turns.take(10) == [("anna", 1), ("boris", 3)]
    assert turns.take(10) == []
    turns.finished("anna")
    assert turns.take(10) == [("anna", 2)]
