"""The management plane: a programme goes live by two people, members are served, money is guarded."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from starlette.testclient import TestClient

from regulars.contexts.security.models import StoredAnswerRow
from regulars.kit.clock import utc_now
from regulars.web.api.app import build_app
from web.caller import Caller
from web.world import CARD, OTHER_CARD, PHONE, PROGRAMME, build_world

M = "/manage/v1"


def ask(api, method, path, body=None, *, who="manage/all", status=None, **more):
    answer = api(who, method, M + path, body, **more)
    if status is not None:
        assert answer.status_code == status, answer.text
    return answer


def richer(points):
    rules = [{**PROGRAMME["earning"][0], "params": {"points": points, "per": 100}}]
    return {**PROGRAMME, "earning": rules + PROGRAMME["earning"][1:]}


def test_a_programme_goes_live_by_two_people(api, receipt):
    made = ask(
        api, "POST", "/programme/versions", {"document": richer(10), "note": "more"}, status=201
    ).json()
    assert (made["number"], made["status"]) == (2, "draft")
    path = "/programme/versions/2"
    alone = ask(api, "POST", f"{path}/approve", {}, status=403).json()
    assert alone["code"] == "approval.second_person_needed"
    early = ask(api, "POST", f"{path}/publish", {}, status=409).json()
    assert early["code"] == "programme.not_approved"
    seen = {"seen_digest": "0" * 64}
    stale = ask(api, "POST", f"{path}/approve", seen, who="manage/second", status=409).json()
    assert stale["code"] == "programme.changed_meanwhile"
    approved = ask(
        api, "POST", f"{path}/approve", {"seen_digest": made["digest"]}, who="manage/second"
    ).json()
    assert approved["status"] == "approved"
    changes = ask(api, "GET", "/programme/diff?old=1&new=2").json()["changes"]
    assert [(one["before"], one["after"]) for one in changes] == [(5, 10)]
    body = {"live_from": "2025-06-01T00:00:00Z", "backdated": True}
    published = ask(api, "POST", f"{path}/publish", body, status=201).json()
    assert published["version"] == 2
    sale = api("s1/1", "PUT", "/till/v1/receipts/r1", receipt()).json()
    assert (sale["programme_version"], sale["earned"]) == (2, {"points": 20})
    withdrawn = ask(
        api, "POST", f"/programme/publications/{published['id']}/withdraw", {"reason": "too much"}
    ).json()
    assert withdrawn["withdrawn_reason"] == "too much"
    sale = api("s1/1", "PUT", "/till/v1/receipts/r2", receipt()).json()
    assert (sale["programme_version"], sale["earned"]) == (1, {"points": 10})


def test_a_programme_that_cannot_be_used_is_refused_with_every_problem(api):
    broken = {**PROGRAMME, "money": "roubles", "currencies": {}}
    checked = ask(api, "POST", "/programme/check", {"document": broken}, status=200).json()
    assert not checked["is_sound"]
    places = {problem["pointer"] for problem in checked["problems"]}
    assert {"/money", "/currencies"} <= places
    refused = ask(api, "POST", "/programme/versions", {"document": broken}, status=422).json()
    assert refused["code"] == "programme.invalid"
    assert {problem["pointer"] for problem in refused["errors"]} == places
    assert all(problem["detail"] != problem["code"] for problem in refused["errors"])
    assert len(ask(api, "GET", "/programme/versions").json()["versions"]) == 1


def test_a_version_travels_to_another_installation_and_back(api):
    exported = ask(api, "GET", "/programme/versions/1/export").json()["yaml"]
    brought = ask(api, "POST", "/programme/import", {"yaml": exported}, status=201).json()
    assert brought["digest"] == brought["origin_digest"]
    assert ask(api, "GET", "/programme/diff?old=1&new=2").json() == {"changes": []}
    again = ask(api, "PUT", "/programme/versions/2", {"document": richer(1), "note": "less"})
    assert again.json()["origin_digest"] == ""
    assert ask(api, "PUT", "/programme/versions/1", {"document": richer(1)}).status_code == 409
    assert ask(api, "POST", "/programme/versions/2/retire").json()["status"] == "withdrawn"


def test_before_the_first_programme_everything_else_works(django_on_fresh_database, receipt):
    world = build_world(None)
    with TestClient(build_app()) as client:
        api = Caller(client, world)
        event = {name: part for name, part in receipt().items() if name != "lines"}
        for path, body in (
            ("/till/v1/quotes", receipt()),
            ("/till/v1/identify", {"text": CARD}),
            ("/till/v1/events", event | {"kind": "check_in"}),
        ):
            refused = api("s1/1", "POST", path, body)
            assert (refused.status_code, refused.json()["code"]) == (
                409,
                "programme.none_in_force",
            ), path
        new = api("s1/1", "POST", "/till/v1/members", {"phone": "+79160000007"})
        assert (new.status_code, new.json()["sign_up"]) == (201, None)
        path = f"/till/v1/members/{world.member}/statement"
        assert api("s1/1", "GET", path).json() == {"lines": [], "next": None, "units": None}
        made = ask(api, "POST", "/programme/versions", {"document": PROGRAMME}, status=201)
        ask(api, "POST", "/programme/versions/1/approve", {}, who="manage/second", status=200)
        body = {"live_from": "2025-06-01T00:00:00Z", "backdated": True}
        ask(api, "POST", "/programme/versions/1/publish", body, status=201)
        assert made.json()["number"] == 1
        # The tills of this process go by it at once.
        assert api("s1/1", "POST", "/till/v1/quotes", receipt()).json()["earned"] == {"points": 10}


def test_lists_come_in_parts_that_add_up(api):
    for number in range(5):
        ask(api, "POST", "/stores", {"code": f"x{number}", "title": "X"}, status=201)
    whole = [store["code"] for store in ask(api, "GET", "/stores").json()["stores"]]
    assert len(whole) == 7
    seen, cursor = [], ""
    while cursor is not None:
        page = ask(api, "GET", f"/stores?limit=2{cursor and '&cursor=' + cursor}").json()
        seen += [store["code"] for store in page["stores"]]
        cursor = page["next"]
    assert seen == whole
    for bad in ("x", "W10", "%00", "a" * 401):
        assert ask(api, "GET", f"/stores?cursor={bad}").status_code == 422
    assert ask(api, "GET", "/stores?limit=101").status_code == 422
    assert ask(api, "GET", "/stores?limit=0").status_code == 422


def test_a_small_correction_is_booked_and_a_large_one_waits_for_a_second_person(api, world):
    path = f"/members/{world.member}/adjustments"
    small = {"currency": "points", "amount": 1000, "reason": "missing points"}
    booked = ask(api, "POST", path, small, status=201).json()
    assert (booked["status"], booked["balances"]["points"]["active"]) == ("posted", 1000)
    large = ask(api, "POST", path, small | {"amount": 1001}, status=201).json()
    assert (large["status"], large["seq"]) == ("waiting", None)
    waiting = large["approval"]["id"]
    listed = ask(api, "GET", "/approvals").json()["approvals"]
    assert [one["id"] for one in listed] == [waiting]
    decide = f"/approvals/{waiting}/decide"
    own = ask(api, "POST", decide, {"decision": "approved"}, status=403).json()
    assert own["code"] == "approval.second_person_needed"
    done = ask(
        api, "POST", decide, {"decision": "approved"}, who="manage/second", status=200
    ).json()
    assert (done["status"], done["balances"]["points"]["active"]) == ("posted", 2001)
    again = ask(api, "POST", decide, {"decision": "approved"}, who="manage/second", status=409)
    assert again.json()["code"] == "approval.decided"
    taken = ask(api, "POST", path, small | {"amount": -5000})
    assert (taken.status_code, taken.json()["status"]) == (201, "waiting")
    statement = api("s1/1", "GET", f"/till/v1/members/{world.member}/statement").json()["lines"]
    assert [line["kind"] for line in statement] == ["adjust", "adjust"]
    assert statement[0]["reasons"][0]["text"] == "Correction: missing points"


def test_a_correction_never_takes_more_than_there_is(api, world):
    path = f"/members/{world.member}/adjustments"
    body = {"currency": "points", "amount": -1, "reason": "mistake"}
    refused = ask(api, "POST", path, body, status=409).json()
    assert refused["code"] == "points.insufficient"
    assert ask(api, "POST", path, body | {"amount": 0}).json()["code"] == "ledger.amount_invalid"
    assert ask(api, "POST", path, body | {"currency": "gold"}).json()["code"] == "currency.unknown"


def test_many_identical_corrections_at_once_are_one(api, world):
    path = f"/members/{world.member}/adjustments"
    body = {"currency": "points", "amount": 10, "reason": "once"}
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: ask(api, "POST", path, body, key="one"), range(16)))
    done = [answer for answer in answers if answer.status_code == 201]
    assert len({answer.content for answer in done}) == 1
    assert {answer.status_code for answer in answers} <= {201, 409}
    balance = api("s1/1", "GET", f"/till/v1/members/{world.member}/balance").json()["balances"]
    assert balance["points"]["active"] == 10
    other = ask(api, "POST", path, body | {"amount": 11}, key="one", status=422)
    assert other.json()["code"] == "idempotency.key_reused"


def test_a_member_is_enrolled_found_changed_and_erased(api):
    body = {
        "identifiers": [{"kind": "phone", "value": "8 (916) 000-00-17"}],
        "profile": {"given_name": "Глеб", "family_name": "Орлов", "city": "Омск"},
        "tags": ["vip"],
        "attributes": {"shoe_size": 43, "vegan": False},
        "consents": [{"purpose": "marketing", "given": True, "channel": "paper"}],
    }
    made = ask(api, "POST", "/members", body, status=201, key="e").json()
    assert made["sign_up"] == {"points": 50}
    assert ask(api, "POST", "/members", body, key="e").json() == made
    path = f"/members/{made['member']}"
    view = ask(api, "GET", path).json()
    assert (view["tags"], view["attributes"]) == (["vip"], {"shoe_size": 43, "vegan": False})
    for search in ("Орл", "+79160000017", "глеб орл"):
        found = ask(api, "POST", "/members/search", {"search": search}).json()["members"]
        assert [one["id"] for one in found] == [made["member"]]
    change = {"profile": {"city": "Томск"}, "birthday": "1990-02-28", "version": view["version"]}
    changed = ask(api, "PATCH", path, change, status=200).json()
    assert changed["version"] > view["version"]
    assert ask(api, "PATCH", path, change).json()["code"] == "member.changed"
    assert ask(api, "PATCH", path, {}).json()["code"] == "request.nothing_to_change"
    assert ask(api, "GET", f"{path}/profile").json()["city"] == "Томск"
    assert ask(api, "GET", f"{path}/consents").json()["consents"][0]["purpose"] == "marketing"
    ask(api, "POST", f"{path}/erase", {"reason": "asked for it"}, status=200)
    assert ask(api, "GET", path).json()["status"] == "erased"
    assert ask(api, "GET", f"{path}/profile").json()["given_name"] == ""
    assert ask(api, "POST", "/members/search", {"search": "Орлов"}).json()["members"] == []
    assert api("s1/1", "POST", "/till/v1/identify", {"text": "+79160000017"}).status_code == 404


def test_a_blocked_member_earns_nothing_until_unblocked(api, world, receipt):
    path = f"/members/{world.member}"
    ask(api, "POST", f"{path}/block", {"reason": "stolen phone"}, status=200)
    sale = api("s1/1", "PUT", "/till/v1/receipts/r1", receipt())
    assert (sale.status_code, sale.json()["code"]) == (403, "member.not_active")
    known = api("s1/1", "POST", "/till/v1/identify", {"text": CARD})
    assert (known.status_code, known.json()["code"]) == (403, "member.not_active")
    ask(api, "POST", f"{path}/unblock", {"reason": "found"}, status=200)
    assert api("s1/1", "PUT", "/till/v1/receipts/r1", receipt()).status_code == 201


def test_a_lost_card_is_blocked_and_replaced_and_everything_stays(api, world, receipt):
    api("s1/1", "PUT", "/till/v1/receipts/r1", receipt())
    path = f"/members/{world.member}"
    card = {"kind": "card", "value": CARD}
    ask(api, "POST", f"{path}/identifiers/block", card, status=200)
    refused = api("s1/1", "PUT", "/till/v1/receipts/r2", receipt())
    assert (refused.status_code, refused.json()["code"]) == (403, "member.identifier_blocked")
    ask(api, "POST", f"{path}/identifiers/unblock", card, status=200)
    swap = {"old": CARD, "new": "2000000000060"}
    replaced = ask(api, "POST", f"{path}/replace-card", swap, status=200).json()["identifiers"]
    assert {one["status"] for one in replaced if one["kind"] == "card"} == {"active", "replaced"}
    sale = api("s1/1", "PUT", "/till/v1/receipts/r3", receipt("2000000000060")).json()
    assert sale["balances"]["points"]["active"] == 20


def test_who_may_not_see_contacts_sees_them_masked(api, world):
    now = utc_now() + timedelta(days=1)
    key = ask(
        api,
        "POST",
        "/keys",
        {"name": "reader", "scopes": ["members:read"], "expires_at": now.isoformat()},
        status=201,
    ).json()
    headers = {"Authorization": f"Bearer {key['token']}"}
    path = f"{M}/members/{world.member}"
    shown = api.client.get(f"{path}/identifiers", headers=headers)
    assert PHONE not in shown.text
    assert CARD not in shown.text
    assert api.client.get(f"{path}/profile", headers=headers).status_code == 403
    whole = ask(api, "GET", f"/members/{world.member}/identifiers").json()["identifiers"]
    assert {one["value"] for one in whole} == {CARD, PHONE}


def test_two_members_of_one_person_become_one_with_all_their_points(api, world, receipt):
    api("s1/1", "PUT", "/till/v1/receipts/r1", receipt())
    api("s1/1", "PUT", "/till/v1/receipts/r2", receipt(OTHER_CARD))
    body = {"into": str(world.member), "reason": "same person"}
    for _ in range(2):
        merged = ask(api, "POST", f"/members/{world.other}/merge", body, status=200).json()
        assert merged["id"] == str(world.member)
    sale = api("s1/1", "PUT", "/till/v1/receipts/r3", receipt(OTHER_CARD)).json()
    assert sale["member"] == str(world.member)
    assert sale["balances"]["points"]["active"] == 30
    loser = ask(api, "GET", f"/members/{world.other}").json()
    assert (loser["status"], loser["merged_into"]) == ("merged", str(world.member))
    back = {"sale": {"receipt_id": "r2"}, "occurred_at": receipt()["occurred_at"]}
    assert api("s1/1", "PUT", "/till/v1/returns/b2", back).status_code == 201


def test_a_tier_is_granted_by_invitation(api, world, receipt):
    body = {"tier": "gold", "reason": "press"}
    ask(api, "POST", f"/members/{world.member}/tier-grants", body, status=201)
    sale = api("s1/1", "PUT", "/till/v1/receipts/r1", receipt(minutes_ago=0)).json()
    assert (sale["tier"], sale["discount_minor"]) == ("gold", 1000)
    assert sale["discounts"][0]["reason"]["text"] == "Discount of the «gold» card: 5 %."
    unknown = ask(api, "POST", f"/members/{world.member}/tier-grants", body | {"tier": "x"})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "tier.unknown")


def test_a_reward_is_launched_taken_at_the_till_and_given_back(api, world, receipt):
    body = {
        "code": "mug",
        "title": {"en": "Mug", "ru": "Кружка"},
        "currency": "points",
        "price_minor": 10,
        "stock": 1,
    }
    ask(api, "POST", "/rewards", body, status=201)
    member = {"member": {"card": CARD}}
    early = api("s1/1", "POST", "/till/v1/rewards/redeem", member | {"reward": "mug"})
    assert (early.status_code, early.json()["code"]) == (409, "reward.not_offered")
    ask(api, "POST", "/rewards/mug/launch", status=200)
    poor = api("s1/1", "POST", "/till/v1/rewards/redeem", member | {"reward": "mug"})
    assert (poor.status_code, poor.json()["code"]) == (409, "points.insufficient")
    api("s1/1", "PUT", "/till/v1/receipts/r1", receipt())
    taken = api("s1/1", "POST", "/till/v1/rewards/redeem", member | {"reward": "mug"}, key="m")
    assert taken.status_code == 201, taken.text
    again = api("s1/1", "POST", "/till/v1/rewards/redeem", member | {"reward": "mug"}, key="m")
    assert again.content == taken.content
    offers = api("s1/1", "GET", f"/till/v1/rewards?member={world.member}", language="ru").json()[
        "rewards"
    ]
    assert (offers[0]["title"], offers[0]["refused"]["code"]) == ("Кружка", "reward.sold_out")
    gone = api("s1/1", "POST", "/till/v1/rewards/redeem", member | {"reward": "mug"})
    assert gone.json()["code"] == "reward.sold_out"
    back = member | {"redemption": taken.json()["redemption"], "reason": "broken"}
    cancelled = api("s1/1", "POST", "/till/v1/rewards/cancel", back)
    assert cancelled.json()["status"] == "cancelled"
    assert ask(api, "GET", "/rewards/mug").json()["stock"] == 1
    ask(api, "POST", "/rewards/mug/stock", {"add": 4}, status=200)
    assert ask(api, "POST", "/rewards/mug/stock", {"set": None}).json()["stock"] is None
    listed = ask(api, "GET", f"/members/{world.member}/redemptions").json()["redemptions"]
    assert [one["status"] for one in listed] == ["cancelled"]


def test_secrets_are_shown_once_and_not_kept(api):
    body = {"name": "warehouse", "scopes": ["members:read"]}
    first = ask(api, "POST", "/keys", body, status=201, key="k").json()
    assert first["token"].startswith("rk_")
    again = ask(api, "POST", "/keys", body, status=201, key="k").json()
    assert again == {"id": first["id"], "token": None}
    ask(api, "POST", "/stores/s1/tills", {"code": "9", "title": "Nine"}, status=201)
    till = ask(api, "POST", "/stores/s1/tills/9/keys", {}, status=201).json()["token"]
    person = {"email": "new@example.org", "name": "New", "role": "auditor"}
    password = ask(api, "POST", "/staff", person, status=201).json()["password"]
    kept = b"".join(bytes(row.answer) for row in StoredAnswerRow.objects.all())
    for secret in (first["token"], till, password):
        assert secret.encode() not in kept
    assert ask(api, "GET", "/keys?plane=till&store=s1&till=9").json()["keys"][0]["till"] == "9"
    assert ask(api, "POST", f"/keys/{first['id']}/revoke", status=204).content == b""


def test_a_till_that_is_switched_off_is_let_in_no_more(api):
    assert api("s2/1", "GET", "/till/v1/rewards").status_code == 200
    off = ask(api, "PATCH", "/stores/s2/tills/1", {"active": False}, status=200).json()
    assert off["active"] is False
    ended = ask(api, "GET", "/keys?store=s2&till=1").json()["keys"]
    assert all(key["revoked_at"] for key in ended)
    refused = ask(api, "POST", "/stores/s2/tills/1/keys", {}, status=409).json()
    assert refused["code"] == "till.not_active"


def test_a_key_gives_nobody_more_than_its_holder_has(api):
    body = {"name": "more", "scopes": ["staff:write", "members:write"]}
    assert ask(api, "POST", "/keys", body, who="manage/reader").status_code == 403
    owner = {"email": "boss@example.org", "name": "Boss", "role": "owner"}
    refused = ask(api, "POST", "/staff", owner, status=403).json()
    assert refused["code"] == "access.permission_missing"
    unknown = ask(api, "POST", "/keys", {"name": "x", "scopes": ["all:everything"]}, status=422)
    assert unknown.json()["pointer"] == "/scopes"


def test_cards_are_drawn_from_a_range_once(api):
    body = {"code": "plastic", "prefix": "0412", "length": 13, "checksum": "ean13"}
    assert ask(api, "POST", "/card-ranges", body, status=201).json()["warnings"] == []
    public = body | {"code": "public", "prefix": "460"}
    (warning,) = ask(api, "POST", "/card-ranges", public, status=201).json()["warnings"]
    assert warning["code"] == "card_range.warn_public_numbers"
    assert warning["detail"] != warning["code"]
    batch = ask(
        api, "POST", "/card-ranges/plastic/batches", {"count": 20}, status=201, key="b"
    ).json()
    again = ask(api, "POST", "/card-ranges/plastic/batches", {"count": 20}, key="b").json()
    assert again == batch
    assert len(set(batch["numbers"])) == 20
    overlap = ask(api, "POST", "/card-ranges", body | {"code": "other"})
    assert (overlap.status_code, overlap.json()["code"]) == (409, "card_range.overlaps")
    new = api("s1/1", "POST", "/till/v1/members", {"card": batch["numbers"][0]})
    assert new.status_code == 201, new.text
    made_up = api("s1/1", "POST", "/till/v1/members", {"card": "0412000000004"})
    assert made_up.status_code == 422


def test_the_audit_tells_who_did_what(api, world):
    ask(api, "POST", "/stores", {"code": "s7", "title": "Seventh"}, status=201)
    rows = ask(api, "GET", "/audit?object_kind=store&object_id=s7").json()["rows"]
    assert [(row["action"], row["staff_id"]) for row in rows] == [
        ("store.create", str(world.owner.staff_id))
    ]
    since = (utc_now() + timedelta(hours=1)).isoformat().replace("+", "%2B")
    assert ask(api, "GET", f"/audit?since={since}").json()["rows"] == []


def test_a_refused_effect_leaves_its_key_free(api):
    for path in ("/members", "/stores", "/rewards", "/keys", "/staff"):
        ask(api, "POST", path, {}, key="k", status=422)
    store = {"code": "s1", "title": "First"}
    ask(api, "POST", "/stores", store, key="k", status=409)
    assert not StoredAnswerRow.objects.exists()
    ask(api, "POST", "/stores", store | {"code": "s8"}, key="k", status=201)
