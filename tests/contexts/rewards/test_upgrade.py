"""An installation with redemptions from before orders had a life: what it has after the upgrade."""

import psycopg
import pytest
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from regulars.contexts.rewards.models import Redemption, StockMove
from regulars.contexts.rewards.usecases import orders
from regulars.kit.database.lead import django_on
from regulars.kit.migrate import _owner_alias_on, migrate
from regulars.kit.transactions import in_transaction

BEFORE = [("rewards", "0002_coupons")]


@pytest.fixture
def old(fresh_database):
    """Goes back to the tables of that time, and gives a way to look at them as their owner."""

    def go_back():
        with _owner_alias_on(fresh_database.owner):
            MigrationExecutor(connections["owner"]).migrate(BEFORE)

    return go_back, lambda: psycopg.connect(fresh_database.owner.conninfo, autocommit=True)


def test_what_was_redeemed_is_issued_and_the_stock_has_its_journal(
    old, fresh_database, django_on_fresh_database, enrol, offer, now, cashier, later, proved
):
    go_back, owner = old
    member = enrol(500)
    mug, cup = offer(stock=5), offer("cup")

    def redeem(reward, key):
        return orders.redeem_reward(member, reward, request_key=key, now=now, by=cashier)

    kept = in_transaction(lambda: redeem(mug, "k"))
    undone = in_transaction(lambda: redeem(mug, "u"))
    in_transaction(
        lambda: orders.cancel_redemption(member, undone.id, reason="x", now=now, by=cashier)
    )
    free = in_transaction(lambda: redeem(cup, "f"))
    go_back()
    with owner() as connection:
        found = connection.execute("SELECT status FROM rewards_redemption ORDER BY status")
        assert found.fetchall() == [("cancelled",), ("redeemed",), ("redeemed",)]
    migrate(fresh_database.owner)
    with django_on(fresh_database):
        rows = {row.id: row for row in Redemption.objects.all()}
        assert [rows[order.id].status for order in (kept, undone, free)] == [
            "issued",
            "cancelled",
            "issued",
        ]
        assert rows[kept.id].issued_at == now
        moves = StockMove.objects.filter(reward_code=mug).values_list("reason", "change")
        assert sorted(moves) == [("put_back", 1), ("set", 5), ("taken", -1), ("taken", -1)]
        assert in_transaction(proved)
        back = in_transaction(
            lambda: orders.cancel_redemption(
                member, kept.id, reason="y", now=later(days=1), by=cashier
            )
        )
        assert back.status == "cancelled"
        assert in_transaction(proved)
