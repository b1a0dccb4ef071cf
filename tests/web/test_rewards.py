"""Rewards, personal offers, referral and transfers through both planes, and who may not."""

from datetime import timedelta

import pytest

from regulars.contexts.members.types import ref_of
from regulars.contexts.programme.usecases import approve_version, draft_version, publish_version
from regulars.contexts.rewards.usecases.referral import settle_referrals
from regulars.contexts.till.usecases.verify import verify_books
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from web.world import CARD, LONG_AGO, OTHER_CARD, PROGRAMME

ME = {"member": {"card": CARD}}
MUG = {
    "code": "mug",
    "title": {"en": "Mug", "ru": "Кружка"},
    "currency": "points",
    "price_minor": 100,
    "stock": 3,
}
RULES = {
    **PROGRAMME,
    "currencies": {
        "points": {**PROGRAMME["currencies"]["points"], "transfer": {"minimum": 5}},
    },
    "promotions": [
        {
            "id": "mine",
            "title": {"en": "Only for you", "ru": "Только вам"},
            "kind": "percent",
            "params": {"percent": 15},
            "trigger": {"kind": "personal"},
        },
        {
            "id": "tap",
            "title": {"en": "Switch it on", "ru": "Включите"},
            "kind": "percent",
            "params": {"percent": 3},
            "trigger": {"kind": "activated"},
        },
        {
            "id": "spring",
            "title": {"en": "Spring", "ru": "Весна"},
            "kind": "percent",
            "params": {"percent": 10},
            "trigger": {"kind": "coupon"},
        },
    ],
    "referral": {
        "friend": {"currency": "points", "points": 30},
        "referrer": {"currency": "points", "points": 70},
        "purchase_from": 100,
        "link": "https://shop.example/r/{code}",
    },
}


@pytest.fixture
def shop(api, world):
    """The small business with promotions, a referral, and 500 points for the member."""

    def publish():
        now = utc_now()
        number = draft_version(RULES, now=now, by=world.owner).number
        approve_version(number, now=now, by=world.second)
        publish_version(
            number,
            LONG_AGO + timedelta(days=1),
            backdated=True,
            has_sales=False,
            now=now,
            by=world.owner,
        )

    in_transaction(publish)
    manage(
        api,
        "POST",
        f"/members/{world.member}/adjustments",
        {"currency": "points", "amount": 500, "reason": "for the test"},
        status=201,
    )
    return api


def manage(api, method, path, body=None, *, status=None, who="manage/all", **more):
    found = api(who, method, f"/manage/v1{path}", body, **more)
    assert status is None or found.status_code == status, found.text
    return found.json()


def till(api, method, path, body=None, *, status=None, who="s1/1", **more):
    found = api(who, method, f"/till/v1{path}", body, **more)
    assert status is None or found.status_code == status, found.text
    return found.json()


def launch(api, **terms):
    body = MUG | terms
    manage(api, "POST", "/rewards", body, status=201)
    manage(api, "POST", f"/rewards/{body['code']}/launch", status=200)


def points(api, member):
    return till(api, "GET", f"/members/{member}/balance", status=200)["balances"]["points"]


def test_a_reward_is_reserved_issued_handed_over_and_accounted_for(shop, world):
    launch(shop, money_minor=5000)
    order = till(
        shop, "POST", "/rewards/reserve", ME | {"reward": "mug", "quantity": 2}, status=201
    )
    assert (order["status"], order["money_minor"], order["price_minor"]) == ("reserved", 10000, 200)
    assert points(shop, world.member)["held"] == 200
    name = ME | {"redemption": order["redemption"]}
    mine = till(shop, "GET", f"/members/{world.member}/orders", status=200)["orders"]
    assert mine == [order]
    assert till(shop, "GET", f"/members/{world.other}/orders", status=200)["orders"] == []
    for _ in range(2):
        assert till(shop, "POST", "/rewards/issue", name, status=200)["status"] == "issued"
    waiting = manage(shop, "GET", "/orders?status=issued&reward=mug", status=200)["orders"]
    assert [row["id"] for row in waiting] == [order["redemption"]]
    done = till(shop, "POST", "/rewards/fulfil", name | {"reference": "shelf 3"}, status=200)
    assert done["status"] == "fulfilled"
    back = till(shop, "POST", "/rewards/cancel", name | {"reason": "broken"}, status=409)
    assert back["code"] == "reward.order_fulfilled"
    moves = manage(shop, "GET", "/rewards/mug/stock", status=200)["moves"]
    assert [(move["reason"], move["change"]) for move in moves] == [("taken", -2), ("set", 3)]
    assert points(shop, world.member)["active"] == 300
    assert verify_books().books_are_right


def test_a_coupon_for_points_comes_with_the_answer(shop, world):
    launch(shop, code="paper", kind="coupon", params={"promotion": "spring"}, stock=None)
    order = till(shop, "POST", "/rewards/redeem", ME | {"reward": "paper"}, status=201, key="k")
    assert (order["status"], bool(order["coupon"])) == ("fulfilled", True)
    again = till(shop, "POST", "/rewards/redeem", ME | {"reward": "paper"}, status=201, key="k")
    assert again == order
    assert verify_books().books_are_right


@pytest.mark.parametrize(
    ("terms", "code", "pointer"),
    [
        ({"kind": "teleport"}, "reward.kind_unknown", "/kind"),
        ({"kind": "coupon"}, "reward.params_invalid", "/params/promotion"),
        ({"kind": "coupon", "params": {"promotion": "tap"}}, "reward.promotion_unknown", "/params/promotion"),
        ({"kind": "privilege", "params": {"tier": "base"}}, "reward.level_unknown", "/params/tier"),
        ({"params": {"sku": {"a": [1]}}}, "reward.params_invalid", "/params/sku"),
        ({"params": {"x": "\x00" * 9}}, "reward.params_invalid", "/params/x"),
        ({"limit_period": "month"}, "reward.invalid", "/limit_period"),
    ],
)  # fmt: skip
def test_a_reward_that_cannot_be_is_refused_with_its_place(terms, code, pointer, shop):
    found = manage(shop, "POST", "/rewards", MUG | terms)
    assert (found["code"], found["pointer"]) == (code, pointer)
    assert manage(shop, "GET", "/rewards", status=200)["rewards"] == []


def test_a_personal_offer_is_made_shown_activated_and_withdrawn(shop, world):
    path = f"/members/{world.member}/offers"
    refused = till(shop, "POST", "/offers/activate", ME | {"promotion": "mine"}, status=409)
    assert refused["code"] == "offer.not_granted"
    manage(shop, "POST", path, {"promotion": "mine"}, status=201)
    shown = till(shop, "GET", path, status=200, language="ru")["offers"]
    assert [(each["promotion"], each["title"], each["granted"]) for each in shown] == [
        ("mine", "Только вам", True),
        ("tap", "Включите", False),
    ]
    done = till(shop, "POST", "/offers/activate", ME | {"promotion": "mine"}, status=200)
    assert done["activated_at"]
    assert manage(shop, "POST", f"{path}/mine/withdraw", status=200) == {"withdrawn": True}
    assert manage(shop, "POST", f"{path}/mine/withdraw", status=200) == {"withdrawn": False}
    shown = manage(shop, "GET", path, status=200)["offers"]
    assert [each["promotion"] for each in shown] == ["tap"]


def test_a_friend_joins_by_code_buys_and_both_are_rewarded(shop, world, receipt):
    card = till(shop, "POST", "/referral-codes", ME, status=200)
    assert card["link"] == f"https://shop.example/r/{card['code']}"
    body = {"card": "2000000000039", "phone": "+79160000001", "referral_code": card["code"].lower()}
    joined = till(shop, "POST", "/members", body, status=201)
    assert joined["referral_refused"] is None
    brought = manage(shop, "GET", f"/members/{world.member}/referrals", status=200)["referrals"]
    assert [(row["friend"], row["status"]) for row in brought] == [(joined["member"], "waiting")]
    sale = receipt(member={"id": joined["member"]})
    sold = shop("s1/1", "PUT", "/till/v1/receipts/r-1", sale)
    assert sold.status_code == 200 or sold.status_code == 201, sold.text
    assert settle_referrals(now=utc_now()) == 1
    assert points(shop, world.member) == {"active": 500, "pending": 70, "held": 0}
    assert points(shop, joined["member"])["pending"] == 30
    shown = manage(shop, "GET", f"/members/{world.member}/referral", status=200)
    assert (shown["friends"], shown["rewarded"]) == (1, 1)
    assert verify_books().books_are_right
    back = {"lines": [{"id": line["id"], "quantity": line["quantity"]} for line in sale["lines"]]}
    back |= {"sale": {"receipt_id": "r-1"}, "occurred_at": utc_now().isoformat()}
    given = shop("s1/1", "PUT", "/till/v1/returns/b-1", back)
    assert given.status_code in (200, 201), given.text
    settle_referrals(now=utc_now())
    assert points(shop, world.member) == {"active": 500, "pending": 0, "held": 0}
    assert verify_books().books_are_right


def test_a_referral_that_does_not_count_keeps_nobody_out(shop, world):
    for number, code in enumerate(("WRONG", "23456789ABC", "x" * 40)):
        body = {"external": f"n{number}", "phone": f"+7916000100{number}", "referral_code": code}
        body.pop("external")
        joined = till(shop, "POST", "/members", body, status=201)
        assert joined["referral_refused"]["code"] == "referral.code_unknown"
        assert joined["referral_refused"]["text"]


def test_codes_that_nobody_has_and_that_may_not_be_used_are_answered_alike(shop, world):
    mine = till(shop, "POST", "/referral-codes", ME, status=200)["code"]
    other = {"member": {"card": OTHER_CARD}}
    manage(shop, "POST", f"/members/{world.member}/block", {"reason": "lost"}, status=200)
    used = till(shop, "POST", "/referrals", other | {"code": mine}, status=404)
    made_up = till(shop, "POST", "/referrals", other | {"code": "23456789ABC"}, status=404)
    assert {k: used[k] for k in ("code", "title")} == {k: made_up[k] for k in ("code", "title")}


def test_points_are_given_once_to_another_member(shop, world):
    body = {"to": str(world.other), "currency": "points", "amount": 30}
    path = f"/members/{world.member}/transfers"
    for _ in range(2):
        given = manage(shop, "POST", path, body, status=201, key="once")
        assert given["giver"]["points"]["active"] == 470
        assert given["taker"]["points"]["active"] == 30
    few = manage(shop, "POST", path, body | {"amount": 4}, status=409)
    assert few["code"] == "transfer.out_of_bounds"
    poor = manage(shop, "POST", path, body | {"amount": 471}, status=409)
    assert poor["code"] == "points.insufficient"
    assert verify_books().books_are_right


def test_a_till_does_not_do_what_is_for_the_office(shop, world):
    for method, path, body in (
        ("GET", "/orders", None),
        ("POST", f"/members/{world.member}/offers", {"promotion": "mine"}),
        ("POST", f"/members/{world.member}/transfers", {"to": str(world.other)}),
        ("POST", f"/members/{world.member}/referrer", {"code": "x"}),
    ):
        for who in ("s1/1", "manage/reader"):
            found = shop(who, method, f"/manage/v1{path}", body)
            assert found.status_code == 403, (who, path, found.text)


def test_nobodys_order_and_nobodys_member_are_not_found(shop, world):
    nobody = ref_of(world.owner.staff_id).id
    for path, body in (
        (f"/members/{nobody}/redemptions/reserve", {"reward": "mug"}),
        (f"/members/{world.member}/redemptions/{nobody}/issue", None),
        (f"/members/{world.member}/redemptions/{nobody}/fulfil", {}),
        (f"/members/{nobody}/offers", {"promotion": "mine"}),
        (f"/members/{nobody}/referrer", {"referrer": str(world.member)}),
        (f"/members/{nobody}/transfers", {"to": str(world.other), "currency": "points", "amount": 9}),
    ):  # fmt: skip
        assert shop("manage/all", "POST", f"/manage/v1{path}", body).status_code == 404, path


def test_a_personal_offer_counts_at_the_till_for_its_member_alone(shop, world, receipt):
    manage(shop, "POST", f"/members/{world.member}/offers", {"promotion": "mine"}, status=201)

    def discount(card):
        found = shop("s1/1", "POST", "/till/v1/quotes", receipt(member={"card": card}))
        assert found.status_code == 200, found.text
        return found.json()["discount_minor"]

    assert discount(OTHER_CARD) == 0
    assert discount(CARD) == 3000
    manage(shop, "POST", f"/members/{world.member}/offers/mine/withdraw", status=200)
    assert discount(CARD) == 0
    till(shop, "POST", "/offers/activate", ME | {"promotion": "tap"}, status=200)
    assert discount(CARD) == 600


def test_a_coupon_bought_with_points_is_used_and_not_given_back(shop, world, receipt):
    launch(shop, code="paper", kind="coupon", params={"promotion": "spring"}, stock=None)
    order = till(shop, "POST", "/rewards/redeem", ME | {"reward": "paper"}, status=201)
    body = receipt(member={"card": CARD}, codes=[order["coupon"]])
    sold = shop("s1/1", "PUT", "/till/v1/receipts/r-9", body)
    assert sold.status_code in (200, 201), sold.text
    assert sold.json()["discount_minor"] == 2000
    name = ME | {"redemption": order["redemption"], "reason": "x"}
    assert till(shop, "POST", "/rewards/cancel", name, status=409)["code"] == "reward.order_used"
    assert verify_books().books_are_right
