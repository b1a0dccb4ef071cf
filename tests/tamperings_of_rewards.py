"""Ways of falsifying orders, stock and referrals, and what must be found."""

from datetime import timedelta

from till_shop import DOCUMENT as SHOP
from till_shop import NOW

from regulars.contexts.ledger.usecases.points import adjust_points
from regulars.contexts.members.usecases.referrals import make_referral_code
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.rewards.types import RewardTerms
from regulars.contexts.rewards.usecases import catalogue, orders
from regulars.contexts.rewards.usecases.referral import name_referrer, settle_referrals
from regulars.kit.ids import new_id
from regulars.kit.transactions import in_transaction

DOCUMENT = {
    **SHOP,
    "referral": {
        "friend": {"currency": "points", "points": 50},
        "referrer": {"currency": "points", "points": 100},
        "waiting": {"days": 14},
    },
}
TABLES = (
    "ledger_transaction",
    "rewards_reward",
    "rewards_redemption",
    "rewards_stock_move",
    "members_referral",
)


class Rewarded:
    """Books of orders in every state, and of a friend who has bought."""

    def __init__(self, shop):
        self.shop = shop
        self.anna = shop.enrol("anna")
        shop.now = NOW + timedelta(days=1)
        self.boris = shop.enrol("boris")
        in_transaction(self._order)
        code = in_transaction(lambda: make_referral_code(self.anna, now=shop.now, by=shop.by))
        in_transaction(lambda: name_referrer(self.boris, code=code, now=shop.now, by=shop.by))
        shop.sell(self.boris, 500)
        settle_referrals(now=shop.now)

    def _order(self):
        at = {"now": self.shop.now, "by": self.shop.by}
        adjust_points(
            self.anna, programme=compiled_at(self.shop.now), currency="points", amount=500,
            source=new_id(now=self.shop.now), reason_text="sorry", **at,
        )  # fmt: skip
        catalogue.create_reward("mug", RewardTerms({"en": "Mug"}, "points", 40), stock=9, **at)
        catalogue.launch_reward("mug", **at)
        self.reserved = orders.reserve_reward(self.anna, "mug", request_key="r", **at)
        self.let_go = orders.reserve_reward(self.anna, "mug", request_key="l", **at)
        orders.cancel_redemption(self.anna, self.let_go.id, reason="x", **at)
        self.kept = orders.redeem_reward(self.anna, "mug", request_key="k", quantity=2, **at)
        orders.fulfil_order(self.anna, self.kept.id, **at)
        self.undone = orders.redeem_reward(self.anna, "mug", request_key="u", **at)
        orders.cancel_redemption(self.anna, self.undone.id, reason="x", **at)

    def keep(self):
        for table in TABLES:
            self.do(f"CREATE TABLE kept_{table} AS TABLE {table}")

    def restore(self):
        for table in TABLES:
            self.do(f"DELETE FROM {table}")
            self.do(f"INSERT INTO {table} SELECT * FROM kept_{table}")

    def do(self, statement, *params):
        return self.shop.tamper(statement, *params)

    def change(self, statement, *params):
        """Tamper with exactly one row."""
        assert self.do(statement, *params) == 1


def _order(change, which):
    statement = f"UPDATE rewards_redemption SET {change} WHERE id = %s"
    return lambda b: b.change(statement, getattr(b, which).id)


def _move(statement, which):
    return lambda b: b.change(
        f"{statement} WHERE order_id = %s AND reason = 'taken'", getattr(b, which).id
    )


ISSUED = "status = 'issued', reserved_until = NULL, ledger_seq = 1, issued_at = redeemed_at"
UNISSUED = (
    "status = 'reserved', reserved_until = redeemed_at, ledger_seq = NULL, issued_at = NULL,"
    " fulfilled_at = NULL"
)
TAMPERINGS = {
    "the stock of a reward": (
        lambda b: b.change("UPDATE rewards_reward SET stock = stock + 1"),
        {"verify.reward_stock"},
    ),
    "the stock called without limit": (
        lambda b: b.change("UPDATE rewards_reward SET stock = NULL"),
        {"verify.reward_stock"},
    ),
    "stock that nobody added": (
        lambda b: b.change("UPDATE rewards_stock_move SET change = 20 WHERE reason = 'set'"),
        {"verify.reward_stock"},
    ),
    "a line of the journal gone": (
        _move("DELETE FROM rewards_stock_move", "kept"),
        {"verify.reward_stock", "verify.order_stock"},
    ),
    "how many an order took": (
        _move("UPDATE rewards_stock_move SET change = -1", "kept"),
        {"verify.reward_stock", "verify.order_stock"},
    ),
    "a line of the journal of another order": (
        lambda b: b.change(
            "UPDATE rewards_stock_move SET order_id = gen_random_uuid()"
            " WHERE order_id = %s AND reason = 'taken'",
            b.reserved.id,
        ),
        {"verify.order_stock", "verify.stock_order_missing"},
    ),
    "how many were ordered": (_order("quantity = 3", "kept"), {"verify.order_stock"}),
    "a reservation called issued": (_order(ISSUED, "reserved"), {"verify.redemption"}),
    "an order called reserved": (_order(UNISSUED, "kept"), {"verify.redemption"}),
    "a reservation called timed out": (
        _order("status = 'expired'", "reserved"),
        {"verify.order_stock"},
    ),
    "an order without its spending": (_order("ledger_seq = 1", "undone"), {"verify.redemption"}),
    "the postings of an order unreadable": (
        lambda b: b.change(
            "UPDATE ledger_transaction SET postings = '7' WHERE source = %s AND kind = 'spend'",
            b.kept.id,
        ),
        {"verify.chain", "verify.balance", "verify.lot", "verify.redemption"},
    ),
    "a reservation gone": (
        lambda b: b.change("DELETE FROM rewards_redemption WHERE id = %s", b.reserved.id),
        {"verify.stock_order_missing"},
    ),
    "what a friend was given": (
        lambda b: b.change("UPDATE members_referral SET friend_amount = 51"),
        {"verify.referral"},
    ),
    "what the referrer was given": (
        lambda b: b.change("UPDATE members_referral SET referrer_currency = 'late'"),
        {"verify.referral"},
    ),
    "a reward that was never given": (
        lambda b: b.change("UPDATE members_referral SET friend_source = gen_random_uuid()"),
        {"verify.referral", "verify.referral_missing"},
    ),
    "a referral gone": (
        lambda b: b.change("DELETE FROM members_referral"),
        {"verify.referral_missing"},
    ),
}
