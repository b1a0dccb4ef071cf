"""The nearest offers a receipt misses, and the sentences about promotions."""

import pytest
from offer_cases import amount, compiled, offer, percent, promoted, scene, total

from regulars.core.example import line
from regulars.core.promotions.evaluate import promote
from regulars.core.promotions.explain import explain
from regulars.core.promotions.explain import said as told
from regulars.core.promotions.missed import missed, said
from regulars.core.promotions.result import NOTHING, Presented

DAIRY = {"categories": ["food/dairy"]}
MILK = line(80_00, sku="milk", category="food/dairy")


def offers(programme, *lines, presented=NOTHING, member=True, most=3):
    sold = scene(*lines)
    result = promote(programme, sold, presented, member=member)
    return missed(programme, sold, presented, result, member=member, most=most)


def test_it_says_how_much_more_of_which_goods():
    when = {"goods": {"goods": DAIRY, "amount_min": 200}}
    programme = compiled(percent("ten", 10, title="Dairy day", when=when))
    [found] = offers(programme, MILK)
    assert (found.money_minor, found.units, found.gain_minor) == (120_00, 0, 20_00)
    assert said(found, programme, "en") == (
        "Add 120.00 of food/dairy to get «Dairy day». That would take 20.00 off."
    )
    assert said(found, programme, "ru").startswith("Добавьте на 120.00 товаров «food/dairy»")


def test_it_says_how_many_more_pieces():
    programme = compiled(offer("three", "n_for_m", params={"take": 3, "pay": 2}, title="2+1"))
    two = line(80_00, sku="milk", quantity=2000)._replace(price_minor=40_00)
    [found] = offers(programme, two)
    assert (found.units, found.money_minor, found.gain_minor) == (1, 0, 40_00)
    assert said(found, programme, "en").startswith("Add 1 more to get «2+1».")


def test_it_counts_with_what_other_promotions_take_off():
    programme = compiled(percent("all", 10), percent("big", 10, when={"amount": {"min": 100}}))
    [found] = offers(programme, line(90_00))
    added = line(found.money_minor, id="2")
    after = promoted(programme, line(90_00), added)
    assert "big" in {discount.id for discount in after.discounts}
    assert found.gain_minor == total(after) - 9_00


def test_the_best_come_first_and_not_too_many():
    made = [
        amount("near", 10, when={"amount": {"min": 101}}),
        amount("far", 50, when={"amount": {"min": 200}}),
        amount("poor", 1, when={"amount": {"min": 150}}),
        amount("poorer", 1, when={"amount": {"min": 500}}),
    ]
    found = offers(compiled(*made), line(100_00), most=3)
    assert [each.promotion for each in found] == ["near", "far", "poor"]


def test_nothing_is_promised_that_more_goods_alone_do_not_bring():
    far = {"all": [{"amount": {"min": 200}}, {"tier": {"in": ["gold"]}}]}
    member_only = [{"per": "member", "uses": 1}]
    programme = compiled(
        percent("tier", 10, when=far),
        percent(
            "code", 10, when={"amount": {"min": 200}}, trigger={"kind": "code", "codes": ["ABC"]}
        ),
        percent("over", 10, when={"amount": {"min": 200}}, valid={"until": "2020-01-01"}),
        percent("member", 10, when={"amount": {"min": 200}}, caps=member_only),
        percent("spent", 10, when={"amount": {"min": 200}}, budget="b"),
        percent("worse", 1, when={"amount": {"min": 200}}, stacks="none"),
        percent("auto", 50),
        budgets=[{"id": "b", "title": "B", "money": 1}],
    )
    assert offers(programme, line(100_00), member=False) == ()
    entered = Presented(codes=("ABC",))
    found = offers(programme, line(100_00), member=False, presented=entered)
    assert [each.promotion for each in found] == ["code"]


@pytest.mark.parametrize("audience", ["till", "member", "marketer"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_answer_has_a_sentence_for_everyone(audience, language):
    caps = [
        {"per": per, "period": period, what: 1, "over": "refuse"}
        for per in ("receipt", "member", "all")
        for period in (None, "day", "week", "month", "quarter", "year")
        for what in ("uses", "money", "units")
        if per != "receipt" or period is None
    ]
    made = [
        percent(f"cap{i}", 10, caps=[cap], trigger={"kind": "activated"})
        for i, cap in enumerate(caps)
    ]
    programme = compiled(
        *made,
        percent("on", 10),
        percent("off", 10, enabled=False),
        percent("time", 10, valid={"until": "2020-01-01"}),
        percent("coded", 10, trigger={"kind": "code", "codes": ["ABC"]}),
        percent("offered", 10, trigger={"kind": "personal"}),
        percent("goods", 10, goods=DAIRY),
        percent("when", 10, when={"any": [{"amount": {"min": 500}}, {"tier": {"in": ["gold"]}}]}),
        percent("alone", 1, stacks="none"),
        percent("set", 1, repeat={"each": [{"quantity": 50}]}),
        percent("pot", 1, budget="b"),
        amount("dear", 1, price={"currency": "points", "points": 5}),
        budgets=[{"id": "b", "title": "B", "money": "0.01"}],
    )
    used = {
        f"{s.key}:{s.number_at(scene(MILK).local.date())}": 0
        for s in programme.promotions.shared_limits
    }
    presented = Presented(claims={one["id"]: 1 for one in made}, left=used, balances={"points": 1})
    answers = explain(programme, scene(line(100_00)), presented, member=True)
    assert len(answers) == len(made) + 11
    for answer in answers:
        text = told(answer, programme, audience, language)
        assert "{" not in text
        assert "promotion." not in text
        assert "condition." not in text
