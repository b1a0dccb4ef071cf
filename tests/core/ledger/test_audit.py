"""Whatever is changed in the stored books, by whomever, the audit names it."""

from dataclasses import replace
from datetime import timedelta
from json import dumps, loads

import pytest
from core.ledger.shop import Shop
from hypothesis import given
from hypothesis import strategies as st
from make import POINTS, RATE, identity, line, moment, programme
from seed import examples

from regulars.core.ledger.postings import Unbalanced, balanced, chain_hash, json_text, sums

NOON = moment("2026-03-02 12:00")
ANNA = identity("Anna")
TIERS = {
    "measure": "spend",
    "window": {"kind": "rolling", "length": {"days": 90}},
    "levels": [
        {"code": "base", "title": "Base"},
        {"code": "silver", "title": "S", "threshold": 500},
    ],
}


def lived() -> Shop:
    """A shop with something of everything in Anna's books."""
    points = {**POINTS, "expiry": {"kind": "after", "after": {"days": 60}}}
    shop = Shop(
        programme(
            currencies={"points": points}, earning=[{**RATE, "caps": {"week": 500}}], tiers=TIERS
        )
    )
    shop.sell("Anna", "a", NOON, [line("1", 100_000), line("2", 50_000)])
    shop.sell("Anna", "b", NOON + timedelta(days=1), [line("1", 20_000)], pay={"points": 50})
    shop.take_back("a", NOON + timedelta(days=2), {"2": 1000})
    shop.grant("Anna", "silver", NOON + timedelta(days=2), None)
    shop.adjust("Anna", "points", 30, NOON + timedelta(days=70))
    at = NOON + timedelta(days=71)
    shop.hold("Anna", "q1", "points", 20, at, at + timedelta(minutes=15))
    return shop


def found(shop: Shop) -> set[str]:
    return {difference.code for difference in shop.differences()}


def test_untouched_books_have_no_differences():
    shop = lived()
    assert found(shop) == set()
    kinds = [t.kind for t in shop.store.kept[ANNA].transactions]
    assert kinds == ["sale", "sale", "return", "grant", "expire", "expire", "adjust", "hold"]


FIELDS = {
    "seq": 99,
    "kind": "other",
    "occurred_at": NOON - timedelta(days=9),
    "posted_at": NOON + timedelta(days=9),
    "source": identity("nobody"),
    "version": 7,
    "hash": bytes(32),
}


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("place", range(8))
def test_a_changed_field_of_any_transaction_is_found(field, place):
    shop = lived()
    kept = shop.store.kept[ANNA]
    kept.transactions[place] = kept.transactions[place]._replace(**{field: FIELDS[field]})
    assert "verify.chain" in found(shop)


@examples(150)
@given(st.integers(0, 7), st.sampled_from(["postings", "lots", "facts"]), st.data())
def test_a_changed_character_of_any_transaction_is_found_and_breaks_nothing(place, field, data):
    shop = lived()
    kept = shop.store.kept[ANNA]
    text = getattr(kept.transactions[place], field)
    at = data.draw(st.integers(0, len(text) - 1))
    sign = data.draw(st.sampled_from('0123456789"[]{},:-apx ').filter(lambda s: s != text[at]))
    kept.transactions[place] = kept.transactions[place]._replace(
        **{field: text[:at] + sign + text[at + 1 :]}
    )
    assert "verify.chain" in found(shop)


GARBAGE = ["null", "7", "[null]", "[[1]]", '["~"]', "{}", '{"q":[[1]]}', '[["+",1]]', "", "[[[]]]"]


@pytest.mark.parametrize("field", ["postings", "lots", "facts"])
@pytest.mark.parametrize("garbage", GARBAGE)
def test_a_transaction_that_cannot_be_read_is_named_not_stumbled_over(field, garbage):
    shop = lived()
    kept = shop.store.kept[ANNA]
    kept.transactions[1] = kept.transactions[1]._replace(**{field: garbage})
    assert "verify.chain" in found(shop)


@pytest.mark.parametrize("place", range(8))
def test_a_missing_transaction_is_found(place):
    shop = lived()
    del shop.store.kept[ANNA].transactions[place]
    assert found(shop) & {"verify.gap", "verify.head"}


def test_two_transactions_that_changed_places_are_found():
    shop = lived()
    rows = shop.store.kept[ANNA].transactions
    rows[2], rows[3] = rows[3], rows[2]
    assert {"verify.gap", "verify.chain"} <= found(shop)


def test_a_whole_forged_chain_still_has_to_agree_with_account_and_lots():
    shop = lived()
    kept = shop.store.kept[ANNA]
    chain, rows = bytes(32), []
    for row in kept.transactions:
        twice = [[c, a, n * 2] for c, a, n in loads(row.postings)]
        forged = row._replace(postings=json_text(twice)) if row.seq == 1 else row
        chain = chain_hash(chain, ANNA, forged)
        rows.append(forged._replace(hash=chain))
    kept.transactions = rows
    assert {"verify.head", "verify.balance"} <= found(shop)


def test_postings_that_do_not_sum_to_zero_are_found():
    shop = lived()
    kept = shop.store.kept[ANNA]
    row = kept.transactions[-1]
    row = row._replace(postings='[["points","active",1]]')
    kept.transactions[-1] = row._replace(hash=chain_hash(kept.transactions[-2].hash, ANNA, row))
    assert "verify.unbalanced" in found(shop)


STATE_CHANGES = {
    "w": ("verify.balance", lambda value: {"points": [0, 10**6, 20]}),
    "l": ("verify.lot_count", lambda value: value + 1),
    "v": ("verify.visits", lambda value: value - 1),
    "t": ("verify.visits", lambda value: value + 1),
    "c": ("verify.counters", lambda value: {}),
    "h": ("verify.holds", lambda value: {}),
    "g": ("verify.grants", lambda value: []),
    "q": ("verify.tier", lambda value: [[], {}]),
}


@pytest.mark.parametrize("part", STATE_CHANGES)
def test_a_changed_part_of_the_stored_state_is_found(part):
    shop = lived()
    kept = shop.store.kept[ANNA]
    code, change = STATE_CHANGES[part]
    state = loads(kept.state)
    assert state.keys() == STATE_CHANGES.keys()
    kept.state = dumps({**state, part: change(state[part])})
    assert code in found(shop)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("version", 9, "verify.head"),
        ("chain", bytes(32), "verify.head"),
        ("next_due", None, "verify.due"),
        ("next_due", 2**60, "verify.due"),
    ],
)
def test_a_changed_head_of_the_account_is_found(field, value, code):
    shop = lived()
    setattr(shop.store.kept[ANNA], field, value)
    assert code in found(shop)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("currency", "stamps"),
        ("source", None),
        ("earned_at", NOON),
        ("active_at", NOON),
        ("expires_at", None),
        ("idle_days", 1),
        ("idle_months", 1),
        ("amount", 31),
        ("remaining", 31),
        ("held", 0),
        ("expired", 1),
        ("active", False),
    ],
)
def test_a_changed_field_of_a_lot_is_found(field, value):
    shop = lived()
    kept = shop.store.kept[ANNA]
    number = max(kept.lots)
    assert getattr(kept.lots[number], field) != value
    kept.lots[number] = kept.lots[number]._replace(**{field: value})
    assert "verify.lot" in found(shop)


def test_a_lot_that_is_missing_or_too_many_is_found():
    shop = lived()
    removed = shop.store.kept[ANNA].lots.pop(1)
    assert "verify.lot" in found(shop)
    shop.store.kept[ANNA].lots |= {1: removed, 77: removed._replace(number=77)}
    assert "verify.lot" in found(shop)


def test_a_balance_below_its_floor_is_found():
    shop = lived()
    shop.redeem("Anna", "r", "points", 10, NOON + timedelta(days=71))
    shop.sell("Anna", "c", NOON + timedelta(days=72), [line("1", 50_000)])
    shop.redeem("Anna", "s", "points", 60, NOON + timedelta(days=72))
    shop.take_back("c", NOON + timedelta(days=72))
    assert shop.wallet("Anna", NOON + timedelta(days=72)).active < 0
    assert found(shop) == set()
    strict = {**POINTS, "floor": 0}
    shop.known = [programme(currencies={"points": strict}, tiers=TIERS)]
    assert found(shop) == {"verify.floor"}


def test_an_account_without_its_row_is_found():
    shop = lived()
    store = shop.store
    kept = store.kept[ANNA]
    kept.version, kept.chain, kept.lots = 0, bytes(32), {}
    assert {"verify.head", "verify.lot", "verify.balance"} <= found(shop)


def test_what_does_not_balance_is_never_written():
    with pytest.raises(Unbalanced):
        balanced({("points", "active"): 5, ("points", "issued"): -4})
    assert balanced({("points", "active"): 0}) == []


@examples(100)
@given(
    st.dictionaries(
        st.tuples(st.sampled_from("ab"), st.sampled_from("xyz")), st.integers(-(10**20), 10**20)
    )
)
def test_balanced_postings_are_in_one_order_and_sum_to_zero(amounts):
    for currency in "ab":
        rest = sum(n for (code, _), n in amounts.items() if code == currency)
        amounts[currency, "rest"] = -rest
    rows = balanced(amounts)
    assert rows == sorted(rows)
    assert not any(sums(rows).values())
    assert all(row.amount for row in rows)


def test_a_hash_depends_on_the_member_and_on_what_came_before():
    row = lived().store.kept[ANNA].transactions[0]
    hashes = {
        chain_hash(bytes(32), ANNA, row),
        chain_hash(bytes(32), identity("Berta"), row),
        chain_hash(b"1" * 32, ANNA, row),
        chain_hash(bytes(32), ANNA, replace_source(row)),
    }
    assert len(hashes) == 4


def replace_source(row):
    return row._replace(source=None)


def test_a_changed_file_is_not_changed_by_being_read():
    shop = lived()
    before = replace(shop.store.kept[ANNA])
    shop.differences()
    assert shop.store.kept[ANNA] == before
