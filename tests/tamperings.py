"""Every way in which somebody with the owner's rights may falsify the books, and what must be found."""

from collections.abc import Callable
from datetime import timedelta

import psycopg
from tampered_books import Books

from regulars.core.ledger.accounts import Transaction
from regulars.core.ledger.postings import chain_hash


def shift(key, by=5):
    """Adds to a number inside a JSON value; `key` is the path to it."""

    def change(value):
        *path, last = key
        for step in path:
            value = value[step]
        value[last] += by

    return change


def posting(currency, account, by):
    def change(postings):
        (found,) = [row for row in postings if row[:2] == [currency, account]]
        found[2] += by

    return change


def of_sale(books, sale, column, change):
    """Change the transaction of a sale."""
    books.edit("ledger_transaction", column, ("source", sale.id), change)


def both_sides(postings):
    posting("points", "active", 7)(postings)
    posting("points", "issued", -7)(postings)


def seal_again(books):
    """Rewrite the end of a chain as one does who knows how: hashes and head fit again."""
    row = books.read(
        "SELECT seq, kind, occurred_at, posted_at, source, version, postings::text, lots::text,"
        " facts::text, hash FROM ledger_transaction WHERE source = %s",
        books.untouched.id,
    )
    link = Transaction._make(row)
    at = {"m": books.dora.id, "s": link.seq}
    first, *rest = _links_from(books, at)
    first = first._replace(posted_at=first.posted_at + timedelta(seconds=1))
    previous = _hash_before(books, at)
    with psycopg.connect(books.shop.access.owner.conninfo) as connection:
        for link in (first, *rest):
            previous = chain_hash(previous, books.dora.id, link)
            connection.execute(
                "UPDATE ledger_transaction SET posted_at = %s, hash = %s"
                " WHERE member_id = %s AND seq = %s",
                (link.posted_at, previous, books.dora.id, link.seq),
            )
        connection.execute(
            "UPDATE ledger_account SET chain = %s WHERE member_id = %s", (previous, books.dora.id)
        )


def _links_from(books, at):
    with psycopg.connect(books.shop.access.owner.conninfo) as connection:
        for row in connection.execute(
            "SELECT seq, kind, occurred_at, posted_at, source, version, postings::text, lots::text,"
            " facts::text, hash FROM ledger_transaction WHERE member_id = %(m)s AND seq >= %(s)s"
            " ORDER BY seq",
            at,
        ).fetchall():
            yield Transaction._make(row)


def _hash_before(books, at):
    row = books.read(
        "SELECT hash FROM ledger_transaction WHERE member_id = %s AND seq = %s",
        at["m"],
        at["s"] - 1,
    )
    return row[0] if row else bytes(32)


def swap(books):
    """Two neighbours of a chain change places."""
    for before, after in ((2, -1), (3, 2), (-1, 3)):
        books.change(
            "UPDATE ledger_transaction SET seq = %s WHERE member_id = %s AND seq = %s",
            after,
            books.anna.id,
            before,
        )


def alter_version(books):
    books.do("ALTER TABLE programme_version DISABLE TRIGGER USER")
    books.change(
        "UPDATE programme_version SET document = jsonb_set(document::jsonb,"
        " '{earning,0,params,points}', '11') WHERE number = 1"
    )


def take_seal(books):
    books.change("DELETE FROM ledger_seal WHERE day = (SELECT min(day) FROM ledger_seal)")


Tamper = Callable[[Books], object]
OF_LOT = (
    "WHERE member_id = %s AND currency = 'points' AND remaining > 0 AND held = 0 AND source = %s"
)
TAMPERINGS: dict[str, tuple[Tamper, set[str]]] = {
    # the chain
    "an amount in a posting": (
        lambda b: of_sale(b, b.first, "postings", posting("points", "active", 5)),
        {"verify.chain", "verify.unbalanced", "verify.balance"},
    ),
    "an amount on both sides": (
        lambda b: of_sale(b, b.first, "postings", both_sides),
        {"verify.chain", "verify.balance", "verify.sale_points"},
    ),
    "a posting of another account": (
        lambda b: of_sale(b, b.paid, "postings", lambda p: p[-1].__setitem__(1, "expired")),
        {"verify.chain", "verify.sale_points"},
    ),
    "a lot move": (
        lambda b: of_sale(b, b.untouched, "lots", shift((1, 9))),
        {"verify.chain", "verify.lot"},
    ),
    "what a transaction tells of the tier": (
        lambda b: of_sale(b, b.untouched, "facts", shift(("q", 0, 1), 100)),
        {"verify.chain", "verify.tier", "verify.sale_money"},
    ),
    "a moment in it that is none": (
        lambda b: of_sale(b, b.first, "facts", lambda f: f["q"][0].__setitem__(0, "x")),
        {"verify.chain", "verify.unreadable"},
    ),
    "when it occurred": (
        lambda b: b.change(
            "UPDATE ledger_transaction SET occurred_at = occurred_at + interval '1 s'"
            " WHERE source = %s",
            b.untouched.id,
        ),
        {"verify.chain", "verify.sale_without_transaction"},
    ),
    "text that is no posting at all": (
        lambda b: b.change(
            "UPDATE ledger_transaction SET postings = '7' WHERE source = %s", b.untouched.id
        ),
        {"verify.chain", "verify.balance", "verify.lot", "verify.counters",
         "verify.visits", "verify.tier", "verify.sale_unreadable"},
    ),
    "a transaction removed from the middle": (
        lambda b: b.change(
            "DELETE FROM ledger_transaction WHERE member_id = %s AND kind = 'grant'", b.dora.id
        ),
        {"verify.gap", "verify.chain", "verify.grants", "verify.seal"},
    ),
    "the last transaction removed": (
        lambda b: b.change(
            "DELETE FROM ledger_transaction WHERE member_id = %s AND kind = 'hold'", b.anna.id
        ),
        {"verify.head", "verify.balance", "verify.holds", "verify.lot"},
    ),
    "two transactions swapped": (
        swap,
        {"verify.chain", "verify.sale_without_transaction", "verify.transaction_without_return",
         "verify.transaction_without_sale", "verify.return_without_transaction", "verify.lot"},
    ),
    "history rewritten with fitting hashes": (seal_again, {"verify.seal"}),
    # the account
    "a wallet": (
        lambda b: b.edit_state(b.anna, shift(("w", "points", 1))),
        {"verify.balance"},
    ),
    "a wallet that was never there": (
        lambda b: b.edit_state(b.anna, lambda s: s["w"].__setitem__("gold", [0, 5, 0])),
        {"verify.balance"},
    ),
    "a counter": (
        lambda b: b.edit_state(b.dora, lambda s: s["c"].clear()),
        {"verify.counters"},
    ),
    "the visits": (lambda b: b.edit_state(b.anna, shift(("v",), 1)), {"verify.visits"}),
    "the last purchase": (lambda b: b.edit_state(b.anna, shift(("t",), 1)), {"verify.visits"}),
    "a tier record": (
        lambda b: b.edit_state(b.boris, lambda s: s["q"][1].__setitem__("gold", 1)),
        {"verify.tier"},
    ),
    "a granted tier": (
        lambda b: b.edit_state(b.dora, lambda s: s["g"].clear()),
        {"verify.grants"},
    ),
    "a hold": (
        lambda b: b.edit_state(b.anna, lambda s: s["h"].clear()),
        {"verify.holds"},
    ),
    "the last lot's number": (lambda b: b.edit_state(b.anna, shift(("l",), 1)), {"verify.lot_count"}),
    "the next moment something is due": (
        lambda b: b.change(
            "UPDATE ledger_account SET next_due = next_due + 1 WHERE member_id = %s", b.dora.id
        ),
        {"verify.due"},
    ),
    "nothing is ever due": (
        lambda b: b.change(
            "UPDATE ledger_account SET next_due = NULL WHERE member_id = %s", b.dora.id
        ),
        {"verify.due"},
    ),
    "the head": (
        lambda b: b.change(
            "UPDATE ledger_account SET chain = '\\x00' WHERE member_id = %s", b.dora.id
        ),
        {"verify.head"},
    ),
    "an account that is none": (
        lambda b: b.change(
            "UPDATE ledger_account SET state = '{\"w\": 3}' WHERE member_id = %s", b.dora.id
        ),
        {"verify.account_unreadable"},
    ),
    "an account gone": (
        lambda b: b.change("DELETE FROM ledger_account WHERE member_id = %s", b.dora.id),
        {"verify.account_missing"},
    ),
    # lots
    "what is left of a lot": (
        lambda b: b.change(
            f"UPDATE ledger_lot SET remaining = remaining + 1 {OF_LOT}", b.dora.id, b.untouched.id
        ),
        {"verify.lot", "verify.balance"},
    ),
    "the expiry of a lot": (
        lambda b: b.change(
            f"UPDATE ledger_lot SET expires_at = expires_at + interval '1 day' {OF_LOT}",
            b.dora.id,
            b.untouched.id,
        ),
        {"verify.lot"},
    ),
    "a lot gone": (
        lambda b: b.change(f"DELETE FROM ledger_lot {OF_LOT}", b.dora.id, b.untouched.id),
        {"verify.lot", "verify.balance"},
    ),
    # seals
    "a seal": (
        lambda b: b.change(
            "UPDATE ledger_seal SET hash = '\\x00' WHERE day = (SELECT max(day) FROM ledger_seal)"
        ),
        {"verify.seal"},
    ),
    "a seal gone": (take_seal, {"verify.seal"}),
    # sales
    "the points of a decision": (
        lambda b: b.edit_sale(b.untouched, "decision", shift(("awards", 0, 2))),
        {"verify.sale_points"},
    ),
    "the payment of a decision": (
        lambda b: b.edit_sale(b.paid, "decision", shift(("payments", 0, 1))),
        {"verify.sale_points"},
    ),
    "what a line cost": (
        lambda b: b.edit_sale(b.untouched, "decision", shift(("due", 0))),
        {"verify.sale_money"},
    ),
    "what a sale brought": (
        lambda b: b.change(
            "UPDATE till_sale SET paid_minor = paid_minor + 1 WHERE id = %s", b.untouched.id
        ),
        {"verify.sale_money"},
    ),
    "a price on a receipt": (
        lambda b: b.edit_sale(b.untouched, "receipt", shift(("lines", 0, 4))),
        {"verify.sale_money"},
    ),
    "all figures of a sale alike": (
        lambda b: (
            b.edit_sale(b.untouched, "receipt", shift(("lines", 0, 4))),
            b.edit_sale(b.untouched, "decision", shift(("due", 0))),
            b.change(
                "UPDATE till_sale SET gross_minor = gross_minor + 5, paid_minor = paid_minor + 5"
                " WHERE id = %s",
                b.untouched.id,
            ),
        ),
        {"verify.sale_money"},
    ),
    "a decision that is none": (
        lambda b: b.change("UPDATE till_sale SET decision = '[]' WHERE id = %s", b.untouched.id),
        {"verify.sale_unreadable"},
    ),
    "a sale cut off from the ledger": (
        lambda b: b.change("UPDATE till_sale SET seq = NULL WHERE id = %s", b.untouched.id),
        {"verify.sale_without_transaction", "verify.transaction_without_sale"},
    ),
    "a sale gone": (
        lambda b: b.change("DELETE FROM till_sale WHERE id = %s", b.untouched.id),
        {"verify.transaction_without_sale", "verify.claim_empty"},
    ),
    "a sale gone of which goods came back": (
        lambda b: b.change("DELETE FROM till_sale WHERE id = %s", b.first.id),
        {"verify.transaction_without_sale", "verify.claim_empty", "verify.return_without_sale"},
    ),
    # returns
    "what is noted as returned": (
        lambda b: b.edit_sale(b.first, "returned", shift(("1",), 1000)),
        {"verify.sale_returned"},
    ),
    "how many returns there were": (
        lambda b: b.change("UPDATE till_sale SET returns = returns + 1 WHERE id = %s", b.first.id),
        {"verify.sale_returned"},
    ),
    "a refund raised": (
        lambda b: b.change(
            "UPDATE till_return SET refund_minor = refund_minor + 1 WHERE id = %s", b.back.id
        ),
        {"verify.refund", "verify.transaction_without_return"},
    ),
    "more returned than sold": (
        lambda b: (
            b.edit("till_return", "lines", ("id", b.back.id), shift(("1",), 9000)),
            b.edit_sale(b.first, "returned", shift(("1",), 9000)),
        ),
        {"verify.returned_more"},
    ),
    "the points a return gave back": (
        lambda b: b.edit("till_return", "decision", ("id", b.paid_back.id), shift(("restored", "points"))),
        {"verify.return_points"},
    ),
    "a return gone": (
        lambda b: b.change("DELETE FROM till_return WHERE id = %s", b.back.id),
        {"verify.sale_returned", "verify.claim_empty", "verify.transaction_without_return"},
    ),
    "a return cut off from the ledger": (
        lambda b: b.change("UPDATE till_return SET seq = NULL WHERE id = %s", b.back.id),
        {"verify.return_without_transaction", "verify.transaction_without_return"},
    ),
    # claims
    "the claim of a sale gone": (
        lambda b: b.change("DELETE FROM till_claim WHERE entry_id = %s", b.first.id),
        {"verify.sale_unclaimed"},
    ),
    "the claim of a return gone": (
        lambda b: b.change("DELETE FROM till_claim WHERE entry_id = %s", b.back.id),
        {"verify.return_unclaimed"},
    ),
    "a claim of nothing": (
        lambda b: b.change(
            "INSERT INTO till_claim SELECT store, till, 'x', kind, bucket, member_id,"
            " gen_random_uuid(), body_digest, NULL, posted_at FROM till_claim WHERE entry_id = %s",
            b.first.id,
        ),
        {"verify.claim_empty"},
    ),
    "the number of a sale": (
        lambda b: b.change("UPDATE till_sale SET number = 'x' WHERE id = %s", b.first.id),
        {"verify.sale_unclaimed"},
    ),
    # rewards
    "the price of a reward taken": (
        lambda b: b.change(
            "UPDATE rewards_redemption SET price_minor = 1 WHERE id = %s", b.kept.id
        ),
        {"verify.redemption"},
    ),
    "a reward called cancelled": (
        lambda b: b.change(
            "UPDATE rewards_redemption SET status = 'cancelled', cancelled_at = redeemed_at,"
            " cancelled_by = 'x', cancel_ledger_seq = ledger_seq WHERE id = %s",
            b.kept.id,
        ),
        {"verify.redemption", "verify.order_stock"},
    ),
    "a reward called kept": (
        lambda b: b.change(
            "UPDATE rewards_redemption SET status = 'issued', cancelled_at = NULL,"
            " cancelled_by = NULL, cancel_ledger_seq = NULL WHERE id = %s",
            b.undone.id,
        ),
        {"verify.redemption", "verify.order_stock"},
    ),
    "a redemption gone": (
        lambda b: b.change("DELETE FROM rewards_redemption WHERE id = %s", b.kept.id),
        {"verify.redemption_missing", "verify.stock_order_missing"},
    ),
    # the programme
    "a rule of a version": (alter_version, {"verify.version"}),
}  # fmt: skip
