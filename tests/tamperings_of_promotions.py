"""Ways of falsifying coupons and shared limits, and what must be found."""

import json

import promotion_shop as ps

from regulars.core.ledger.postings import json_text

DOCUMENT = ps.document(
    ps.promotion(
        "auto",
        5,
        budget="spring",
        caps=[{"per": "all", "period": "day", "uses": 40}, {"per": "member", "uses": 30}],
    ),
    ps.with_coupon(),
    {
        "id": "next",
        "title": "Next time",
        "kind": "issue_coupon",
        "params": {"promotion": "ten", "expected_cost": 10},
        "trigger": {"kind": "code", "codes": ["NEXT"]},
    },
    budgets=[{"id": "spring", "title": "Spring", "money": 1000}],
)
TABLES = (
    "ledger_account",
    "till_sale",
    "till_return",
    "till_allowance",
    "rewards_coupon",
    "rewards_coupon_event",
)


class Promoted:
    """Books of sales with coupons used, given back, reserved and issued, and limits taken of."""

    def __init__(self, shop):
        self.shop = shop
        ps.add_coupons(shop, "FEW555", uses=5)
        ps.add_coupons(shop, "SHAKE2", "SHAKE3", "SHAKE4")
        self.anna, self.boris = shop.enrol("anna"), shop.enrol("boris")
        ask = shop.ask
        self.used = ask(ps.commit(shop, self.anna, 100, number="1", codes=["SHAKE2"]))
        ask(ps.commit(shop, self.boris, 100, number="2", codes=["FEW555", "NEXT"]))
        self.anonymous = ask(ps.commit(shop, None, 100, number="3", codes=["SHAKE3", "NEXT"]))
        self.returned = ask(ps.commit(shop, self.boris, 100, number="4", codes=["SHAKE4"]))
        self.back = ask(ps.give_back(shop, "r4", "4"))
        ask(ps.give_back(shop, "r1", "1", {"1": 1000}))
        ask(ps.quote(shop, self.anna, 100, codes=["FEW555"], hold=True))

    def keep(self):
        for table in TABLES:
            self.do(f"CREATE TABLE kept_{table} AS TABLE {table}")

    def restore(self):
        self.do("ALTER TABLE rewards_coupon DROP CONSTRAINT IF EXISTS rewards_coupon_uses_within")
        self.do("ALTER TABLE till_allowance DROP CONSTRAINT IF EXISTS till_allowance_within")
        for table in TABLES:
            self.do(f"DELETE FROM {table}")
            self.do(f"INSERT INTO {table} SELECT * FROM kept_{table}")

    def do(self, statement, *params):
        return self.shop.tamper(statement, *params)

    def change(self, statement, *params):
        """Tamper with exactly one row."""
        assert self.do(statement, *params) == 1

    def edit(self, table, column, key, change):
        ((text,),) = ps.rows(
            self.shop, f"SELECT {column}::text FROM {table} WHERE {key[0]} = %s", key[1]
        )
        value = json.loads(text)
        change(value)
        self.change(
            f"UPDATE {table} SET {column} = %s WHERE {key[0]} = %s", json_text(value), key[1]
        )

    def edit_decision(self, sale, change):
        self.edit("till_sale", "decision", ("id", sale.id), change)


def _one_more_use(books):
    books.change("UPDATE rewards_coupon SET uses = uses + 1 WHERE code = 'FEW555'")


def _used_too_often(books):
    books.do("ALTER TABLE rewards_coupon DROP CONSTRAINT IF EXISTS rewards_coupon_uses_within")
    books.change("UPDATE rewards_coupon SET uses = 2 WHERE code = 'SHAKE2'")


def _over_its_shard(books):
    books.do("ALTER TABLE till_allowance DROP CONSTRAINT IF EXISTS till_allowance_within")
    books.change(
        "UPDATE till_allowance SET most = used - 1 WHERE (key, shard) = (SELECT key, shard FROM"
        " till_allowance WHERE key = 'budget:spring:ever' AND used > 0 ORDER BY shard LIMIT 1)"
    )


def _forged_give_back(books):
    books.change("UPDATE rewards_coupon SET uses = 0 WHERE code = 'SHAKE2'")
    books.change(
        "INSERT INTO rewards_coupon_event (code, source, what, at, bucket, member_id)"
        " SELECT code, gen_random_uuid(), 'given_back', at, bucket, member_id"
        " FROM rewards_coupon_event WHERE code = 'SHAKE2' AND what = 'used'"
    )


_OF_BUDGET = (
    "WHERE (key, shard) = (SELECT key, shard FROM till_allowance"
    " WHERE key = 'budget:spring:ever' AND most > used ORDER BY shard LIMIT 1)"
)

TAMPERINGS = {
    "a use more of a coupon": (_one_more_use, {"verify.coupon_uses"}),
    "a coupon used more often than it may be": (
        _used_too_often,
        {"verify.coupon_uses", "verify.coupon_over"},
    ),
    "a use taken out of the journal": (
        lambda b: b.change(
            "DELETE FROM rewards_coupon_event WHERE code = 'SHAKE2' AND what = 'used'"
        ),
        {"verify.coupon_uses", "verify.coupon_sale"},
    ),
    "a use and its entry taken out": (
        lambda b: (
            b.change("UPDATE rewards_coupon SET uses = 0 WHERE code = 'SHAKE2'"),
            b.change("DELETE FROM rewards_coupon_event WHERE code = 'SHAKE2' AND what = 'used'"),
        ),
        {"verify.coupon_sale"},
    ),
    "a use by a sale that does not exist": (
        lambda b: (
            _one_more_use(b),
            b.change(
                "INSERT INTO rewards_coupon_event (code, source, what, at, bucket, member_id)"
                " SELECT code, gen_random_uuid(), what, at, bucket, member_id"
                " FROM rewards_coupon_event WHERE code = 'FEW555' AND what = 'used' LIMIT 1"
            ),
        ),
        {"verify.coupon_sale"},
    ),
    "a use given back by nobody": (_forged_give_back, {"verify.coupon_given_back"}),
    "a coupon of a decision": (
        lambda b: b.edit_decision(b.used, lambda d: d["coupons"].pop()),
        {"verify.coupon_sale"},
    ),
    "a coupon gone": (
        lambda b: b.change("DELETE FROM rewards_coupon WHERE code = 'SHAKE3'"),
        {"verify.coupon_missing"},
    ),
    "an issued coupon gone": (
        lambda b: b.change("DELETE FROM rewards_coupon WHERE source = %s", b.anonymous.id),
        {"verify.coupon_missing"},
    ),
    "an issued coupon that the sale knows nothing of": (
        lambda b: b.edit_decision(b.anonymous, lambda d: d.pop("issued")),
        {"verify.coupon_sale"},
    ),
    "what is used of a budget": (
        lambda b: b.change(f"UPDATE till_allowance SET used = used + 1 {_OF_BUDGET}"),
        {"verify.limit_used"},
    ),
    "what a sale took of a budget": (
        lambda b: b.edit_decision(b.used, lambda d: d["allowances"][0].__setitem__(3, 1)),
        {"verify.limit_used"},
    ),
    "what a return gave back": (
        lambda b: b.edit(
            "till_return", "decision", ("id", b.back.id), lambda d: d.pop("allowances")
        ),
        {"verify.limit_used"},
    ),
    "a limit forgotten": (
        lambda b: b.do("DELETE FROM till_allowance WHERE key = 'budget:spring:ever'"),
        {"verify.limit_used"},
    ),
    "room that nobody gave": (
        lambda b: b.change(f"UPDATE till_allowance SET most = most + 1 {_OF_BUDGET}"),
        {"verify.limit_shards"},
    ),
    "a shard above its part": (_over_its_shard, {"verify.limit_over", "verify.limit_shards"}),
    "what a sale counted for its member": (
        lambda b: b.edit_decision(b.used, lambda d: d["counters"].pop()),
        {"verify.sale_counters"},
    ),
    "a counter of a promotion": (
        lambda b: b.edit(
            "ledger_account",
            "state",
            ("member_id", b.anna.id),
            lambda s: s["c"]["uses:auto:ever"][0].__setitem__(1, 0),
        ),
        {"verify.counters"},
    ),
}
