"""Books in which everything has happened, that can be tampered with and made whole again."""

import json
from datetime import timedelta
from functools import partial

import psycopg
from till_shop import NOW

from regulars.contexts.ledger.usecases.merging import merge_members
from regulars.contexts.ledger.usecases.points import adjust_points, grant_tier
from regulars.contexts.ledger.usecases.sealing import seal_days
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.rewards.types import RewardTerms
from regulars.contexts.rewards.usecases import catalogue, orders
from regulars.core.ledger.postings import json_text
from regulars.kit.ids import new_id
from regulars.kit.transactions import in_transaction

TABLES = (
    "ledger_account",
    "ledger_transaction",
    "ledger_lot",
    "ledger_seal",
    "till_sale",
    "till_return",
    "till_claim",
    "rewards_redemption",
    "programme_version",
)


class Books:
    """Books in which everything has happened, that can be tampered with and made whole again."""

    def __init__(self, shop):
        self.shop = shop
        self.anna, self.boris, self.carl, self.dora = map(
            shop.enrol, ("anna", "boris", "carl", "dora")
        )
        shop.event(self.anna)
        self.first = shop.sell(self.anna, 600, 400)
        self.untouched = shop.sell(self.dora, 700)
        self.merged_sale = shop.sell(self.carl, 500)
        self.anonymous = shop.sell(None, 100, 50)
        shop.now = NOW + timedelta(days=1)
        self.back = shop.give_back(self.first.key, {"1": 1})
        shop.give_back(self.anonymous.key, {"2": 2})
        self.paid = shop.sell(self.anna, 200, 100, points=20)
        self.paid_back = shop.give_back(self.paid.key, {"1": 1})
        in_transaction(partial(self._staff, NOW + timedelta(days=1)))
        shop.now = NOW + timedelta(days=2)
        in_transaction(self._merge)
        shop.give_back(self.merged_sale.key, {"1": 1})
        shop.now = NOW + timedelta(days=5)
        shop.sell(self.anna, 150)
        in_transaction(lambda: seal_days(now=shop.now))
        shop.quote(self.anna, 300, points=5, hold=True)

    def _staff(self, now):
        at = {"now": now, "by": self.shop.by}
        under = {"programme": compiled_at(now)}
        adjust_points(
            self.dora, **under, currency="points", amount=100, source=new_id(now=now),
            reason_text="sorry", **at,
        )  # fmt: skip
        grant_tier(
            self.dora, **under, tier="gold", until=None, source=new_id(now=now),
            reason_text="a friend", **at,
        )  # fmt: skip
        catalogue.create_reward("mug", RewardTerms({"en": "Mug"}, "points", 40), stock=9, **at)
        catalogue.launch_reward("mug", **at)
        self.kept = orders.redeem_reward(self.dora, "mug", request_key="1", **at)
        self.undone = orders.redeem_reward(self.dora, "mug", request_key="2", **at)
        orders.cancel_redemption(self.dora, self.undone.id, reason="broken", **at)

    def _merge(self):
        now, by = self.shop.now, self.shop.by
        merge_members(
            self.carl, self.boris, programme=compiled_at(now), reason_text="one", now=now, by=by
        )

    def keep(self):
        """Remember the tables as they are."""
        for table in TABLES:
            self.do(f"CREATE TABLE kept_{table} AS TABLE {table}")

    def restore(self):
        """Make the tables what they were."""
        with psycopg.connect(self.shop.access.owner.conninfo) as connection:
            for table in TABLES:
                if table == "programme_version":
                    continue
                connection.execute(f"DELETE FROM {table}")
                connection.execute(f"INSERT INTO {table} SELECT * FROM kept_{table}")
            connection.execute("ALTER TABLE programme_version DISABLE TRIGGER USER")
            connection.execute(
                "UPDATE programme_version v SET document = k.document"
                " FROM kept_programme_version k WHERE k.number = v.number"
            )
            connection.execute("ALTER TABLE programme_version ENABLE TRIGGER USER")

    def do(self, statement, *params):
        return self.shop.tamper(statement, *params)

    def change(self, statement, *params):
        """Tamper with exactly one row."""
        assert self.do(statement, *params) == 1

    def read(self, statement, *params):
        with psycopg.connect(self.shop.access.owner.conninfo) as connection:
            return connection.execute(statement, params).fetchone()

    def edit(self, table, column, key, change):
        """Let `change` alter the JSON value in a column of the one row with (column, value) `key`."""
        (text,) = self.read(f"SELECT {column}::text FROM {table} WHERE {key[0]} = %s", key[1])
        value = json.loads(text)
        change(value)
        self.change(
            f"UPDATE {table} SET {column} = %s WHERE {key[0]} = %s", json_text(value), key[1]
        )

    def edit_state(self, member, change):
        self.edit("ledger_account", "state", ("member_id", member.id), change)

    def edit_sale(self, sale, column, change):
        self.edit("till_sale", column, ("id", sale.id), change)
