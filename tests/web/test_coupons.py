"""Coupons over both planes: made, given, used, told; codes never in addresses; guessing gets nowhere."""

import pytest
from starlette.testclient import TestClient

from regulars.contexts.rewards.models import Coupon, CouponEvent
from regulars.contexts.rewards.usecases.wrong_codes import KEY, MEMBER
from regulars.contexts.security.models import AuditRow, FailedGuesses
from regulars.contexts.security.types import Plane, Role, Scope, system_actor
from regulars.contexts.security.usecases.keys import issue_api_key
from regulars.contexts.security.usecases.staff import create_staff
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.api.app import build_app
from web.caller import Caller
from web.world import CARD, OTHER_CARD

MANAGE = "/manage/v1"
BATCH = {"code": "s", "title": "S", "promotion": "spring", "pattern": "S-????-????"}


@pytest.fixture
def make(api):
    """Makes a batch with some codes, and gives these."""

    def go(count=1, **terms):
        body = BATCH | terms
        made = api("manage/all", "POST", f"{MANAGE}/coupon-batches", body)
        assert made.status_code == 201, made.text
        path = f"{MANAGE}/coupon-batches/{body['code']}"
        done = api("manage/all", "POST", f"{path}/generate", {"count": count})
        assert done.json()["made"] == count
        listed = api("manage/all", "GET", f"{path}/coupons").json()
        return [coupon["code"] for coupon in listed["coupons"]]

    return go


@pytest.fixture
def quote(api, receipt):
    """Quotes a receipt of 200.00 with codes; gives the answer."""

    def go(*codes, who="s1/1", card=CARD, **more):
        body = receipt(card, codes=codes, **more)
        answer = api(who, "POST", "/till/v1/quotes", body, key=None)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return go


def answers(told):
    return [(one["accepted"], one["reason"]["code"]) for one in told["codes"]]


def test_a_coupon_makes_a_receipt_cheaper_once(api, make, receipt):
    (code,) = make()
    body = receipt(codes=[code.lower().replace("-", " ")])
    first = api("s1/1", "PUT", "/till/v1/receipts/A-1", body)
    assert (first.status_code, first.json()["discount_minor"]) == (201, 2000)
    second = api("s1/1", "PUT", "/till/v1/receipts/A-2", receipt(codes=[code]))
    assert (second.status_code, second.json()["discount_minor"]) == (201, 0)
    assert answers(second.json()) == [(False, "code.not_valid")]
    told = api("manage/all", "POST", f"{MANAGE}/coupons/look-up", {"code": code}, key=None).json()
    assert (told["coupon"]["status"], told["coupon"]["uses"]) == ("used", 1)
    assert [(one["what"], one["source"]) for one in told["moments"]] == [
        ("used", first.json()["sale"])
    ]


def test_a_whole_return_gives_the_coupon_back(api, make, receipt):
    (code,) = make()
    api("s1/1", "PUT", "/till/v1/receipts/A-1", receipt(codes=[code]))
    body = {"sale": {"receipt_id": "A-1"}, "occurred_at": utc_now().isoformat()}
    assert api("s1/1", "PUT", "/till/v1/returns/R-1", body).status_code == 201
    told = api("manage/all", "POST", f"{MANAGE}/coupons/look-up", {"code": code}, key=None).json()
    assert (told["coupon"]["status"], told["coupon"]["uses"]) == ("ready", 0)
    assert [one["what"] for one in told["moments"]] == ["used", "given_back"]


def test_a_coupon_of_a_member_works_for_nobody_else(api, make, quote):
    make(code="own", bound=True)
    path = f"{MANAGE}/members/{api.world.member}/coupons"
    given = api("manage/all", "POST", path, {"batch": "own"}, key="once")
    assert given.status_code == 201
    again = api("manage/all", "POST", path, {"batch": "own"}, key="once")
    assert again.json() == given.json()
    code = given.json()["code"]
    assert answers(quote(code))[0][0]
    assert answers(quote(code, card=OTHER_CARD)) == [(False, "code.not_valid")]
    assert answers(quote(code, card=None)) == [(False, "code.not_valid")]
    listed = api("manage/all", "GET", path).json()["coupons"]
    assert [coupon["code"] for coupon in listed] == [code]


def test_a_coupon_that_nobody_was_given_does_nothing(api, make, quote):
    (code,) = make(code="own", bound=True)
    assert answers(quote(code)) == [(False, "code.not_valid")]


@pytest.fixture
def no_good(api, make):
    """Codes that are no good, each for another reason, and one that does not exist."""
    used, revoked, expired, early, owned = make(5)
    keys = {code: code.replace("-", "") for code in (used, expired, early, owned)}
    Coupon.objects.filter(code=keys[used]).update(uses=1)
    assert api("manage/all", "POST", f"{MANAGE}/coupons/revoke", {"code": revoked}).is_success
    Coupon.objects.filter(code=keys[expired]).update(until=utc_now().replace(year=2025))
    Coupon.objects.filter(code=keys[early]).update(since=utc_now().replace(year=2090))
    other = api.world.other
    Coupon.objects.filter(code=keys[owned]).update(bucket=1, member_id=other)
    return {
        "unknown": "S-2222-2222",
        "used": used,
        "revoked": revoked,
        "expired": expired,
        "early": early,
        "somebody else's": owned,
        "nonsense": "???",
    }


def test_syliusgiftcard_297_answers_do_not_tell_whether_a_code_exists(no_good, quote):
    told = {why: quote(code) for why, code in no_good.items()}
    shown = {}
    for why, answer in told.items():
        (one,) = answer["codes"]
        one.pop("code")
        shown[why] = one
    assert all(one == shown["unknown"] for one in shown.values()), shown
    assert {answer["due_minor"] for answer in told.values()} == {20000}


def test_a_guess_that_hits_a_used_or_expired_code_is_counted_like_any_other(no_good, quote):
    # Else an attacker would learn from the count which codes exist.
    before = FailedGuesses.objects.count()
    quote(no_good["unknown"])
    counted = FailedGuesses.objects.count()
    assert counted > before
    for why in ("used", "revoked", "expired", "somebody else's"):
        quote(no_good[why])
    assert FailedGuesses.objects.count() == counted
    assert max(row.failures for row in FailedGuesses.objects.all()) == 5


def test_hi_events_1080_guessing_is_slowed_and_stopped(make, quote):
    (good,) = make()
    for number in range(MEMBER.most):
        assert answers(quote(f"S-2222-22{number:02}")) == [(False, "code.not_valid")]
    # From here on nothing is looked at: the good code gets the same answer as a bad one.
    paused = [quote(code) for code in (good, "S-2222-9999")]
    for told in paused:
        assert answers(told) == [(False, "code.pause")]
        assert told["due_minor"] == 20000
    assert {row.failures for row in FailedGuesses.objects.all()} == {MEMBER.most}
    # Somebody else at another till is not held up.
    assert answers(quote(good, who="s2/1", card=OTHER_CARD))[0][0]


def test_a_pause_of_one_till_holds_in_every_process(api, make, receipt, world_database):
    (good,) = make()
    for start in range(0, KEY.most, 20):
        codes = [f"S-2222-{number:04}" for number in range(start, start + 20)]
        for part in (codes[:5], codes[5:10], codes[10:15], codes[15:]):
            body = receipt(None, codes=part)
            assert api("s1/1", "POST", "/till/v1/quotes", body, key=None).is_success
    with TestClient(build_app()) as client:
        other = Caller(client, api.world)
        told = other("s1/1", "POST", "/till/v1/quotes", receipt(None, codes=[good]), key=None)
    assert answers(told.json()) == [(False, "code.pause")]


def test_a_sale_is_never_refused_for_a_code(api, make, receipt, quote):
    (good,) = make()
    for number in range(MEMBER.most):
        quote(f"S-2222-22{number:02}")
    sale = api("s1/1", "PUT", "/till/v1/receipts/A-1", receipt(codes=[good]))
    assert (sale.status_code, sale.json()["discount_minor"]) == (201, 0)
    assert answers(sale.json()) == [(False, "code.pause")]
    assert Coupon.objects.get().uses == 0


def test_the_same_wrong_code_on_every_quote_of_a_receipt_is_one_guess(quote):
    for _ in range(3 * MEMBER.most):
        quote("S-2222-2222")
    assert answers(quote("S-2222-2222")) == [(False, "code.not_valid")]
    assert {row.failures for row in FailedGuesses.objects.all()} == {1}


def test_a_promised_coupon_is_taken_though_guessing_has_been_stopped(api, make, receipt, quote):
    (good,) = make()
    body = receipt(codes=[good], hold=True)
    held = api("s1/1", "POST", "/till/v1/quotes", body, key="hold").json()
    for number in range(MEMBER.most):
        quote(f"S-2222-22{number:02}")
    body = {name: body[name] for name in ("member", "occurred_at", "lines")}
    sale = api("s1/1", "PUT", "/till/v1/receipts/A-1", body | {"quote": held["quote"]})
    assert (sale.status_code, sale.json()["discount_minor"]) == (201, 2000), sale.text


def test_made_codes_are_listed_in_parts_and_each_look_is_written_down(api, make):
    codes = make(7)
    found, cursor = [], None
    while True:
        params = {"limit": "3"} | ({"cursor": cursor} if cursor else {})
        path = f"{MANAGE}/coupon-batches/s/coupons"
        part = api("manage/all", "GET", path, params=params).json()
        found += [coupon["code"] for coupon in part["coupons"]]
        cursor = part["next"]
        if cursor is None:
            break
    assert found == codes
    assert AuditRow.objects.filter(action="coupon.list", object_id="s").count() == 1 + 3


def test_the_same_request_makes_its_codes_once(api, make):
    make()
    path = f"{MANAGE}/coupon-batches/s/generate"
    first = api("manage/all", "POST", path, {"count": 5}, key="five")
    again = api("manage/all", "POST", path, {"count": 5}, key="five")
    assert (first.json(), again.headers["Idempotent-Replayed"]) == (again.json(), "true")
    assert Coupon.objects.count() == 6
    other = api("manage/all", "POST", path, {"count": 6}, key="five")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency.key_reused")


def test_bad_codes_of_a_partner_are_told_by_their_place(api, make):
    make()
    api("manage/all", "POST", f"{MANAGE}/coupon-batches", BATCH | {"code": "kino", "pattern": None})
    body = {"codes": [{"code": "KINO-1"}, {"code": "x"}, {"code": "KINO-2", "until": "never"}]}
    path = f"{MANAGE}/coupon-batches/kino/import"
    told = api("manage/all", "POST", path, body, language="ru").json()
    assert (told["added"], told["found"]) == (1, 0)
    assert [(one["index"], one["code"], one["pointer"]) for one in told["rejected"]] == [
        (1, "coupon.code_malformed", "/codes/1/code"),
        (2, "coupon.row_invalid", "/codes/2/until"),
    ]
    assert "Это не код" in told["rejected"][0]["detail"]
    again = api("manage/all", "POST", path, body).json()
    assert (again["added"], again["found"]) == (0, 1)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"code": "S-0000-0000", "more": 1}, "/more"),
        ({"code": ""}, "/code"),
        ({"code": "a\0b"}, "/code"),
        ({"code": ["a"]}, "/code"),
        ({"code": "x" * 1000}, "/code"),
        ({}, "/code"),
    ],
)
def test_what_is_no_code_is_refused_with_its_place(shared_api, body, pointer):
    for what in ("look-up", "revoke"):
        told = shared_api("manage/all", "POST", f"{MANAGE}/coupons/{what}", body)
        assert (told.status_code, told.json()["pointer"]) == (422, pointer)


def test_a_key_that_tries_codes_at_the_desk_has_to_pause(api, make):
    (good,) = make()
    path = f"{MANAGE}/coupons/look-up"
    for number in range(KEY.most):
        # Support may also try to revoke what it guesses.
        what = "look-up" if number % 2 else "revoke"
        body = {"code": f"KINO-{number:04}"}
        told = api("manage/all", "POST", f"{MANAGE}/coupons/{what}", body)
        assert (told.status_code, told.json()["code"]) == (404, "coupon.not_found")
    told = api("manage/all", "POST", path, {"code": good}, key=None)
    assert (told.status_code, told.json()["code"]) == (429, "access.too_many_guesses")
    assert int(told.headers["Retry-After"]) > 0
    assert api("manage/second", "POST", path, {"code": good}, key=None).is_success


def test_no_path_holds_a_code():
    paths = [o.path for o in build_app().operations if "coupon" in o.path]
    assert len(paths) > 10
    assert not [path for path in paths if "{code}" in path]


@pytest.fixture
def key_of(api):
    """Issues a management key of somebody in a role, with all scopes that role can use."""

    def make(role):
        now = utc_now()

        def work():
            staff = create_staff(
                email=f"{role.value}@example.org",
                name=role.value,
                role=role,
                language="en",
                password="a-long-passphrase-of-tests",
                now=now,
                by=system_actor("tests"),
            )
            scopes = {
                Role.SUPPORT: [Scope.REWARDS_READ, Scope.REWARDS_REDEEM],
                Role.AUDITOR: [Scope.REWARDS_READ],
                Role.MARKETER: [Scope.REWARDS_WRITE],
            }[role]
            issued = issue_api_key(
                name=role.value,
                plane=Plane.MANAGE,
                scopes=scopes,
                staff_id=staff.id,
                now=now,
                by=api.world.owner,
            )
            api.world.keys[f"manage/{role.value}"] = issued.token

        in_transaction(work)
        return f"manage/{role.value}"

    return make


READS = {"list_coupon_batches", "get_coupon_batch", "get_coupon_batch_figures"}
SUPPORTS = {"look_up_coupon", "revoke_coupon", "list_member_coupons", "issue_coupon"}
BOTH = {"look_up_coupon", "revoke_coupon"}


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.AUDITOR, READS),
        (Role.SUPPORT, READS | SUPPORTS),
        (
            Role.MARKETER,
            READS
            | BOTH
            | {
                *("create_coupon_batch", "change_coupon_batch", "generate_coupons"),
                *("import_coupons", "revoke_coupon_batch", "list_coupons"),
            },
        ),
    ],
)
def test_a_role_does_what_it_may_and_no_more(api, make, key_of, role, may):
    (code,) = make()
    who = key_of(role)
    terms = {"title": "S", "promotion": "spring"}
    bodies = {
        "create_coupon_batch": BATCH | {"code": "new"},
        "change_coupon_batch": terms,
        "generate_coupons": {"count": 1},
        "import_coupons": {"codes": [{"code": "KINO-1"}]},
        "look_up_coupon": {"code": code},
        "revoke_coupon": {"code": code},
        "issue_coupon": {"batch": "s"},
    }
    last = {"revoke_coupon": 1, "revoke_coupon_batch": 2}
    operations = [o for o in build_app().operations if "/coupon" in o.path and o.plane == "manage"]
    assert len(operations) == len(READS) + 10
    for operation in sorted(operations, key=lambda o: last.get(o.id, 0)):
        path = operation.path.format(batch="s", member_id=api.world.member)
        told = api(who, operation.method, path, bodies.get(operation.id))
        assert told.is_success is (operation.id in may), (operation.id, told.text)
        if operation.id not in may:
            assert (told.status_code, told.json()["code"]) == (403, "access.permission_missing")
    refused = AuditRow.objects.filter(refused="access.permission_missing").count()
    assert refused == len(operations) - len(may)
    if role is Role.AUDITOR:
        assert (Coupon.objects.count(), CouponEvent.objects.count()) == (1, 0)
