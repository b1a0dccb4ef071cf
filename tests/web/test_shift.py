"""A till and who stands at it: what the till is told of itself, and cashiers by PIN."""

import pytest


@pytest.fixture
def vera(api):
    def change(**body):
        return api("manage/all", "PUT", "/manage/v1/stores/s1/cashiers/vera", body)

    assert change(name="Вера", pin="2580").status_code == 200
    return change


def enter(api, pin, cashier="vera", who="s1/1"):
    body = {"cashier": cashier, "pin": pin}
    return api(who, "POST", "/till/v1/cashiers/enter", body)


def test_a_till_knows_where_it_stands_and_what_things_are_called(api):
    told = api("s1/1", "GET", "/till/v1/till", language="ru").json()
    assert (told["store"], told["till"]["code"]) == ({"code": "s1", "title": "Store s1"}, "1")
    assert told["programme"] == "Продукты"
    (points,) = told["currencies"]
    assert (points["code"], points["pays"]) == ("points", True)
    assert points["worth_minor"] / points["per"] == 100
    assert [tier["code"] for tier in told["tiers"]] == ["base", "gold"]
    assert told["units"]["money"] == {"code": "RUB", "scale": 2}


def test_a_cashier_enters_by_pin_at_tills_of_the_own_store(api, vera):
    assert enter(api, "2580").json() == {"code": "vera", "name": "Вера"}
    names = api("s1/2", "GET", "/till/v1/cashiers").json()["cashiers"]
    assert names == [{"code": "vera", "name": "Вера"}]
    assert api("s2/1", "GET", "/till/v1/cashiers").json()["cashiers"] == []
    assert enter(api, "2580", who="s2/1").json()["code"] == "cashier.pin_wrong"
    vera(pin="1470")
    assert enter(api, "2580").status_code == 404
    assert enter(api, "1470").status_code == 200
    vera(active=False)
    assert enter(api, "1470").status_code == 404
    listed = api("manage/all", "GET", "/manage/v1/stores/s1/cashiers")
    assert [(one["code"], one["active"]) for one in listed.json()["cashiers"]] == [("vera", False)]
    assert "1470" not in listed.text


def test_guessing_of_pins_is_stopped_and_tells_nothing(api, vera):
    answers = [enter(api, f"{n:04}") for n in range(1, 6)]
    assert {(one.status_code, one.json()["code"]) for one in answers} == {
        (404, "cashier.pin_wrong")
    }
    assert enter(api, "2580").status_code == 429
    unknown = enter(api, "2580", cashier="nobody")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "cashier.pin_wrong")


@pytest.mark.parametrize("pin", ["123", "1111", "12a4", "١٢٣٤", "123456789", None])
def test_a_new_cashier_needs_a_proper_pin(api, pin):
    body = {"name": "X"} | ({"pin": pin} if pin else {})
    answer = api("manage/all", "PUT", "/manage/v1/stores/s1/cashiers/new", body)
    assert answer.status_code == 422, answer.text
    assert api("manage/reader", "PUT", "/manage/v1/stores/s1/cashiers/new", body).status_code == 403
